"""The command line: thin faces that parse, call and show."""
