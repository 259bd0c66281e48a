"""The steps of the calibration, one file per family."""
