"""What a reduction keeps of itself on disk: journal, lock, states, fingerprints, logs."""
