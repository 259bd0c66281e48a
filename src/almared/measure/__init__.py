"""Arrays to numbers, and one cached look at a calibrated execution block; nothing here draws."""
