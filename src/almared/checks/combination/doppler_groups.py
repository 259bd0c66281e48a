"""Windows of one setting that were observed at different dates.

Measured
    Science windows of one rest frequency, which follow the Doppler shift of their target in each execution block.

Threshold
    None: more windows than one execution block has are no error then (domain.md B.5, G34).

What to do
    Nothing here; the imaging takes them together.
"""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.checks.check import Check
from almared.measure.combination import CombinedMs, SpwGroup
from almared.model import Finding, Selection, Severity


def check(subject: CombinedMs) -> tuple[Finding, ...]:
    """Return which windows belong together, when some do."""
    shifted = [group for group in subject.groups if len(group.spw_ids) > 1]
    if not shifted:
        return ()
    each = "; ".join(_shift(group) for group in shifted)
    message = f"the same windows at other Doppler settings, to be imaged together: {each}"
    spws = tuple(spw for group in shifted for spw in group.spw_ids)
    return (Finding(CHECK.code, Severity.INFO, message, subject.name, selection=Selection(spws=spws)),)


def _shift(group: SpwGroup) -> str:
    span = (max(group.frequencies_hz) - min(group.frequencies_hz)) / 1e6
    return f"{id_ranges(group.spw_ids)} ({group.frequencies_hz[0] / 1e9:.3f} GHz, {span:.3f} MHz apart)"


CHECK = Check("COMB12", "windows that belong together", CombinedMs, check)
