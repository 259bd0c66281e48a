"""FITS images and cubes."""
