"""Step 11: the models of the flux and bandpass calibrators."""

from __future__ import annotations

from collections.abc import Sequence

from almared.basics.select import id_ranges
from almared.heuristics.calibration.flux import STANDARD, FluxModel, PowerLaw
from almared.model import Choice, ExecutionBlock
from almared.names import Products
from almared.plan import Argument, Call, Role, Step, StepId, roles
from almared.recipes.building import calibration_step, call, clear_after_kill, nothing
from almared.recipes.calibration.decisions import Decisions

UNIT_SHAPE = "1 Jy at the middle of the window: only the slope within it counts, the flux comes from fluxscale"


def put_models(eb: ExecutionBlock, products: Products, *, decided: Decisions) -> Step:
    """Return step 11: older models are taken away first, so that a repeated step starts clean.

    References
    ----------
    domain.md A.8 step 11. The slope of the bandpass calibrator would otherwise end up in the bandpass (what CSG 2.18
    cures by solving it a second time, A.8 step 13).
    """
    flux = [_flux_model(eb, products, choice=decided.flux_model, decided=decided)] if decided.flux_model else []
    models = [*flux, *_shape_models(eb, products, decided=decided)]
    if not models:
        return nothing(StepId.MODELS, "no flux density of any calibrator is known")
    clear = call(
        "delmod", "Models of an earlier run go first.", role=roles.CLEAR_MODELS, vis=products.split, otf=True, scr=True
    )
    return calibration_step(
        StepId.MODELS, (clear_after_kill(products.split), clear, *models), changes=(products.split,)
    )


def _flux_model(eb: ExecutionBlock, products: Products, *, choice: Choice[FluxModel], decided: Decisions) -> Call:
    model = choice.value
    field = Argument("", str(model.field_id), reason=f"{eb.fields[model.field_id].name}: {choice.reason}")
    if model.power_law is not None:
        return power_law_model(products, field, law=model.power_law, role=roles.FLUX_MODEL)
    spws = spws_of_field(eb, model.field_id, wanted=decided.split_spws.value)
    return call(
        "setjy",
        role=roles.FLUX_MODEL,
        vis=products.split,
        field=field,
        spw=id_ranges(spws),
        standard=STANDARD,
        usescratch=True,
    )


def power_law_model(products: Products, field: Argument, *, law: PowerLaw, role: Role, spws: str = "") -> Call:
    """Return setjy of a source of known flux; the field is given by id, for comparison with the pipeline (W078)."""
    where = {"spw": spws} if spws else {}
    return call(
        "setjy",
        role=role,
        vis=products.split,
        field=field,
        **where,
        standard="manual",
        fluxdensity=(round(law.flux_jy, 6), 0, 0, 0),
        spix=round(law.spectral_index, 6),
        reffreq=f"{law.reference_hz / 1e9:.9f}GHz",
        usescratch=True,
    )


def _shape_models(eb: ExecutionBlock, products: Products, *, decided: Decisions) -> list[Call]:
    index, field_id = decided.bandpass_index, decided.bandpass_field.value
    if index is None:
        return []
    field = Argument("", str(field_id), reason=f"{eb.fields[field_id].name}: {index.reason}; {UNIT_SHAPE}")
    again = Argument("", str(field_id))
    made: list[Call] = []
    for spw in spws_of_field(eb, field_id, wanted=decided.split_spws.value):
        law = PowerLaw(1.0, eb.spws[spw].mean_frequency_hz, index.value)
        given = again if made else field
        made.append(power_law_model(products, given, law=law, role=roles.BANDPASS_MODEL, spws=str(spw)))
    return made


def spws_of_field(eb: ExecutionBlock, field_id: int, *, wanted: Sequence[int]) -> tuple[int, ...]:
    """Return those of the wanted windows that a field was observed in."""
    seen = {i for scan in eb.scans if field_id in scan.field_ids for i in scan.spw_ids}
    return tuple(i for i in wanted if i in seen)
