"""What is true: sky, air, water, array, receivers."""
