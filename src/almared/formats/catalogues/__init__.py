"""Tables from observatories: antenna positions and flux densities measured at other times."""
