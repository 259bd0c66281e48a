"""What is known beforehand, in small versioned tables or files: the sky's opacity, Solar-System bodies, positions."""

from almared.catalogue.antpos import PositionFile, read_positions
from almared.catalogue.atmosphere import zenith_opacity
from almared.catalogue.bodies import BODIES, BodyModel, body_name, read_body_model

__all__ = [
    "BODIES",
    "BodyModel",
    "PositionFile",
    "body_name",
    "read_body_model",
    "read_positions",
    "zenith_opacity",
]
