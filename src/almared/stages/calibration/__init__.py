"""The calibration of an execution block, planned from what is on disk."""
