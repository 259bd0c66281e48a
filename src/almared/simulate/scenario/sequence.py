"""The order of scans: a scenario's own list, or the standard sequence of an ALMA execution block."""

from __future__ import annotations

from collections.abc import Iterator

from almared.errors import ScenarioError
from almared.model import Intent
from almared.simulate.scenario.models import ScanPart, Scenario, SequencePart, TimingPart

INTENTS: dict[str, tuple[Intent, ...]] = {
    "pointing": (Intent.POINTING, Intent.WVR),
    "sideband": (Intent.SIDEBAND_RATIO, Intent.WVR),
    "atmosphere": (Intent.ATMOSPHERE, Intent.WVR),
    "bandpass": (Intent.BANDPASS, Intent.WVR),
    "flux": (Intent.FLUX, Intent.WVR),
    "phase": (Intent.PHASE, Intent.WVR),
    "check": (Intent.CHECK, Intent.WVR),
    "wvr": (Intent.WVR,),
    "target": (Intent.TARGET,),
}
"""Scan intents of each kind of scan, as listobs shows them."""

POINTING_INTEGRATIONS = 3
LOAD_SUBSCANS = 3


def scans_of(scenario: Scenario) -> tuple[ScanPart, ...]:
    """Return the scans of a scenario in order.

    Raises
    ------
    ScenarioError
        A scan names a source that the scenario does not have.
    """
    scans = scenario.scan or tuple(_standard(_sequence(scenario), scenario.timing))
    unknown = sorted({scan.source for scan in scans} - set(scenario.source))
    if unknown:
        raise ScenarioError(
            f"no source has the key {unknown[0]!r}",
            where="sequence",
            repair=f"use one of {', '.join(scenario.source)}, or add a table source.{unknown[0]}",
        )
    return scans


def intents_of(scan: ScanPart) -> tuple[str, ...]:
    """Return the intents of a scan: its own, else those of its kind."""
    return scan.intents or tuple(str(intent) for intent in INTENTS[scan.kind])


def _sequence(scenario: Scenario) -> SequencePart:
    if scenario.sequence is None:
        raise ScenarioError("there is neither a sequence nor a list of scans", where="scenario")
    return scenario.sequence


def _standard(order: SequencePart, timing: TimingPart) -> Iterator[ScanPart]:
    yield from _bandpass(order, timing)
    if order.flux != order.bandpass:
        yield _atmosphere(order.flux, timing)
        yield _scan("flux", order.flux, seconds=order.flux_time)
    if order.pointing:
        yield _pointing(order.phase, timing)
    for cycle in range(order.cycles):
        yield from _cycle(order, timing, cycle=cycle)
    yield _scan("phase", order.phase, seconds=order.phase_time)


def _bandpass(order: SequencePart, timing: TimingPart) -> Iterator[ScanPart]:
    source = order.bandpass
    if order.pointing:
        yield _pointing(source, timing)
    yield _scan("sideband", source, seconds=4.0 * timing.atmosphere)
    yield _atmosphere(source, timing)
    shared = (str(Intent.BANDPASS), str(Intent.FLUX), str(Intent.WVR)) if order.flux == source else ()
    yield _scan("bandpass", source, seconds=order.bandpass_time).model_copy(update={"intents": shared})


def _cycle(order: SequencePart, timing: TimingPart, *, cycle: int) -> Iterator[ScanPart]:
    with_tsys = cycle % order.tsys_every == 0
    if with_tsys:
        yield _atmosphere(order.phase, timing)
    yield _scan("phase", order.phase, seconds=order.phase_time)
    if order.check and cycle % 2 == 0:
        if cycle == 0:
            yield _atmosphere(order.check, timing)
        yield _scan("check", order.check, seconds=order.check_time)
    if with_tsys:
        yield _atmosphere(order.target, timing)
    yield _scan("target", order.target, seconds=order.target_time)


def _atmosphere(source: str, timing: TimingPart) -> ScanPart:
    return _scan("atmosphere", source, seconds=3.0 * LOAD_SUBSCANS * timing.atmosphere)


def _pointing(source: str, timing: TimingPart) -> ScanPart:
    return _scan("pointing", source, seconds=POINTING_INTEGRATIONS * timing.pointing)


def _scan(kind: str, source: str, *, seconds: float) -> ScanPart:
    return ScanPart.model_construct(kind=kind, source=source, duration=seconds, intents=())
