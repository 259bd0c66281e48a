"""Physics used throughout: constants, directions, beams, bands, robust figures, opacity, Solar-System bodies."""
