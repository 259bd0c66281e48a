"""Checks of the data: one file each, in a folder per stage; the docstring of the file is its manual page."""
