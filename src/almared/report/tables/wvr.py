"""wvr_stat.txt: phase noise before and after the radiometer correction (domain C.3)."""

from __future__ import annotations

from collections.abc import Sequence

from almared.measure.coherence import PhaseNoise, find_wvr_outliers, median_improvement
from almared.measure.phases import ScanPhases
from almared.report.tables.columns import number_text, table_text

HEADER = ("A", "B", "C", "D", "E", "F", "G", "H")
LEGEND = """\
A antenna
B distance from the reference antenna (m)
C rms of the unwrapped phases without the WVR correction (deg)
D the same with it (deg)
E 100 D/C (%)
F coherence without it (%), exp(-C^2/2) with C in rad
G coherence with it (%)
H NI: not improved (D > C)
"""


def wvr_stat_text(
    phases: ScanPhases, noises: Sequence[PhaseNoise], *, own_table: Sequence[str], source: str = ""
) -> str:
    """Return the table of phase noise, and that of wvrgcal.

    Parameters
    ----------
    phases : ScanPhases
        Of what.
    noises : sequence of PhaseNoise
        One per antenna.
    own_table : sequence of str
        What wvrgcal said about the antennas.
    source : str
        Name of the source of the scan.
    """
    request = phases.request
    outliers = find_wvr_outliers(noises)
    worse = [noise.antenna for noise in noises if not noise.is_improved]
    parts = [
        (
            f"WVR: phase per integration of scan {request.scan}{f' ({source})' if source else ''}, "
            f"spw {request.spw_id}, {phases.polarization}, against {request.refant}\n"
        ),
        LEGEND,
        table_text(HEADER, (_row(noise) for noise in noises if noise.antenna != request.refant)),
        (
            f"Median of E: {number_text(median_improvement(noises), 1)} %\n"
            f"Apart from the median of E by more than 5 MAD: {', '.join(outliers) or 'none'}\n"
            f"Not improved: {', '.join(worse) or 'none'}\n"
        ),
        "wvrgcal's own table:\n" + ("\n".join(own_table) or "not found") + "\n",
    ]
    return "\n".join(parts)


def _row(noise: PhaseNoise) -> tuple[str, ...]:
    return (
        noise.antenna,
        number_text(noise.distance_m, 1),
        number_text(noise.before_deg, 1),
        number_text(noise.after_deg, 1),
        number_text(noise.ratio_percent, 1),
        number_text(100 * noise.coherence_before, 1),
        number_text(100 * noise.coherence_after, 1),
        "" if noise.is_improved else "NI",
    )
