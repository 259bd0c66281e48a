"""What of the calibrated execution blocks their combination rests on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from almared.errors import InputError, PlanError
from almared.formats.fluxtable import FluxScale, MeasuredFlux
from almared.heuristics.calibration.calibrators import PhaseGroup, choose_phase_association
from almared.heuristics.calibration.spws import choose_science_spws
from almared.heuristics.combination.equalise import OwnFlux
from almared.model import ExecutionBlock, Field, Finding, Intent
from almared.model.finding import warning

SAME_POSITION_RAD = math.radians(1e-3 / 3600)
"""CASA's concat takes fields within a milliarcsecond for one, unless dirtol says otherwise."""


@dataclass(frozen=True, slots=True)
class CalibratedEb:
    """A calibrated execution block.

    Parameters
    ----------
    eb : ExecutionBlock
        Its facts, of the calibrated MS.
    ms : str
        Name of the calibrated MS, ``<uid>.ms.split.cal``.
    groups : tuple of PhaseGroup
        Phase calibrators with the targets that take their gains.
    spw_ids : tuple of int
        Science windows.
    fluxscale : FluxScale or None
        What fluxscale found; None when it left nothing.
    n_bytes : float, bytes
        Size of the calibrated MS.
    """

    eb: ExecutionBlock
    ms: str
    groups: tuple[PhaseGroup, ...]
    spw_ids: tuple[int, ...]
    fluxscale: FluxScale | None
    n_bytes: float

    @property
    def middle_mjd_s(self) -> float:
        """Middle of the execution (MJD s)."""
        return (self.eb.start_mjd_s + self.eb.end_mjd_s) / 2

    @property
    def calibrator_ids(self) -> dict[str, int]:
        """Name -> field of the phase calibrators that targets take their gains from."""
        return {self.eb.fields[g.calibrator_field_id].name: g.calibrator_field_id for g in self.groups}

    @property
    def still_fields(self) -> tuple[Field, ...]:
        """Fields that do not move: of sources with an ephemeris the centres differ by nature."""
        return tuple(field for field in self.eb.fields if not field.is_ephemeris)

    def frequency_hz(self, spw_id: int) -> float:
        """Return the mean frequency of a window (Hz)."""
        return self.eb.spws[spw_id].mean_frequency_hz

    def own_flux(self, source: str, spw_id: int) -> OwnFlux | None:
        """Return what it measured of a calibrator in a window, None when nothing."""
        found = self._measured(source, spw_id)
        if found is None:
            return None
        frequency = self.frequency_hz(spw_id)
        return OwnFlux(source, spw_id, self.ms, frequency, found.flux_jy, found.error_jy, found.n_solutions)

    def _measured(self, source: str, spw_id: int) -> MeasuredFlux | None:
        """Return the value of a window; by its frequency where ids of the two MSs differ."""
        values = self.fluxscale.of_source(source) if self.fluxscale else ()
        window = self.eb.spws[spw_id]

        def is_of_window(value: MeasuredFlux) -> bool:
            far = abs((value.frequency_hz or window.mean_frequency_hz) - window.mean_frequency_hz)
            return far < window.bandwidth_hz / 2

        same = [value for value in values if value.spw_id == spw_id and is_of_window(value)]
        others = [value for value in values if value.frequency_hz and is_of_window(value)]
        near = sorted(others, key=lambda value: abs((value.frequency_hz or 0.0) - window.mean_frequency_hz))
        return next(iter((*same, *near)), None)


def describe_calibrated(eb: ExecutionBlock, ms: str, *, fluxscale: FluxScale | None, n_bytes: float) -> CalibratedEb:
    """Return what of a calibrated MS the combination rests on.

    Raises
    ------
    InputError
        It has no science target.
    PlanError
        It has no science windows, or a target has no phase calibrator.
    """
    if not eb.field_ids_with(Intent.TARGET):
        raise InputError("no scan of a science target is in it", where=ms)
    spws = choose_science_spws(eb).value
    groups = tuple(group for group in choose_phase_association(eb).value if group.science_field_ids)
    return CalibratedEb(eb, ms, groups, spws, fluxscale, n_bytes)


def check_alike(ebs: Sequence[CalibratedEb]) -> None:
    """Refuse to scale execution blocks whose science windows do not correspond.

    Raises
    ------
    PlanError
        Their lists of science windows differ.

    References
    ----------
    domain.md B.3; requirement W115.
    """
    first = ebs[0]
    for other in ebs[1:]:
        if other.spw_ids != first.spw_ids:
            raise PlanError(
                f"the science windows differ: {list(first.spw_ids)} in {first.ms}, {list(other.spw_ids)} in {other.ms}",
                repair="concatenate without scaling (`--no-scale`), or take the execution block out of the MOUS",
            )


def differing_sources(ebs: Sequence[CalibratedEb]) -> tuple[Finding, ...]:
    """Return a warning for each execution block whose targets or phase calibrators are not those of the first."""
    first, *others = ebs
    found = []
    for other in others:
        for what, names, wanted in (
            ("targets", _targets(other), _targets(first)),
            ("phase calibrators", set(other.calibrator_ids), set(first.calibrator_ids)),
        ):
            if names != wanted:
                message = f"{what} of {other.ms} are {_list(names)}, those of {first.ms} {_list(wanted)}"
                found.append(warning("COMB07", message, place=other.ms))
    return tuple(found)


def shared_positions(ebs: Sequence[CalibratedEb]) -> tuple[tuple[str, ...], ...]:
    """Return the names of fields that share one position, to a milliarcsecond, under different names."""
    names: dict[tuple[int, ...], set[str]] = {}
    for field in (field for eb in ebs for field in eb.still_fields):
        place = tuple(round(angle / SAME_POSITION_RAD) for angle in field.direction_rad)
        names.setdefault(place, set()).add(field.name)
    return tuple(tuple(sorted(together)) for together in names.values() if len(together) > 1)


def _targets(eb: CalibratedEb) -> set[str]:
    return {eb.eb.fields[number].name for group in eb.groups for number in group.science_field_ids}


def _list(names: set[str]) -> str:
    return ", ".join(sorted(names))
