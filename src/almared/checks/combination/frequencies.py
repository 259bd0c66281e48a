"""A window that lies further apart in two execution blocks than Doppler tracking explains.

Measured
    The mean frequency of each science window against that of the first execution block.

Threshold
    ``COMBINE_DOPPLER`` of the frequency: more than the Earth's orbit gives (thresholds of the combination).

What to do
    The numbers of the windows may not correspond. Look at both listobs; do not combine what is not one setting.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.heuristics.thresholds.combination import COMBINE_DOPPLER
from almared.measure.combination import FluxesToCombine
from almared.model import Evidence, Finding, Selection, Severity


def check(subject: FluxesToCombine) -> tuple[Finding, ...]:
    """Return a finding for each window that is too far from that of the first execution block."""
    names = list(subject.frequencies_hz)
    found = []
    for other in names[1:]:
        for spw, frequency in subject.frequencies_hz[other].items():
            apart = frequency - subject.frequencies_hz[names[0]].get(spw, frequency)
            if abs(apart) > COMBINE_DOPPLER.value * frequency:
                message = (
                    f"window {spw} of {other} is {apart / 1e6:+.1f} MHz from that of {names[0]}: more than Doppler "
                    f"tracking explains"
                )
                evidence = (Evidence("apart", apart / 1e6, "MHz"),)
                selection = Selection(spws=(spw,))
                found.append(
                    Finding(CHECK.code, Severity.WARNING, message, other, selection=selection, evidence=evidence)
                )
    return tuple(found)


CHECK = Check("COMB05", "frequencies of the windows", FluxesToCombine, check)
