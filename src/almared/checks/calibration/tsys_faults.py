"""System temperatures with spikes, or not above zero.

Measured
    Each channel of each spectrum of the Tsys table against the shape that the other antennas have; and its sign.

Threshold
    ``TSYS_SPIKE`` of the shape (ours; domain.md C.2, G7, G8). Lines of the atmosphere are in all antennas and are no
    spikes.

What to do
    Flag these channels or the antenna in the Tsys table; interpolation fills the gap. tsys_stat.txt lists them.
"""

from __future__ import annotations

from almared.checks.check import Check
from almared.measure.calibration import TsysMeasurement
from almared.model import Evidence, Finding, Selection
from almared.model.finding import warning

KINDS = {"spike": "with spikes", "not above zero": "not above zero"}


def check(subject: TsysMeasurement) -> tuple[Finding, ...]:
    """Return a finding for each kind of fault, with the antennas that have it."""
    found = []
    for kind, words in KINDS.items():
        mine = [fault for fault in subject.faults if fault.kind == kind]
        antennas = sorted({fault.antenna for fault in mine})
        if antennas:
            places = Selection(
                antennas=tuple(antennas),
                spws=tuple(fault.spw_id for fault in mine),
                scans=tuple(fault.scan for fault in mine),
            )
            count = Evidence("channels", sum(len(fault.channels) for fault in mine))
            message = f"Tsys {words}: {', '.join(antennas)}"
            found.append(warning(CHECK.code, message, selection=places, evidence=(count,)))
    return tuple(found)


CHECK = Check("TSYS03", "spikes of Tsys, and values not above zero", TsysMeasurement, check)
