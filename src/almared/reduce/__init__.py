"""A whole MOUS: its tree, the state of all stages, and all remaining work run in parallel."""
