"""The world observed: from a scenario to a whole ASDM with its truth."""
