"""Functions that a calibration script carries; their text is copied into it, they are never imported here.

They use casatasks, casatools and the standard library only. A reader of the script sees them, so they are
short and say what they do.
"""
