"""What is known beforehand, in small tables or files: the sky's opacity, Solar-System bodies, positions, fluxes."""

from almared.catalogue.antpos import PositionFile, read_positions
from almared.catalogue.atmosphere import zenith_opacity
from almared.catalogue.bodies import BODIES, BodyModel, body_name, read_body_model
from almared.catalogue.measurements import FluxMeasurement, clean_name, read_measurements

__all__ = [
    "BODIES",
    "BodyModel",
    "FluxMeasurement",
    "PositionFile",
    "body_name",
    "clean_name",
    "read_body_model",
    "read_measurements",
    "read_positions",
    "zenith_opacity",
]
