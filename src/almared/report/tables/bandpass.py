"""bandpass_rms.txt: scatter of the bandpass amplitudes (domain C.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from almared.heuristics.thresholds.report import BANDPASS_RMS_ADVICE
from almared.measure.bandpass import WindowScatter
from almared.report.tables.columns import number_text, table_text

LEGEND = """\
rms: of the amplitude over its mean, central 90 % of the channels (shape of the filter and noise).
noise: its part that changes from channel to channel, which more smoothing or averaging brings down.
*: more than 3 sigma above the median of its window and polarisation.
"""


def bandpass_rms_text(windows: Sequence[WindowScatter], *, table: str) -> str:
    """Return the scatter per antenna, window and polarisation, the medians, and advice where they are large.

    Parameters
    ----------
    windows : sequence of WindowScatter
        What was measured.
    table : str
        From which table.
    """
    header = ("antenna", "spw", "rms X", "rms Y", "noise X", "noise Y")
    medians = "".join(
        f"spw {w.spw_id}: median rms {number_text(w.median_rms, 4)}, median noise {number_text(w.median_noise, 4)}\n"
        for w in windows
    )
    apart = dict.fromkeys(
        f"{w.antenna_names[n]} (spw {w.spw_id} {'XY'[pol]})" for w in windows for n, pol in np.argwhere(w.is_outlier)
    )
    return "\n".join(
        [
            f"Bandpass solutions of {table}\n",
            LEGEND,
            table_text(header, (row for w in windows for row in _rows(w))),
            medians,
            f"Apart upwards: {', '.join(apart) or 'none'}\n{_advice(windows)}",
        ]
    )


def _advice(windows: Sequence[WindowScatter]) -> str:
    limit = BANDPASS_RMS_ADVICE.value
    advice = [
        f"Advice: the median rms of spw {w.spw_id} is above {limit:g}; "
        + (
            "its noise is most of it: smooth or average more channels.\n"
            if w.median_noise > w.median_rms / 2
            else "the shape of the filter is most of it, which smoothing does not change.\n"
        )
        for w in windows
        if w.median_rms > limit
    ]
    return "".join(advice) or f"No median rms is above {limit:g}: no more smoothing is needed.\n"


def _rows(window: WindowScatter) -> list[tuple[str, ...]]:
    rows = []
    for place, name in enumerate(window.antenna_names):
        rms = [_cell(v, is_apart=bool(b)) for v, b in zip(window.rms[place], window.is_outlier[place], strict=True)]
        noise = [number_text(value, 4) for value in window.noise[place]]
        fill = [""] * (2 - len(rms))
        rows.append((name, str(window.spw_id), *rms, *fill, *noise, *fill))
    return rows


def _cell(value: float, *, is_apart: bool) -> str:
    if not np.isfinite(value):
        return "flagged"
    return f"{value:.4f}{'*' if is_apart else ' '}"
