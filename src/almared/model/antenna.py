"""Antennas and where they stand."""

from __future__ import annotations

from dataclasses import dataclass

Vector = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Antenna:
    """One antenna of the array.

    Parameters
    ----------
    id : int
        Row in the Antenna table of the ASDM, which is the antenna id of the MS.
    name : str
        Such as ``DA41`` (DA, DV: 12 m; PM: 12 m of the total-power array; CM: 7 m).
    pad : str
        Name of the station it stands on.
    pad_position_m : tuple of float, m, ITRF
        Position of the pad.
    offset_m : tuple of float, m
        Antenna position relative to the pad, local east, north, up (``Antenna.position``).
    diameter_m : float, m
        Diameter of the dish.
    position_m : tuple of float, m, ITRF
        Where CASA puts the antenna: pad plus the rotated offset.
    """

    id: int
    name: str
    pad: str
    pad_position_m: Vector
    offset_m: Vector
    diameter_m: float
    position_m: Vector
