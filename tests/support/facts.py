"""Compare the facts of two execution blocks: floats within rounding, everything else exactly."""

from __future__ import annotations

import dataclasses
import math
from dataclasses import fields, replace
from typing import Any

from almared.model import ExecutionBlock, OnlineFlag, SpectralWindow, TsysRecord

SECONDS_TOLERANCE = 2e-6
"""Times are stored as ns and read as float64 seconds, which are good to a microsecond."""

TOLERANCES = {"start_mjd_s": SECONDS_TOLERANCE, "end_mjd_s": SECONDS_TOLERANCE, "time_mjd_s": SECONDS_TOLERANCE}
RELATIVE = 1e-12
FLOAT32_RELATIVE = 1e-6


def differences(one: Any, other: Any, *, name: str = "", relative: float = RELATIVE) -> list[str]:
    """Return where two values differ, empty when they are equal; fields that don't compare are left out."""
    if dataclasses.is_dataclass(one) and type(one) is type(other):
        return [
            found
            for field in fields(one)
            if field.compare
            for found in differences(
                getattr(one, field.name), getattr(other, field.name), name=f"{name}.{field.name}", relative=relative
            )
        ]
    if isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [found for n, (a, b) in pairs for found in differences(a, b, name=f"{name}[{n}]", relative=relative)]
    if isinstance(one, float) and isinstance(other, float):
        absolute = TOLERANCES.get(name.rpartition(".")[2], 0.0)
        same = math.isclose(one, other, rel_tol=0.0 if absolute else relative, abs_tol=absolute)
        return [] if same else [f"{name}: {one!r} and {other!r}"]
    return [] if one == other else [f"{name}: {one!r} and {other!r}"]


def as_imported(eb: ExecutionBlock) -> ExecutionBlock:
    """Return the facts of an ASDM as an MS can hold them: what importasdm is known to change or lose.

    It keeps no sign of the step of a single channel, no array name, writes blanks in flag reasons as underscores,
    times of flags to a millisecond, and Tsys in single precision.
    """
    return replace(
        eb,
        array_name="",
        spws=tuple(_window(spw) for spw in eb.spws),
        online_flags=tuple(_flag(flag) for flag in eb.online_flags),
        tsys=tuple(_tsys(record) for record in eb.tsys),
    )


def _window(spw: SpectralWindow) -> SpectralWindow:
    return replace(spw, channel_step_hz=spw.channel_width_hz) if spw.n_channels == 1 else spw


def _flag(flag: OnlineFlag) -> OnlineFlag:
    return replace(
        flag,
        reason=flag.reason.replace(" ", "_").strip("_"),
        start_mjd_s=round(flag.start_mjd_s, 3),
        end_mjd_s=round(flag.end_mjd_s, 3),
    )


def _tsys(record: TsysRecord) -> TsysRecord:
    return replace(record, median_tsys_k=tuple(float(f"{value:.5g}") for value in record.median_tsys_k))
