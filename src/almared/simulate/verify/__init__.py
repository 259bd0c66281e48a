"""Compare what a calibration found with the truth that the simulator put in."""
