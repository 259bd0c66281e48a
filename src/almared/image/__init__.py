"""Images and FITS files, and ``cont.dat``."""
