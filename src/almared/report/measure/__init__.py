"""Arrays to numbers: what the items of the report tell; nothing here reads a file or draws."""
