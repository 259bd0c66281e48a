"""Plain helpers that know nothing of astronomy: times, sizes, selections, quantities, whole files."""
