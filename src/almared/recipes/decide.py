"""From facts and options to all values of the plain calibration, by the rules of `almared.heuristics`."""

from __future__ import annotations

from almared.errors import PlanError
from almared.heuristics.calibrators import (
    choose_bandpass_field,
    choose_bandpass_scans,
    choose_flux_fields,
    choose_gain_fields,
    choose_phase_association,
)
from almared.heuristics.gain import choose_apply_groups, choose_gaintype
from almared.heuristics.refant import choose_refant
from almared.heuristics.spws import choose_calibration_spws
from almared.heuristics.tsys import choose_tsys_edge_channels, choose_tsys_fields, choose_tsys_spwmap
from almared.heuristics.wvr import choose_wvr
from almared.model import Choice, ExecutionBlock
from almared.names import Products
from almared.plan import Argument, Call
from almared.recipes.bandpass import BandpassTable
from almared.recipes.decisions import Decisions
from almared.recipes.models import quasar_model
from almared.recipes.options import CalibrationOptions
from almared.select import id_ranges


def decide(eb: ExecutionBlock, options: CalibrationOptions, *, products: Products) -> Decisions:
    """Return all values of the plain calibration.

    Raises
    ------
    PlanError
        A choice has no sound answer.
    """
    spws = choose_calibration_spws(eb)
    groups = choose_phase_association(eb)
    bandpass_field = choose_bandpass_field(eb, override=options.bandpass_field)
    gain_fields = choose_gain_fields(eb)
    flux_fields = choose_flux_fields(eb)
    return Decisions(
        refant=choose_refant(eb, override=options.refant or None, long_baselines=options.is_long_baseline),
        split_spws=spws,
        wvr=choose_wvr(eb, spws.value, groups=groups.value),
        tsys_edges=choose_tsys_edge_channels(eb),
        tsys_map=choose_tsys_spwmap(eb, spws.value, tolerance_channels=options.tsys_channel_tolerance),
        tsys_fields=choose_tsys_fields(eb, groups.value),
        edge_channels=Choice("", ""),
        planet_lines=(),
        models=_models(eb, options, products, flux_fields.value[0]),
        bandpass_field=bandpass_field,
        bandpass_scans=choose_bandpass_scans(eb, bandpass_field.value),
        phase_channels=Choice(id_ranges(spws.value), "whole windows"),
        bandpass_tables=(BandpassTable("bandpass", Choice("inf", "one solution for each channel")),),
        gain_fields=gain_fields,
        gaintype=choose_gaintype({}),
        flux_reference=Choice(flux_fields.value[0], flux_fields.reason),
        apply_groups=choose_apply_groups(eb, gain_fields.value, groups.value),
    )


def _models(eb: ExecutionBlock, options: CalibrationOptions, products: Products, field_id: int) -> tuple[Call, ...]:
    source = next(s for s in eb.sources if s.id == eb.fields[field_id].source_id)
    if not source.fluxes:
        raise PlanError(f"no flux is known of {source.name}")
    flux = source.fluxes[0]
    field = Argument("", str(field_id), reason=eb.fields[field_id].name)
    return (
        quasar_model(
            products,
            field,
            flux_jy=Argument("", (flux.stokes_jy[0], 0, 0, 0)),
            spectral_index=0.0,
            reference_hz=flux.frequency_hz,
        ),
    )
