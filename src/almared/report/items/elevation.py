"""Where the sources stood: elevation over time and over azimuth."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.checks.registry import run_checks
from almared.measure.calibration import ElevationMeasurement
from almared.model import ExecutionBlock
from almared.physics.horizon import azimuth_elevation_deg
from almared.plots.observation import Track, draw_elevations
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item


def make(context: EbContext) -> ItemProducts:
    """Make <ms>.elevationSummary_vs_time.png and _vs_azim.png.

    References
    ----------
    domain.md C.2.
    """
    eb, ms = context.eb, context.products.ms
    tracks = tracks_of(eb)
    alt = "; ".join(f"{t.name} {t.elevation_deg.min():.0f} to {t.elevation_deg.max():.0f} deg" for t in tracks)
    figures = tuple(
        context.draw(
            f"{ms}.elevationSummary_vs_{what}.png",
            partial(draw_elevations, tracks=tracks, over_azimuth=over_azimuth),
            caption=f"Elevation of each source at the middle of its scans, over {words}",
            alt=f"Points per source: {alt}.",
        )
        for what, words, over_azimuth in (("time", "time", False), ("azim", "azimuth", True))
    )
    lowest = {t.name: float(t.elevation_deg.min()) for t in tracks}
    ids = {name: tuple(field.id for field in eb.fields if field.name == name) for name in lowest}
    numbers = {f"lowest_elevation_{name}_deg": value for name, value in lowest.items()}
    return ItemProducts(figures, (), run_checks(ElevationMeasurement(lowest, ids)), numbers)


def tracks_of(eb: ExecutionBlock) -> list[Track]:
    """Return where each source stood at the middle of its scans; moving ones are left out."""
    scans = [scan for scan in eb.scans if not eb.fields[scan.field_ids[0]].is_ephemeris]
    names = list(dict.fromkeys(eb.fields[scan.field_ids[0]].name for scan in scans))
    tracks = []
    for name in names:
        own = [scan for scan in scans if eb.fields[scan.field_ids[0]].name == name]
        times = np.array([(scan.start_mjd_s + scan.end_mjd_s) / 2 for scan in own])
        directions = np.array([eb.fields[scan.field_ids[0]].direction_rad for scan in own])
        azimuth, elevation = azimuth_elevation_deg(eb, directions, mjd_s=times)
        tracks.append(Track(name, (times - eb.start_mjd_s) / 60, azimuth, elevation))
    return tracks


ITEM = Item(
    key="elevation",
    title="Elevations",
    look_for=(
        "Low elevation; a large distance between target and phase calibrator; system temperatures taken at another "
        "elevation than the source."
    ),
    files=("elevationSummary_vs_time.png", "elevationSummary_vs_azim.png"),
    make=make,
    part=1,
    place=20,
)
