"""ant_gain_check.txt: gains of the antennas relative to all others (domain C.2)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from almared.measure.gains import AntennaGain, is_off
from almared.report.tables.columns import table_text

LEGEND = """\
Mean amplitude gain over the median of all antennas, windows and polarisations.
**       outside 0.90 to 1.10
flagged  no solution
Tsol     one solution for both polarisations
"""


def gain_check_text(gains: Sequence[AntennaGain], *, source: str, table: str) -> str:
    """Return the gains of each antenna and window.

    Parameters
    ----------
    gains : sequence of AntennaGain
        What was measured.
    source, table : str
        On which calibrator, from which table.
    """
    off = dict.fromkeys(gain.antenna for gain in gains if gain.is_off)
    return "\n".join(
        [
            f"Antenna gains on {source}, from {table}\n",
            LEGEND,
            table_text(("antenna", "spw", "X", "Y", ""), (_row(gain) for gain in gains)),
            f"Antennas outside 0.90 to 1.10: {', '.join(off) or 'none'}\n",
        ]
    )


def _row(gain: AntennaGain) -> tuple[str, ...]:
    if gain.is_flagged:
        return gain.antenna, str(gain.spw_id), "flagged", "flagged", ""
    cells = [_cell(value) for value in gain.relative]
    return (gain.antenna, str(gain.spw_id), *cells, *["Tsol"] * (2 - len(cells)), "**" if gain.is_off else "")


def _cell(value: float) -> str:
    if not np.isfinite(value):
        return "flagged"
    return f"{value:.3f}{'*' if is_off(value) else ' '}"
