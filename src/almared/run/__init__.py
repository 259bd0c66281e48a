"""Runs calibration scripts step by step: journal, state, lock, resume."""
