"""The model of the flux calibrator (domain A.8 step 11)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from almared.errors import PlanError
from almared.heuristics.calibration.calibrators import fields_of_source
from almared.heuristics.thresholds.flux import (
    FLUX_FARTHEST,
    FLUX_FIT_RESIDUAL,
    FLUX_LARGEST_INDEX,
    FLUX_LEAST_SPAN,
    FLUX_POLARISED,
    FLUX_USUAL_INDEX,
)
from almared.model import Choice, Evidence, ExecutionBlock, SourceFlux
from almared.physics.bodies import BodyModel, body_name, read_body_model

STANDARD = "Butler-JPL-Horizons 2012"
OLD = "the date of this flux is unknown: compare with the catalogue"


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A flux density and its change with frequency.

    Parameters
    ----------
    flux_jy : float, Jy
        Stokes I at the reference.
    reference_hz : float, Hz
        Reference frequency.
    spectral_index : float
        Of flux over frequency.
    """

    flux_jy: float
    reference_hz: float
    spectral_index: float

    def at(self, frequency_hz: float) -> float:
        """Return the flux density (Jy) at a frequency (Hz)."""
        return float(self.flux_jy * (frequency_hz / self.reference_hz) ** self.spectral_index)


@dataclass(frozen=True, slots=True)
class FluxModel:
    """The model that setjy uses for the flux calibrator: a body, or a power law.

    Parameters
    ----------
    field_id : int
        The calibrator.
    body : str
        Name of the Solar-System body, empty for other sources.
    power_law : PowerLaw or None
        Of other sources, and of a body that setjy does not recognise by the name of the field.
    diameter_rad : float, rad
        Apparent diameter of a body, 0 for others.
    """

    field_id: int
    body: str = ""
    power_law: PowerLaw | None = None
    diameter_rad: float = 0.0

    def at(self, frequency_hz: float, mjd_s: float) -> float | None:
        """Return the flux density (Jy) at a frequency (Hz) and time, None when it cannot be predicted."""
        if self.power_law is not None:
            return self.power_law.at(frequency_hz)
        model = read_body_model(self.body, mjd_s)
        return model.flux_jy(frequency_hz) if model else None


def choose_flux_model(
    eb: ExecutionBlock, field_id: int, *, spw_ids: Sequence[int], given: Mapping[str, PowerLaw] | None = None
) -> Choice[FluxModel]:
    """Return the model of a flux calibrator.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    field_id : int
        The calibrator.
    spw_ids : sequence of int
        Windows to calibrate; the reference frequency of a power law is their mean.
    given : mapping of str to PowerLaw
        Fluxes the reducer gives, by field name or id.

    Raises
    ------
    PlanError
        No flux is known.

    References
    ----------
    domain.md A.8 step 11, G27: the flux from the reducer; else Solar-System bodies by whole names or ``Name_N`` (setjy
    does not know the latter: the flux of our table is used); else the Source table of the ASDM, which may be old.
    """
    name = eb.fields[field_id].name
    body = body_name(name)
    for key in (name, str(field_id)):
        if given and key in given:
            warning = f"the model of {body} is not used, since a flux was given" if body else ""
            return _given(field_id, given[key], origin="given by the reducer", warnings=(_rising(given[key]), warning))
    model = read_body_model(body, eb.start_mjd_s) if body else None
    if model is not None:
        return _choose_body(eb, field_id, model=model, spw_ids=spw_ids)
    law, warning = _from_source_table(eb, field_id, spw_ids=spw_ids)
    doubts = (f"setjy has no model of {body} at this date" if body else _rising(law), warning, OLD)
    return _given(field_id, law, origin="from the Source table of the ASDM", warnings=doubts)


def _rising(law: PowerLaw) -> str:
    is_rising = law.spectral_index > FLUX_LARGEST_INDEX.value
    return f"a spectral index of {law.spectral_index:+.2f} is unusual for a quasar" if is_rising else ""


def _choose_body(eb: ExecutionBlock, field_id: int, *, model: BodyModel, spw_ids: Sequence[int]) -> Choice[FluxModel]:
    arcsec = float(np.degrees(model.diameter_rad) * 3600)
    evidence = (
        Evidence("apparent diameter", round(arcsec, 3), "arcsec", model.name, "JPL-Horizons"),
        *(_body_flux(eb, spw_id, model=model) for spw_id in spw_ids),
    )
    if eb.fields[field_id].name.strip().capitalize() == model.name:
        reason = f"{model.name} is a Solar-System body with a model in {STANDARD}"
        value = FluxModel(field_id, body=model.name, diameter_rad=model.diameter_rad)
        return Choice(value, reason, evidence, rule="domain A.8 step 11")
    law = _law_of_body(eb, spw_ids, model=model)
    choice = _given(
        field_id, law, origin=f"from our table of {model.name}, since setjy only knows bodies by their own names"
    )
    value = FluxModel(field_id, model.name, law, model.diameter_rad)
    warning = f"{model.name} is modelled as a point: on long baselines its disk is resolved"
    return replace(choice, value=value, evidence=evidence, warning=warning)


