"""The simulated truth: sky, atmosphere, water, array, receivers."""
