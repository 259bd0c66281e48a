"""What holds everywhere: constants, directions, beams, bands, robust figures, opacity, Solar-System bodies."""
