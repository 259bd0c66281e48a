"""A whole MOUS: its tree made, the state of all stages told, everything left to do done side by side."""
