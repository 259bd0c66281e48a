"""Antennas whose system temperature is apart from that of the others.

Measured
    The mean over scans and inner channels of each antenna, window and polarisation against the median of the antennas.

Threshold
    ``REPORT_OUTLIER_SIGMAS`` of the robust scatter of the antennas, at least ``TSYS_OUTLIER_LEAST`` of the median
    (domain.md C.2: 3 sigma; receivers differ by 10 per cent).

What to do
    Look at the antenna in tsys_plot.png. A high Tsys that is real costs weight only; a wrong one is flagged in the
    Tsys table.
"""

from __future__ import annotations

import numpy as np

from almared.checks.check import Check
from almared.measure.calibration import TsysMeasurement
from almared.model import Finding, Selection
from almared.model.finding import warning


def check(subject: TsysMeasurement) -> tuple[Finding, ...]:
    """Return one finding that names all antennas that are apart."""
    pairs = sorted(
        {(w.antenna_names[n], w.spw_id) for w in subject.windows for n, _ in np.argwhere(w.is_outlier)},
        key=lambda pair: f"{pair[0]} (spw {pair[1]})",
    )
    if not pairs:
        return ()
    names = ", ".join(f"{name} (spw {spw_id})" for name, spw_id in pairs)
    meant = Selection.where_possible(
        antennas=tuple(name for name, _ in pairs), spws=tuple(spw_id for _, spw_id in pairs)
    )
    return (warning(CHECK.code, f"Tsys apart from the other antennas: {names}", selection=meant),)


CHECK = Check("TSYS02", "antennas with another Tsys than the others", TsysMeasurement, check)
