"""Step 11: the model of the flux calibrator."""

from __future__ import annotations

from collections.abc import Sequence

from almared.names import Products
from almared.plan import Action, Argument, Call, Step
from almared.recipes.building import call


def put_models(products: Products, models: Sequence[Call]) -> Step:
    """Return step 11: older models are taken away first, so that a repeated step starts clean."""
    clear = call("delmod", "Models of an earlier run go first.", vis=products.split, otf=True, scr=True)
    actions: tuple[Action, ...] = (clear, *models)
    return Step(11, actions, changes=(products.split,))


def body_model(products: Products, field: Argument, spws: str, standard: str) -> Call:
    """Return setjy of a Solar-System body (domain A.8 step 11)."""
    return call("setjy", vis=products.split, field=field, spw=spws, standard=standard, usescratch=True)


def quasar_model(
    products: Products,
    field: Argument,
    *,
    flux_jy: Argument,
    spectral_index: float,
    reference_hz: float,
    spws: str = "",
) -> Call:
    """Return setjy of a source of known flux; the field is given by id, for comparison with the pipeline (W078)."""
    where = {"spw": spws} if spws else {}
    return call(
        "setjy",
        vis=products.split,
        field=field,
        **where,
        standard="manual",
        fluxdensity=flux_jy,
        spix=spectral_index,
        reffreq=f"{reference_hz / 1e9:.9f}GHz",
        usescratch=True,
    )
