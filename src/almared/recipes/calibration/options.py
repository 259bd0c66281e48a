"""What the reducer asks of the recipe (the generator's options, domain A.1)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from almared.errors import PlanError
from almared.formats.catalogues.antpos import PositionFile, read_positions
from almared.heuristics.calibration.flux import PowerLaw
from almared.heuristics.thresholds.flux import FLUX_USUAL_INDEX
from almared.model import ExecutionBlock
from almared.mous.options import OPTIONS, CalibrationOption, OptionKind
from almared.mous.source import EbSource


def parse_flux(text: str) -> tuple[str, PowerLaw]:
    """Return the calibrator and its flux of ``NAME=Jy@GHz,alpha``; NAME may be a field id.

    A left-out index is taken as -0.7, the usual one of a quasar (domain F.2 item 7).

    Raises
    ------
    PlanError
        It does not read so.

    Examples
    --------
    >>> parse_flux("3c279=12.1@97.5,-0.5")
    ('3c279', PowerLaw(flux_jy=12.1, reference_hz=97500000000.0, spectral_index=-0.5))
    """
    name, _, rest = text.rpartition("=")
    flux, _, rest = rest.partition("@")
    frequency, _, index = rest.partition(",")
    try:
        law = PowerLaw(float(flux), float(frequency) * 1e9, float(index) if index.strip() else FLUX_USUAL_INDEX.value)
    except ValueError as fault:
        raise PlanError(f"{text!r} is no flux", repair="write NAME=Jy@GHz,alpha, e.g. 3c279=12.1@97.5,-0.5") from fault
    numbers = (law.flux_jy, law.reference_hz, law.spectral_index)
    if not (name.strip() and law.flux_jy > 0 and law.reference_hz > 0 and all(map(math.isfinite, numbers))):
        raise PlanError(f"{text!r} has no name, or a number that cannot be", repair="write NAME=Jy@GHz,alpha")
    return name.strip(), law


def find_field(eb: ExecutionBlock, text: str) -> int | None:
    """Return the field that a reducer names by id or name, None for an empty text.

    Raises
    ------
    PlanError
        There is no such field.
    """
    if not text:
        return None
    if text.isdigit() and int(text) < len(eb.fields):
        return int(text)
    for candidate in eb.fields:
        if candidate.name == text:
            return candidate.id
    raise PlanError(f"there is no field {text!r}", where=eb.name, repair="see `almared inspect` for ids and names")


@dataclass(frozen=True, slots=True)
class CalibrationOptions:
    """Options of a calibration plan.

    Parameters
    ----------
    asdm : str
        Name of the ASDM's directory; empty when the plan is made from an MS alone.
    ms : str
        Name of the MS, empty for the one that the uid gives.
    expected_rows : mapping of str to int
        Rows that each table of the MS has to have after the import.
    build : str
        The casatasks build to plan for, empty for the installed one.
    refant : str
        Reference antenna, empty for an automatic choice.
    bandpass_field : int or None
        Bandpass calibrator, None for an automatic choice.
    positions : PositionFile or None
        Better antenna positions.
    fluxes : mapping of str to PowerLaw
        Known flux densities, by field name or id.
    tsys_channel_tolerance : float
        Tolerance of the Tsys map in channels of Tsys.
    time_bin_s : float, s
        Averaging in the first split, 0 for none.
    has_wvr_correction, is_long_baseline, is_low_snr, keeps_all_antennas, is_lazy : bool
        Switches; `almared.mous.options` says what each does.
    tbuff_s : float, s
        Padding of the online flags at the import.
    """

    asdm: str = ""
    ms: str = ""
    expected_rows: Mapping[str, int] = field(default_factory=dict)
    build: str = ""
    refant: str = ""
    bandpass_field: int | None = None
    positions: PositionFile | None = None
    fluxes: Mapping[str, PowerLaw] = field(default_factory=dict)
    tsys_channel_tolerance: float = 1.0
    time_bin_s: float = 0.0
    has_wvr_correction: bool = True
    is_long_baseline: bool = False
    is_low_snr: bool = False
    keeps_all_antennas: bool = False
    is_lazy: bool = False
    tbuff_s: float = 0.0


def options_for(source: EbSource, eb: ExecutionBlock, *, given: Mapping[str, Any]) -> CalibrationOptions:
    """Return the options of a plan for the data on disk.

    Parameters
    ----------
    source : EbSource
        Where they lie.
    eb : ExecutionBlock
        Their facts.
    given : mapping of str to object
        Values of `almared.mous.options`, by name, as the command line has them; the others are left out.

    Raises
    ------
    PlanError
        An option names what is not there.
    InputError
        A file that an option names cannot be read.
    """
    return CalibrationOptions(
        asdm=source.asdm.name if source.asdm is not None else "",
        ms=source.ms_name,
        expected_rows=source.rows_after_import(),
        **{option.name: _as_asked(option, given[option.name], eb=eb) for option in OPTIONS if option.name in given},
    )


def _as_asked(option: CalibrationOption, value: Any, *, eb: ExecutionBlock) -> Any:
    """Return the value of an option as the recipe takes it."""
    match option.kind:
        case OptionKind.FIELD:
            return find_field(eb, str(value))
        case OptionKind.FLUXES:
            return dict(parse_flux(text) for text in value)
        case OptionKind.FILE:
            return read_positions(value) if value else None
    return value
