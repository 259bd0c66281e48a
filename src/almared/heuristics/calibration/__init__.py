"""Choices of the calibration of an execution block."""
