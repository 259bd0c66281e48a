"""From facts and options to all values of the plain calibration, by the rules of `almared.heuristics`."""

from __future__ import annotations

from almared.basics.select import id_ranges
from almared.errors import PlanError
from almared.heuristics.calibration.antpos import Offsets, choose_position_offsets
from almared.heuristics.calibration.bandpass import BandpassSolints, choose_bandpass_solints
from almared.heuristics.calibration.calibrators import (
    choose_bandpass_field,
    choose_bandpass_scans,
    choose_flux_fields,
    choose_gain_fields,
    choose_phase_association,
)
from almared.heuristics.calibration.channels import choose_phase_channels, choose_planet_lines, choose_tdm_edges
from almared.heuristics.calibration.flux import FluxModel, choose_flux_model, source_power_law
from almared.heuristics.calibration.gain import choose_apply_groups, choose_gaintype, choose_phase_solint
from almared.heuristics.calibration.refant import choose_refant
from almared.heuristics.calibration.sensitivity import predict_gain_snr, predict_integration_snr
from almared.heuristics.calibration.spws import choose_calibration_spws
from almared.heuristics.calibration.tsys import (
    TsysMap,
    choose_tsys_edge_channels,
    choose_tsys_fields,
    choose_tsys_spwmap,
)
from almared.heuristics.calibration.wvr import choose_wvr
from almared.model import Choice, ExecutionBlock
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.options import CalibrationOptions
from almared.recipes.calibration.steps.bandpass import BandpassTable


def decide(eb: ExecutionBlock, options: CalibrationOptions) -> Decisions:
    """Return all values of the plain calibration.

    Raises
    ------
    PlanError
        A choice has no sound answer, or an option names what is not there.
    """
    _check_flux_names(eb, options)
    spws = choose_calibration_spws(eb)
    groups = choose_phase_association(eb)
    bandpass_field = choose_bandpass_field(eb, override=options.bandpass_field)
    gain_fields = choose_gain_fields(eb)
    flux_fields = choose_flux_fields(eb)
    flux_model = _flux_model(eb, options, spws=spws.value, candidates=(*flux_fields.value[:1], *gain_fields.value))
    model = flux_model.value if flux_model else None
    modelled = (model.field_id,) if model else ()
    bandpass_scans = choose_bandpass_scans(eb, bandpass_field.value)
    return Decisions(
        refant=choose_refant(eb, override=options.refant or None, long_baselines=options.is_long_baseline),
        split_spws=spws,
        wvr=choose_wvr(eb, spws.value, groups=groups.value),
        tsys_edges=choose_tsys_edge_channels(eb),
        tsys_map=_tsys_map(eb, spws.value, options=options),
        tsys_fields=choose_tsys_fields(eb, groups.value),
        position_offsets=_positions(eb, options),
        edge_channels=choose_tdm_edges(eb, spws.value),
        planet_lines=choose_planet_lines(eb, modelled, spw_ids=spws.value),
        flux_fields=flux_fields,
        flux_model=flux_model,
        bandpass_index=_bandpass_index(eb, options, field_id=bandpass_field.value, modelled=modelled),
        bandpass_field=bandpass_field,
        bandpass_scans=bandpass_scans,
        phase_channels=choose_phase_channels(
            eb,
            spws.value,
            whole=options.is_low_snr,
            integration_snr=predict_integration_snr(eb, bandpass_field.value, spw_ids=spws.value, model=model),
        ),
        bandpass_tables=_bandpass_tables(
            choose_bandpass_solints(
                eb,
                bandpass_field.value,
                scan_numbers=bandpass_scans.value,
                spw_ids=spws.value,
                model=model,
                long_baselines=options.is_long_baseline,
            )
        ),
        gain_fields=gain_fields,
        phase_solint=choose_phase_solint(eb, gain_fields.value, spw_ids=spws.value, model=model),
        gaintype=choose_gaintype(predict_gain_snr(eb, gain_fields.value, spw_ids=spws.value, model=model)),
        apply_groups=choose_apply_groups(eb, gain_fields.value, groups=groups.value),
    )


def _check_flux_names(eb: ExecutionBlock, options: CalibrationOptions) -> None:
    known = {field.name for field in eb.fields} | {str(field.id) for field in eb.fields}
    for name in options.fluxes:
        if name not in known:
            raise PlanError(f"--flux names {name!r}, which is no field", where=eb.name, repair="see `almared inspect`")


def _tsys_map(eb: ExecutionBlock, spws: tuple[int, ...], *, options: CalibrationOptions) -> Choice[TsysMap]:
    choice = choose_tsys_spwmap(eb, spws, tolerance_channels=options.tsys_channel_tolerance)
    if eb.tsys and choice.value.unmapped:
        raise PlanError(
            f"no Tsys window covers spw {id_ranges(choice.value.unmapped)}",
            where=eb.name,
            repair="allow a larger tolerance with --tsys-chan-tol, in channels of Tsys",
        )
    return choice


def _positions(eb: ExecutionBlock, options: CalibrationOptions) -> Choice[Offsets] | None:
    return choose_position_offsets(eb, options.positions) if options.positions is not None else None


def _flux_model(
    eb: ExecutionBlock, options: CalibrationOptions, *, spws: tuple[int, ...], candidates: tuple[int, ...]
) -> Choice[FluxModel] | None:
    """Return the model of the flux calibrator; without one, of a calibrator whose flux the reducer gives."""
    observed = choose_flux_fields(eb).value
    for field_id in candidates:
        is_given = eb.fields[field_id].name in options.fluxes or str(field_id) in options.fluxes
        if is_given or field_id in observed:
            return choose_flux_model(eb, field_id, spw_ids=spws, given=options.fluxes)
    return None


def _bandpass_index(
    eb: ExecutionBlock, options: CalibrationOptions, *, field_id: int, modelled: tuple[int, ...]
) -> Choice[float] | None:
    """Return the spectral index of the bandpass calibrator where it is known and no flux model has it already."""
    field = eb.fields[field_id]
    law = options.fluxes.get(field.name) or options.fluxes.get(str(field_id))
    if field_id in modelled:
        return None
    if law is not None:
        return Choice(law.spectral_index, "its spectral index was given", rule="domain A.8 step 13")
    frequencies = {f.frequency_hz for s in eb.sources if s.id == field.source_id for f in s.fluxes}
    known = source_power_law(eb, field_id) if len(frequencies) > 1 else None
    if known is None:
        return None
    return Choice(known.spectral_index, "its spectral index is in the Source table", rule="domain A.8 step 13")


def _bandpass_tables(solints: Choice[BandpassSolints]) -> tuple[BandpassTable, ...]:
    """Return the tables that the intervals ask for; the smoothed one comes last and is used downstream."""
    fine, smooth = solints.value.fine, solints.value.smooth
    reason = "at full resolution, to look at; the smoothed one below is applied" if smooth else solints.reason
    table = BandpassTable("bandpass", Choice(fine, reason, solints.evidence, solints.rule, solints.warning))
    if not smooth:
        return (table,)
    suffix = f"bandpass_smooth{smooth.rpartition(',')[2]}"
    return table, BandpassTable(suffix, Choice(smooth, solints.reason, solints.evidence, solints.rule))
