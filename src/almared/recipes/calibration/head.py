"""What stands at the head of a script: whose data these are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from almared.basics.times import utc_text
from almared.model import ExecutionBlock, Intent, SpwRole
from almared.plan import NamedChoice

LISTED_INTENTS = (
    (Intent.AMPLI, "CALIBRATE_AMPLI"),
    (Intent.ATMOSPHERE, "CALIBRATE_ATMOSPHERE"),
    (Intent.BANDPASS, "CALIBRATE_BANDPASS"),
    (Intent.DIFFGAIN, "CALIBRATE_DIFFGAIN"),
    (Intent.FLUX, "CALIBRATE_FLUX"),
    (Intent.FOCUS, "CALIBRATE_FOCUS"),
    (Intent.PHASE, "CALIBRATE_PHASE"),
    (Intent.POINTING, "CALIBRATE_POINTING"),
    (Intent.CHECK, "OBSERVE_CHECK"),
    (Intent.TARGET, "OBSERVE_TARGET"),
)
"""Intents of the table in the head, by the names that reducers know (domain A.4)."""


def head_lines(eb: ExecutionBlock, *, refant: str, build: str, choices: Sequence[NamedChoice]) -> tuple[str, ...]:
    """Return the lines of the head: observation, intents, reference antenna, choices with their reasons."""
    release = ".".join(build.split(".")[:3])
    return (
        f"{eb.uid} of project {eb.project_uid}, scheduling block {eb.sb_uid}",
        f"Observed {utc_text(eb.start_mjd_s)} to {utc_text(eb.end_mjd_s)} UTC with {len(eb.antennas)} antennas",
        f"Made for CASA '{release}' (casatasks {build})",
        "",
        *_intents(eb),
        "",
        *_windows(eb),
        "",
        f"Using reference antenna = {refant}",
        "",
        "Choices:",
        *(f"- {entry.name}: {entry.choice.value}: {entry.choice.reason}" for entry in choices),
    )


def _intents(eb: ExecutionBlock) -> Iterator[str]:
    names = {field.id: field.name for field in eb.fields}
    for intent, label in LISTED_INTENTS:
        found = sorted({names[number] for number in eb.field_ids_with(intent)})
        yield f"{label}: {','.join(found)}"


def _windows(eb: ExecutionBlock) -> Iterator[str]:
    for spw in eb.spws_with_role(SpwRole.SCIENCE):
        low, high = spw.range_hz
        yield f"Science spw {spw.id}: {spw.n_channels} channels, {low / 1e9:.4f} to {high / 1e9:.4f} GHz"
