"""tsys_stat.txt: system temperatures per scan, window and antenna (domain C.3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from almared.basics.select import id_ranges
from almared.measure.tsys import POLARIZATIONS, ScanTsys, TsysFault, WindowTsys
from almared.report.tables.columns import number_text, table_text

MOST_FAULTS = 40
"""Lines of faults that are written out."""


def tsys_stat_text(
    scans: Sequence[ScanTsys],
    windows: Sequence[WindowTsys],
    *,
    faults: Sequence[TsysFault],
    names: Mapping[int, str],
    elevations_deg: Mapping[int, float],
) -> str:
    """Return the medians per scan and window, the statistics per window, and what is wrong.

    Parameters
    ----------
    scans, windows, faults : sequence
        What was measured.
    names : mapping of int to str
        Names of the fields.
    elevations_deg : mapping of int to float, deg
        Elevation by scan.
    """
    parts = [
        "Tsys (K): medians over antennas and channels 20 to 80 %\n",
        table_text(
            ("scan", "field", "elevation (deg)", "spw", *POLARIZATIONS),
            (_scan_row(scan, names=names, elevations_deg=elevations_deg) for scan in scans),
        ),
        "Tsys (K) of the windows: median over antennas of their means; rms of the antennas below 5 times it\n",
        table_text(("spw", "pol", "median", "rms", "antennas apart by more than 3 sigma"), _window_rows(windows)),
        "Sigma is that of each polarisation itself, from the median absolute deviation; at least 20 % of the median.\n",
        _faults_text(faults),
    ]
    return "\n".join(parts)


def _scan_row(scan: ScanTsys, *, names: Mapping[int, str], elevations_deg: Mapping[int, float]) -> tuple[str, ...]:
    medians = [number_text(value, 1) for value in scan.median_k]
    elevation = number_text(elevations_deg.get(scan.scan, float("nan")), 1)
    name = names.get(scan.field_id, f"field {scan.field_id}")
    return (str(scan.scan), name, elevation, str(scan.spw_id), *medians, *[""] * (2 - len(medians)))


def _window_rows(windows: Sequence[WindowTsys]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for window in windows:
        for pol, name in zip(range(len(window.median_k)), POLARIZATIONS, strict=False):
            apart = [
                f"{window.antenna_names[n]} ({window.mean_k[n, pol]:.0f} K, "
                f"{_sigmas(window, antenna=int(n), pol=pol):+.1f} sigma)"
                for n in np.flatnonzero(window.is_outlier[:, pol])
            ]
            numbers = number_text(window.median_k[pol], 1), number_text(window.rms_k[pol], 1)
            rows.append((str(window.spw_id), name, *numbers, ", ".join(apart) or "none"))
    return rows


def _sigmas(window: WindowTsys, *, antenna: int, pol: int) -> float:
    sigma = window.sigma_k[pol]
    return float((window.mean_k[antenna, pol] - window.median_k[pol]) / sigma) if sigma > 0 else float("inf")


def _faults_text(faults: Sequence[TsysFault]) -> str:
    if not faults:
        return "Spikes and values not above zero: none\n"
    scans: dict[str, list[int]] = {}
    for fault in faults:
        where = f"{fault.kind}: {fault.antenna} {fault.polarization}, spw {fault.spw_id}:{id_ranges(fault.channels)}"
        scans.setdefault(where, []).append(fault.scan)
    lines = [f"{where}, scan {','.join(map(str, sorted(found)))}" for where, found in scans.items()]
    more = [f"... and {len(lines) - MOST_FAULTS} more"] if len(lines) > MOST_FAULTS else []
    return "\n".join(["Spikes and values not above zero:", *lines[:MOST_FAULTS], *more]) + "\n"
