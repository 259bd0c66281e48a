"""All that is decided before the steps are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from almared.basics.select import id_ranges
from almared.heuristics.calibration.antpos import Offsets
from almared.heuristics.calibration.channels import PlanetLine
from almared.heuristics.calibration.flux import FluxModel
from almared.heuristics.calibration.gain import ApplyGroup
from almared.heuristics.calibration.tsys import TsysField, TsysMap
from almared.heuristics.calibration.wvr import WvrParameters
from almared.model import Choice
from almared.plan import NamedChoice
from almared.recipes.calibration.steps.bandpass import BandpassTable


@dataclass(frozen=True, slots=True)
class Decisions:
    """Values of the plain calibration.

    Parameters
    ----------
    refant : Choice of str
        Reference antenna.
    split_spws : Choice of tuple of int
        Windows of the split MS.
    wvr : Choice of WvrParameters or None
        Step 4.
    tsys_edges : Choice of str
        Step 5, channels to flag in the table.
    tsys_map : Choice of TsysMap
        Step 7.
    tsys_fields : tuple of Choice of TsysField
        Step 7, one for each source.
    edge_channels : Choice of str
        Step 10.
    planet_lines : Choice of tuple of PlanetLine
        Step 10.
    flux_fields : Choice of tuple of int
        Fields observed to set the flux scale.
    flux_model : Choice of FluxModel or None
        Step 11, None without a flux calibrator.
    bandpass_index : Choice of float or None
        Step 11, spectral index of the bandpass calibrator where it is known and not that of the flux model.
    bandpass_field : Choice of int
        Step 13.
    bandpass_scans : Choice of tuple of int
        Step 13.
    phase_channels : Choice of str
        Step 13, channels of the phases before the bandpass.
    bandpass_tables : tuple of BandpassTable
        Step 13; the last one is used downstream.
    gain_fields : Choice of tuple of int
        Step 15.
    phase_solint : Choice of str
        Step 15, interval of the short phases.
    gaintype : Choice of str
        Step 15, of the amplitudes.
    apply_groups : Choice of tuple of ApplyGroup
        Step 17.
    position_offsets : Choice of Offsets or None
        Step 6, None where no positions were given.
    """

    refant: Choice[str]
    split_spws: Choice[tuple[int, ...]]
    wvr: Choice[WvrParameters | None]
    tsys_edges: Choice[str]
    tsys_map: Choice[TsysMap]
    tsys_fields: tuple[Choice[TsysField], ...]
    edge_channels: Choice[str]
    planet_lines: Choice[tuple[PlanetLine, ...]]
    flux_fields: Choice[tuple[int, ...]]
    flux_model: Choice[FluxModel] | None
    bandpass_index: Choice[float] | None
    bandpass_field: Choice[int]
    bandpass_scans: Choice[tuple[int, ...]]
    phase_channels: Choice[str]
    bandpass_tables: tuple[BandpassTable, ...]
    gain_fields: Choice[tuple[int, ...]]
    phase_solint: Choice[str]
    gaintype: Choice[str]
    apply_groups: Choice[tuple[ApplyGroup, ...]]
    position_offsets: Choice[Offsets] | None

    def named_choices(self) -> tuple[NamedChoice, ...]:
        """Return the choices for the reader, in the order of the steps that use them; their values are texts."""
        named: tuple[tuple[str, Choice[Any], str], ...] = (
            ("reference antenna", self.refant, self.refant.value),
            ("windows", self.split_spws, id_ranges(self.split_spws.value)),
            ("water vapour", self.wvr, _wvr_text(self.wvr.value)),
            ("Tsys edges", self.tsys_edges, self.tsys_edges.value),
            ("Tsys map", self.tsys_map, _map_text(self.tsys_map.value, self.split_spws.value)),
            *((f"Tsys of {s.value.name}", s, _fields_text(s.value.gain_field_ids)) for s in self.tsys_fields),
            ("edge channels", self.edge_channels, self.edge_channels.value),
            ("bandpass calibrator", self.bandpass_field, f"field {self.bandpass_field.value}"),
            ("bandpass scans", self.bandpass_scans, id_ranges(self.bandpass_scans.value)),
            ("channels of the first phases", self.phase_channels, self.phase_channels.value),
            *((f"table {table.suffix}", table.solint, table.solint.value) for table in self.bandpass_tables),
            ("gain calibrators", self.gain_fields, _fields_text(self.gain_fields.value)),
            ("interval of the short phases", self.phase_solint, self.phase_solint.value),
            ("gain type of the amplitudes", self.gaintype, self.gaintype.value),
            ("flux calibrator", self.flux_fields, _fields_text(self.flux_fields.value[:1])),
            *([("flux model", m, _model_text(m.value))] if (m := self.flux_model) else []),
            *([("index of the bandpass calibrator", i, f"{i.value:.3f}")] if (i := self.bandpass_index) else []),
            ("final apply", self.apply_groups, "; ".join(_group_text(group) for group in self.apply_groups.value)),
        )
        return tuple(NamedChoice(name, replace(choice, value=text or "none")) for name, choice, text in named)


def _fields_text(field_ids: Sequence[int]) -> str:
    return f"field {id_ranges(field_ids)}" if field_ids else "none"


def _wvr_text(wvr: WvrParameters | None) -> str:
    if wvr is None:
        return "not corrected"
    parts = [f"toffset {wvr.toffset:g} s"]
    parts += [f"smooth {wvr.smooth}"] if wvr.smooth else []
    parts += [f"tie {tie}" for tie in wvr.tie]
    return "; ".join(parts)


def _model_text(model: FluxModel) -> str:
    law = model.power_law
    value = f"{law.flux_jy:.4f} Jy at {law.reference_hz / 1e9:.3f} GHz" if law else model.body
    return f"field {model.field_id}: {value}"


def _map_text(tsys: TsysMap, spws: Sequence[int]) -> str:
    of = {spw: tsys.spwmap[spw] if spw < len(tsys.spwmap) else spw for spw in spws}
    return ", ".join(f"{spw} from {source}" for spw, source in of.items() if spw not in tsys.unmapped)


def _group_text(group: ApplyGroup) -> str:
    return f"{id_ranges(group.field_ids)} from {group.gain_field_id} ({group.phase_table})"
