"""Compares calibrated amplitudes with those put in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from casacore.tables import table, taql

from almared.simulate.observe.truth import Truth
from almared.simulate.verify.comparison import Comparison, compare_relative
from almared.simulate.verify.visibilities import BaselineAverages, data_description, measure_scans

POINT_LIMIT_PERCENT = 2.0
TARGET_LIMIT_PERCENT = 3.0
"""How far amplitudes of point calibrators and the flux scale of a target may be off (the first capability's aims)."""


def compare_calibrators(ms: Path, truth: Truth, *, limit_percent: float = POINT_LIMIT_PERCENT) -> Iterator[Comparison]:
    """Yield Stokes I and each polarisation of the point-like calibrators, per spectral window.

    Parameters
    ----------
    ms : Path
        The calibrated MS.
    truth : Truth
        What was put in.
    limit_percent : float, %
        Tolerance of each.
    """
    for name, field_id in point_calibrators(truth):
        for spw_id in truth.science_spws:
            scans = list(measure_scans(ms, (field_id,), spw_id=spw_id))
            if not scans:
                continue
            found = _mean_amplitudes(scans)
            expected = truth.flux(name, spw_id)
            values = {"Stokes I": float(np.mean(found)), **dict(zip(scans[0].correlations, found, strict=True))}
            for what, value in values.items():
                yield compare_relative(
                    f"{what} of {name}",
                    f"spw {spw_id}",
                    put_in=expected,
                    found=value,
                    unit="Jy",
                    limit_percent=limit_percent,
                )


def point_calibrators(truth: Truth) -> Iterator[tuple[str, int]]:
    """Yield name and field id of the bandpass, flux and phase calibrators that are points."""
    keys = {scan["source"] for scan in truth.tree["scans"] if scan["kind"] in {"bandpass", "flux", "phase"}}
    for field_id, name in fields_of(truth, keys):
        if all(component.shape == "point" for component in truth.source(name).components):
            yield name, field_id


def fields_of(truth: Truth, keys: set[str]) -> Iterator[tuple[int, str]]:
    """Yield field id and name of the sources with the keys, by field id."""
    names = {facts["name"] for facts in truth.tree["sources"] if facts["key"] in keys}
    for facts in truth.tree["fields"]:
        if facts["name"] in names:
            yield facts["id"], facts["name"]


def _mean_amplitudes(scans: list[BaselineAverages]) -> list[float]:
    """Return per polarisation the amplitude of the vector mean over baselines, weighted over scans."""
    means, errors = zip(*(scan.mean() for scan in scans), strict=True)
    weight = np.array(errors) ** -2
    return [float(v) for v in np.sum(weight * np.abs(np.array(means)), axis=0) / weight.sum(axis=0)]


def compare_target(ms: Path, truth: Truth, *, limit_percent: float = TARGET_LIMIT_PERCENT) -> Iterator[Comparison]:
    """Yield the flux scale of each target per spectral window: the factor between the data and the true sky.

    Parameters
    ----------
    ms : Path
        The calibrated MS.
    truth : Truth
        What was put in.
    limit_percent : float, %
        How far the factor may be from one.
    """
    keys = {scan["source"] for scan in truth.tree["scans"] if scan["kind"] == "target"}
    fields = list(fields_of(truth, keys))
    for name in dict.fromkeys(name for _, name in fields):
        for spw_id in truth.science_spws:
            parts = [_products(ms, truth, key=(name, i, spw_id)) for i, other in fields if other == name]
            yield compare_relative(
                f"flux scale of {name}",
                f"spw {spw_id}",
                put_in=1.0,
                found=sum(crossed for crossed, _ in parts) / sum(squared for _, squared in parts),
                unit="",
                limit_percent=limit_percent,
            )


def _products(ms: Path, truth: Truth, *, key: tuple[str, int, int]) -> tuple[float, float]:
    """Return data times true sky, and true sky squared, summed over a pointing; their ratio is the flux scale."""
    name, field_id, spw_id = key
    dd_id, _ = data_description(ms, spw_id)
    with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as windows:
        frequencies = windows.getcell("CHAN_FREQ", spw_id)
    order = "orderby TIME, ANTENNA2, ANTENNA1"
    with table(str(ms), ack=False) as main:  # noqa: F841  named in the TaQL text
        where = f"DATA_DESC_ID=={dd_id} and FIELD_ID=={field_id} and ANTENNA1!=ANTENNA2"
        rows = taql(f"select from $main where {where} {order}")
        data, flags, uvw = rows.getcol("DATA"), rows.getcol("FLAG"), rows.getcol("UVW")
        n_times = len(set(rows.getcol("TIME").tolist()))
    place = None if truth.tree["fields"][field_id]["is_ephemeris"] else field_id
    uvw = uvw.reshape(n_times, -1, 3)
    model = truth.visibilities(name, frequency_hz=frequencies, uvw_m=uvw, field_id=place)
    expected = model.reshape(len(data), len(frequencies), 1)
    weight = ~flags
    return float(np.sum(weight * (data * expected.conj()).real)), float(np.sum(weight * np.abs(expected) ** 2))
