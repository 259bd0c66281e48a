"""The model of the flux calibrator (domain A.8 step 11)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from almared.catalogue import body_name, read_body_model
from almared.errors import PlanError
from almared.model import Choice, Evidence, ExecutionBlock, SourceFlux

STANDARD = "Butler-JPL-Horizons 2012"
USUAL_INDEX = -0.7
"""Spectral index of a quasar of which one frequency is known (domain F.2 item 7)."""

NEGLIGIBLE_POLARISATION_JY = 1e-6


@dataclass(frozen=True, slots=True)
class PowerLaw:
    """A flux density and how it goes with frequency.

    Parameters
    ----------
    flux_jy : float, Jy
        Stokes I at the reference.
    reference_hz : float, Hz
        Where it holds.
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
    """What setjy puts in for the flux calibrator: a body, or a power law.

    Parameters
    ----------
    field_id : int
        The calibrator.
    body : str
        Name of the Solar-System body, empty for other sources.
    power_law : PowerLaw or None
        Of other sources.
    diameter_rad : float, rad
        Apparent diameter of a body, 0 for others.
    """

    field_id: int
    body: str = ""
    power_law: PowerLaw | None = None
    diameter_rad: float = 0.0

    def at(self, frequency_hz: float, mjd_s: float) -> float | None:
        """Return the flux density (Jy) at a frequency (Hz) and time, None where it is not known beforehand."""
        if self.power_law is not None:
            return self.power_law.at(frequency_hz)
        model = read_body_model(self.body, mjd_s)
        return model.flux_jy(frequency_hz) if model else None


def choose_flux_model(
    eb: ExecutionBlock, field_id: int, spw_ids: Sequence[int], *, given: Mapping[str, PowerLaw] | None = None
) -> Choice[FluxModel]:
    """Return the model of a flux calibrator.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    field_id : int
        The calibrator.
    spw_ids : sequence of int
        Windows that are calibrated; the reference frequency of a power law is their mean.
    given : mapping of str to PowerLaw
        Fluxes the reducer gives, by field name or id.

    Raises
    ------
    PlanError
        No flux is known.

    References
    ----------
    domain.md A.8 step 11: Solar-System bodies by whole names; else what is given; else the Source table of the ASDM.
    """
    name = eb.fields[field_id].name
    for key in (name, str(field_id)):
        if given and key in given:
            return _told(FluxModel(field_id, power_law=given[key]), "given by the reducer", "--flux")
    body = body_name(name)
    if body:
        return _choose_body(eb, field_id, body)
    law, warning = _from_source_table(eb, field_id, spw_ids)
    choice = _told(FluxModel(field_id, power_law=law), "from the Source table of the ASDM", "Source")
    rising = "a spectral index above zero is unusual for a quasar" if law.spectral_index > 0 else ""
    warnings = "; ".join(
        filter(None, (warning, rising, "the date of this flux is not known: compare with the catalogue"))
    )
    return Choice(choice.value, choice.reason, choice.evidence, rule=choice.rule, warning=warnings)


def _choose_body(eb: ExecutionBlock, field_id: int, body: str) -> Choice[FluxModel]:
    model = read_body_model(body, eb.start_mjd_s)
    diameter = model.diameter_rad if model else 0.0
    arcsec = np.degrees(diameter) * 3600
    evidence = (
        (Evidence("apparent diameter", round(float(arcsec), 3), "arcsec", body, "JPL-Horizons"),) if model else ()
    )
    return Choice(
        FluxModel(field_id, body=body, diameter_rad=diameter),
        f"{body} is a Solar-System body with a model in {STANDARD}",
        evidence,
        rule="domain A.8 step 11",
        warning="" if model else f"our table does not know {body} at this date; setjy may",
    )


def _told(model: FluxModel, origin: str, source: str) -> Choice[FluxModel]:
    law = model.power_law
    if law is None:
        return Choice(model, origin)
    return Choice(
        model,
        f"{law.flux_jy:.4f} Jy at {law.reference_hz * 1e-9:.3f} GHz, spectral index {law.spectral_index:.3f}, {origin}",
        (Evidence("flux density", round(law.flux_jy, 5), "Jy", f"{law.reference_hz * 1e-9:.3f} GHz", source),),
        rule="domain A.8 step 11",
    )


def source_power_law(eb: ExecutionBlock, field_id: int) -> PowerLaw | None:
    """Return the flux of a field by the Source table, at the mean science frequency; None where there is none."""
    spws = [w.id for w in eb.spws if w.processor == "CORRELATOR"]
    try:
        return _from_source_table(eb, field_id, spws)[0]
    except PlanError:
        return None


def _from_source_table(eb: ExecutionBlock, field_id: int, spw_ids: Sequence[int]) -> tuple[PowerLaw, str]:
    field = eb.fields[field_id]
    known = [f for s in eb.sources if s.id == field.source_id for f in s.fluxes if f.stokes_jy and f.stokes_jy[0] > 0]
    if not known:
        raise PlanError(
            f"no flux density of {field.name} is known: the Source table has none",
            where=eb.name,
            repair="give it with --flux NAME=Jy@GHz,alpha",
        )
    reference = float(np.mean([eb.spws[i].mean_frequency_hz for i in spw_ids]))
    polarised = any(abs(v) > NEGLIGIBLE_POLARISATION_JY for f in known for v in f.stokes_jy[1:])
    warnings = ["Q, U or V in the Source table are not zero and are not used"] if polarised else []
    frequencies = sorted({f.frequency_hz for f in known})
    if len(frequencies) == 1:
        warnings.append(f"one frequency is known: spectral index {USUAL_INDEX} is assumed")
        index = USUAL_INDEX
    else:
        index = _index(known)
    mean = float(np.mean(np.log([f.stokes_jy[0] for f in known])))
    pivot = float(np.mean(np.log([f.frequency_hz for f in known])))
    flux = float(np.exp(mean + index * (np.log(reference) - pivot)))
    return PowerLaw(flux, reference, index), "; ".join(warnings)


def _index(known: Sequence[SourceFlux]) -> float:
    """Return the slope of a line through log flux over log frequency."""
    x = np.log([f.frequency_hz for f in known])
    y = np.log([f.stokes_jy[0] for f in known])
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())
