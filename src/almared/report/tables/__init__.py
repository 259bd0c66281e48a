"""The texts of the report: numbers come in, lines go out."""
