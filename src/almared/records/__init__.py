"""Records of a reduction on disk: journal, lock, states, fingerprints, logs."""
