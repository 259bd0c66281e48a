"""Which facts make which mode (domain A.3 item 3, A.10, A.11)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.small_plan import small_eb

from almared.model import ExecutionBlock, Scan, Subscan
from almared.recipes import CalibrationOptions
from almared.recipes.calibration.modes import all_modes


def recognised(eb: ExecutionBlock) -> list[str]:
    return [mode.name for mode in all_modes() if mode.recognise(eb, CalibrationOptions()) is not None]


def without_window(scan: Scan, spw: int) -> tuple[Subscan, ...]:
    return tuple(
        replace(sub, blocks=tuple(replace(b, spw_ids=tuple(i for i in b.spw_ids if i != spw)) for b in sub.blocks))
        for sub in scan.subscans
    )


def differential(ratio: float) -> ExecutionBlock:
    """Scan 2 is one of the differential gain, with a second window at a frequency higher by that ratio."""
    eb = small_eb()
    middle = eb.spws[5].mean_frequency_hz
    spws = list(eb.spws)
    spws[7] = replace(spws[7], first_channel_hz=spws[7].first_channel_hz + ratio * middle - spws[7].mean_frequency_hz)
    scans = tuple(replace(s, intents=(*s.intents, "CALIBRATE_DIFFGAIN")) if s.number == 2 else s for s in eb.scans)
    return replace(eb, spws=tuple(spws), scans=scans)


def target_only(spw: int) -> ExecutionBlock:
    """The window was observed on all but the phase calibrator."""
    eb = small_eb()
    is_phase = [("CALIBRATE_PHASE" in scan.intents) for scan in eb.scans]
    scans = (
        replace(scan, subscans=without_window(scan, spw)) if phase else scan
        for scan, phase in zip(eb.scans, is_phase, strict=True)
    )
    return replace(eb, scans=tuple(scans))


def tunings() -> ExecutionBlock:
    """One more target scan, which lacks one of the windows."""
    eb = small_eb()
    target = eb.scans[-1]
    return replace(eb, scans=(*eb.scans, replace(target, number=6, subscans=without_window(target, 7))))


@pytest.mark.parametrize(
    ("eb", "names"),
    [
        (small_eb(), []),
        (differential(1.10), ["bandwidth switching"]),
        (differential(1.66), ["bandwidth switching"]),
        (differential(1.67), ["band-to-band transfer"]),
        (differential(2.5), ["band-to-band transfer"]),
        (target_only(5), ["bandwidth switching"]),
        (target_only(7), ["bandwidth switching"]),
        (tunings(), ["spectral scan"]),
    ],
)
def test_mode_is_recognised(eb: ExecutionBlock, names: list[str]) -> None:
    """The differential gain has frequencies apart by more than 1.6611 between bands."""
    assert recognised(eb) == names
