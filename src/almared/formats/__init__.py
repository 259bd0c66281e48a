"""File formats of the outside world, one package each."""
