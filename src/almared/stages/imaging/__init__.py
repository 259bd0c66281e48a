"""Images of a MOUS, or of any calibrated MS."""
