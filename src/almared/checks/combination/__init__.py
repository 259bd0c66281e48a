"""Checks of the combination: before it on what is to be made equal, after it on what calibrated.ms holds."""
