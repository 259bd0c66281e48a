"""Checks of the calibration of an execution block, on measurements of its tables and quick images."""
