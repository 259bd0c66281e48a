"""Rows of the ASDM tables of a simulated execution block."""
