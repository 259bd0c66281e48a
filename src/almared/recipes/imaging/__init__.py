"""The imaging: facts to a plan."""
