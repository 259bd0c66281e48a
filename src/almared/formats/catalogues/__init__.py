"""Tables that observatories hand out: antenna positions and flux densities measured at other times."""
