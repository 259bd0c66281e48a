"""The formats of the outside world, one room each."""
