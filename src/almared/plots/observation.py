"""Figures of what was observed: schedule, elevations, pointings, antennas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from almared.model import Antenna, ExecutionBlock
from almared.physics.beams import SMALL_DISH_BELOW_M
from almared.physics.constants import ARCSEC_PER_RAD
from almared.physics.horizon import FloatArray, east_north_up_m
from almared.plots.palette import SMALL, legend_outside, mark

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROLES = (
    ("TARGET", "target"), ("CHECK", "check source"), ("PHASE", "phase"), ("BANDPASS", "bandpass"), ("FLUX", "flux"),
    ("AMPLI", "flux"), ("DIFFGAIN", "differential gain"), ("ATMOSPHERE", "Tsys"), ("POINTING", "pointing"),
    ("SIDEBAND", "sideband ratio"),
)  # fmt: skip
"""Part of an intent, and what its scans are for; the first that fits decides."""


def role_of_scan(intents: Sequence[str]) -> str:
    """Return what a scan is for, in words.

    Examples
    --------
    >>> role_of_scan(["CALIBRATE_BANDPASS#ON_SOURCE", "CALIBRATE_WVR#ON_SOURCE"])
    'bandpass'
    """
    return next((role for part, role in ROLES if any(part in intent for intent in intents)), "other")


def draw_schedule(figure: Figure, eb: ExecutionBlock) -> None:
    """Draw which source was observed when, and what for."""
    names = list(dict.fromkeys(eb.fields[i].name for scan in eb.scans for i in scan.field_ids))
    roles = list(dict.fromkeys(role_of_scan(scan.intents) for scan in eb.scans))
    figure.set_size_inches(11, 1.8 + 0.42 * len(names))
    axes = figure.subplots()
    for scan in eb.scans:
        look, role = mark(roles.index(role_of_scan(scan.intents))), role_of_scan(scan.intents)
        hatch = ("", "///", "...", "xxx", "\\\\\\", "+++", "ooo", "---", "***", "|||")[roles.index(role) % 10]
        begin, end = ((t - eb.start_mjd_s) / 60 for t in (scan.start_mjd_s, scan.end_mjd_s))
        row = names.index(eb.fields[scan.field_ids[0]].name)
        axes.barh(
            row, end - begin, left=begin, height=0.7, color=look.color, hatch=hatch, edgecolor="white", label=role
        )
        axes.text((begin + end) / 2, row - 0.5, str(scan.number), ha="center", va="center", fontsize=SMALL - 1)
    axes.set_yticks(range(len(names)), names, fontsize=SMALL + 1)
    axes.set_ylim(len(names) - 0.4, -0.9)
    axes.set_xlabel("minutes since the start; numbers are scans")
    legend_outside(figure, axes, n_columns=6)


@dataclass(frozen=True, slots=True)
class Track:
    """Where a source stood.

    Parameters
    ----------
    name : str
        Of the source.
    minutes : ndarray of float, min, shape (time,)
        Since the start.
    azimuth_deg, elevation_deg : ndarray of float, deg, shape (time,)
        Where.
    """

    name: str
    minutes: FloatArray
    azimuth_deg: FloatArray
    elevation_deg: FloatArray


def draw_elevations(figure: Figure, tracks: Sequence[Track], *, over_azimuth: bool) -> None:
    """Draw the elevation of each source over time, or over azimuth."""
    figure.set_size_inches(9, 5.4)
    axes = figure.subplots()
    for number, track in enumerate(tracks):
        look = mark(number)
        x = track.azimuth_deg if over_azimuth else track.minutes
        axes.plot(x, track.elevation_deg, look.marker, color=look.color, ms=5, label=track.name)
    axes.set_xlabel("azimuth (deg, north over east)" if over_azimuth else "minutes since the start")
    axes.set_ylabel("elevation (deg)")
    axes.set_ylim(0, 90)
    axes.grid(color="0.9")
    legend_outside(figure, axes)


def draw_pointings(figure: Figure, pointings: Mapping[str, FloatArray], *, radius_arcsec: float) -> None:
    """Draw the pointings of each target, with circles where the primary beam falls to a fifth.

    Parameters
    ----------
    pointings : mapping of str to ndarray of float, rad, shape (pointing, 2)
        Right ascension and declination per target.
    radius_arcsec : float, arcsec
        Of the circles.
    """
    from matplotlib.patches import Circle

    columns = min(len(pointings), 3)
    rows = -(-len(pointings) // columns)
    figure.set_size_inches(4.6 * columns + 0.6, 4.6 * rows)
    places = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, (name, directions) in zip(places, pointings.items(), strict=False):
        middle = directions.mean(axis=0)
        x = (directions[:, 0] - middle[0]) * np.cos(middle[1]) * ARCSEC_PER_RAD
        y = (directions[:, 1] - middle[1]) * ARCSEC_PER_RAD
        for place in zip(x, y, strict=True):
            axes.add_patch(Circle(place, radius_arcsec, fill=False, color="0.55", lw=0.8))
        axes.plot(x, y, "+", color=mark(0).color, ms=8)
        edge = 1.15 * (radius_arcsec + max(np.abs(x).max(), np.abs(y).max()))
        axes.set(xlim=(edge, -edge), ylim=(-edge, edge), aspect="equal")
        axes.set_title(f"{name}: {len(directions)} pointing{'s' * (len(directions) > 1)}", fontsize=SMALL + 2)
        axes.set_xlabel("east offset (arcsec)")
        axes.set_ylabel("north offset (arcsec)")
    for spare in places[len(pointings) :]:
        spare.set_visible(False)


def draw_antennas(figure: Figure, antennas: Sequence[Antenna], *, refant: str) -> None:
    """Draw where the antennas stand, to scale, with names; the reference antenna is ringed."""
    figure.set_size_inches(8, 8)
    axes = figure.subplots()
    enu = east_north_up_m(np.array([antenna.position_m for antenna in antennas]))
    for antenna, (x, y, _) in zip(antennas, enu, strict=True):
        look = mark(0 if antenna.diameter_m > SMALL_DISH_BELOW_M else 1)
        axes.plot(x, y, look.marker, color=look.color, ms=6)
        axes.annotate(antenna.name, (x, y), xytext=(4, 4), textcoords="offset points", fontsize=SMALL)
        if antenna.name == refant:
            axes.plot(x, y, "o", ms=16, mfc="none", mec="black", mew=1.5)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_xlabel("east (m)")
    axes.set_ylabel("north (m)")
    axes.grid(color="0.92")
