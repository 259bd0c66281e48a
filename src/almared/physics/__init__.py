"""What holds everywhere: the sky's opacity, Solar-System bodies, where sources stand."""
