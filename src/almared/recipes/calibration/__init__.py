"""The calibration of an execution block: facts to a plan."""
