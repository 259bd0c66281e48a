"""Observe the world: from a scenario to a whole ASDM with its truth."""
