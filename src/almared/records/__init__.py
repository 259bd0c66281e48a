"""What a reduction keeps of itself on disk: journal, lock, states, traces, logs."""
