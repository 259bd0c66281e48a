"""The only door to CASA."""
