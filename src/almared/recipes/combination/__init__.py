"""The combination of execution blocks: facts to a plan."""