def _body_flux(eb: ExecutionBlock, spw_id: int, *, model: BodyModel) -> Evidence:
    flux = model.flux_jy(eb.spws[spw_id].mean_frequency_hz)
    return Evidence("flux density expected", float(f"{flux:.4g}"), "Jy", f"spw {spw_id}", "SolarSystemModels")


def _law_of_body(eb: ExecutionBlock, spw_ids: Sequence[int], *, model: BodyModel) -> PowerLaw:
    """Return the power law through the fluxes of a body at both ends of all windows."""
    ends = np.array([end for i in spw_ids for end in eb.spws[i].range_hz])
    x, y = np.log(ends), np.log([model.flux_jy(end) for end in ends])
    index, constant = np.polyfit(x - x.mean(), y, 1)
    return PowerLaw(float(np.exp(constant)), float(np.exp(x.mean())), float(index))


def _given(field_id: int, law: PowerLaw, *, origin: str, warnings: Sequence[str] = ()) -> Choice[FluxModel]:
    where = f"{law.reference_hz * 1e-9:.3f} GHz"
    return Choice(
        FluxModel(field_id, power_law=law),
        f"{law.flux_jy:.4f} Jy at {where}, spectral index {law.spectral_index:.3f}, {origin}",
        (Evidence("flux density", round(law.flux_jy, 5), "Jy", where, origin),),
        rule="domain A.8 step 11",
        warning="; ".join(filter(None, warnings)),
    )


def source_power_law(eb: ExecutionBlock, field_id: int) -> PowerLaw | None:
    """Return the flux of a field from the Source table at the mean science frequency, or None."""
    if not _known_fluxes(eb, field_id):
        return None
    return _from_source_table(eb, field_id, spw_ids=[w.id for w in eb.spws if w.processor == "CORRELATOR"])[0]


def _known_fluxes(eb: ExecutionBlock, field_id: int) -> tuple[SourceFlux, ...]:
    ids = {f.source_id for f in fields_of_source(eb, field_id)}
    return tuple(f for s in eb.sources if s.id in ids for f in s.fluxes if f.stokes_jy and _can_be(f))


def _can_be(flux: SourceFlux) -> bool:
    return 0.0 < flux.stokes_jy[0] < math.inf and 0.0 < flux.frequency_hz < math.inf


def _from_source_table(eb: ExecutionBlock, field_id: int, *, spw_ids: Sequence[int]) -> tuple[PowerLaw, str]:
    known = _known_fluxes(eb, field_id)
    if not known:
        raise PlanError(
            f"no flux density of {eb.fields[field_id].name} is known: no model of a body, none in the Source table",
            where=eb.name,
            repair="give it with --flux NAME=Jy@GHz,alpha",
        )
    polarised = any(abs(v) > FLUX_POLARISED.value for f in known for v in f.stokes_jy[1:])
    index, warning = _fit_index(known)
    warnings = ("Q, U or V in the Source table are not zero and are not used" if polarised else "", warning)
    reference = float(np.mean([eb.spws[i].mean_frequency_hz for i in spw_ids]))
    mean = float(np.mean(np.log([f.stokes_jy[0] for f in known])))
    pivot = float(np.mean(np.log([f.frequency_hz for f in known])))
    flux = float(np.exp(mean + index * (np.log(reference) - pivot)))
    notes = (*warnings, _far(reference, known))
    return PowerLaw(flux, reference, index), "; ".join(filter(None, notes))


def _far(reference_hz: float, known: Sequence[SourceFlux]) -> str:
    low, high = (limit(f.frequency_hz for f in known) for limit in (min, max))
    factor = FLUX_FARTHEST.value
    if low / factor <= reference_hz <= high * factor:
        return ""
    return f"its flux is extrapolated from {low * 1e-9:.0f} to {high * 1e-9:.0f} GHz"


def _fit_index(known: Sequence[SourceFlux]) -> tuple[float, str]:
    """Return the slope of log flux over log frequency, and a warning if it is doubtful."""
    x = np.log([f.frequency_hz for f in known])
    y = np.log([f.stokes_jy[0] for f in known])
    usual = FLUX_USUAL_INDEX.value
    if np.ptp(x) < FLUX_LEAST_SPAN.value:
        return usual, f"only fluxes at one frequency are known: spectral index {usual} is assumed"
    x, y = x - x.mean(), y - y.mean()
    index = float((x * y).sum() / (x * x).sum())
    residual = float(np.abs(y - index * x).max())
    is_bent = residual > FLUX_FIT_RESIDUAL.value
    return index, f"fluxes of the Source table are up to {100 * residual:.0f} % off a power law" if is_bent else ""
