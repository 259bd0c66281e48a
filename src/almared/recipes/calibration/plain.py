"""The plain calibration: radiometers, Tsys on every source, a flux calibrator that is a point."""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.heuristics.calibration.wvr import WvrParameters
from almared.model import Choice, ExecutionBlock
from almared.names import Products
from almared.plan import Step, StepId
from almared.recipes.building import nothing
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.options import CalibrationOptions
from almared.recipes.calibration.steps.apriori_apply import apply_apriori
from almared.recipes.calibration.steps.apriori_flags import flag_apriori
from almared.recipes.calibration.steps.apriori_tables import make_tsys, solve_wvr
from almared.recipes.calibration.steps.bandpass import solve_bandpass
from almared.recipes.calibration.steps.final import apply_tables, save_flags, split_calibrated
from almared.recipes.calibration.steps.gain import GainRecipe, solve_gains
from almared.recipes.calibration.steps.importing import fix_syscal_times, import_asdm, list_observation
from almared.recipes.calibration.steps.initial_flags import flag_initially
from almared.recipes.calibration.steps.models import put_models
from almared.recipes.calibration.steps.split import save_original_flags, split_science


def plain_steps(
    eb: ExecutionBlock, options: CalibrationOptions, *, products: Products, decided: Decisions
) -> tuple[Step, ...]:
    """Return the twenty steps, before special situations change them."""
    return (
        import_asdm(products, options),
        fix_syscal_times(products),
        list_observation(products),
        flag_apriori(eb, products),
        _wvr(products, decided.wvr),
        make_tsys(products, decided.tsys_edges),
        nothing(StepId.ANTPOS, "no antenna position corrections were given"),
        apply_apriori(eb, products, decided=decided),
        split_science(products, decided.split_spws.value, time_bin_s=options.time_bin_s),
        save_original_flags(products),
        flag_initially(products, decided.edge_channels, planet_lines=decided.planet_lines),
        put_models(eb, products, decided=decided),
        save_flags(StepId.FLAGS_BEFORE_BANDPASS, products),
        _bandpass(products, decided),
        save_flags(StepId.FLAGS_BEFORE_GAIN, products),
        solve_gains(gain_recipe(products, decided)),
        save_flags(StepId.FLAGS_BEFORE_APPLY, products),
        apply_tables(
            products, products.of_split(decided.bandpass_tables[-1].suffix), groups=decided.apply_groups.value
        ),
        split_calibrated(eb, products),
        save_flags(StepId.FINAL_FLAGS, products),
    )


def gain_recipe(products: Products, decided: Decisions) -> GainRecipe:
    """Return what the gain solutions need."""
    return GainRecipe(
        products,
        bandpass=products.of_split(decided.bandpass_tables[-1].suffix),
        field_ids=decided.gain_fields.value,
        refant=decided.refant.value,
        phase_solint=decided.phase_solint,
        amplitude_gaintype=decided.gaintype,
        flux_reference=_flux_reference(decided),
    )


def _flux_reference(decided: Decisions) -> Choice[int] | None:
    model = decided.flux_model
    return Choice(model.value.field_id, "the calibrator of known flux") if model else None


def _wvr(products: Products, wvr: Choice[WvrParameters | None]) -> Step:
    if wvr.value is None:
        return nothing(StepId.WVR, wvr.reason)
    chosen = wvr.value
    optional = {"smooth": Choice(chosen.smooth, wvr.reason), "tie": chosen.tie, "statsource": chosen.statsource}
    given = {name: value for name, value in optional.items() if getattr(value, "value", value)}
    return solve_wvr(products, chosen.wvr_spws, spw=chosen.spws, toffset=chosen.toffset, **given)


def _bandpass(products: Products, decided: Decisions) -> Step:
    field = decided.bandpass_field
    return solve_bandpass(
        products,
        field=Choice(id_ranges([field.value]), field.reason),
        scans=",".join(str(number) for number in decided.bandpass_scans.value),
        refant=decided.refant.value,
        phase_channels=decided.phase_channels,
        tables=decided.bandpass_tables,
    )
