"""Drawing on given matplotlib axes: numbers come in, marks go out; files are written elsewhere."""
