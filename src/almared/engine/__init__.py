"""The only access to CASA."""
