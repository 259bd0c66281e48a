"""What came of the concatenation: fields and windows counted, windows that belong together, scales applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from almared.checks.registry import run_checks
from almared.formats.caltable import read_caltable
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.targets import group_targets, read_calibrated
from almared.heuristics.combination.concat import expected_fields, expected_windows
from almared.measure.combination import AppliedScale, CombinedMs, Count, SpwGroup
from almared.model import Finding
from almared.model.finding import messages, records_of
from almared.model.targets import CalibratedMs
from almared.recipes.combination.facts import CalibratedEb
from almared.recipes.combination.steps import CALIBRATED, Combination, gain_table
from almared.stages.imaging.facts import same_windows, source_factors


def examine(directory: Path, combination: Combination) -> dict[str, Any]:
    """Return what calibrated.ms holds against what was expected, as JSON knows it.

    Raises
    ------
    AlmaredError
        It cannot be read.

    References
    ----------
    Requirements W127 and W128; domain.md B.5, G33, G34.
    """
    data = OpenMs(directory / CALIBRATED)
    ms = read_calibrated(data)
    combined = CombinedMs(
        CALIBRATED,
        Count(len(data.fields), _fields_expected(combination)),
        Count(len(data.windows), expected_windows([eb.eb.spws for eb in combination.ebs])),
        tuple(_group(ms, spw_ids) for spw_ids in spw_groups(data, ms)),
        tuple(_applied(directory, combination)) if combination.should_scale else (),
    )
    return {**_document(combined, ms), **_findings_document(run_checks(combined))}


def _document(combined: CombinedMs, ms: CalibratedMs) -> dict[str, Any]:
    return {
        "fields": combined.fields.found,
        "fields_expected": combined.fields.expected,
        "windows": combined.windows.found,
        "windows_expected": combined.windows.expected,
        "science_windows": list(ms.target_spws),
        "spw_groups": [_group_document(group) for group in combined.groups],
        "datacolumn": ms.datacolumn,
        "scales": [{**asdict(scale), "without_solution": list(scale.without_solution)} for scale in combined.applied],
    }


def _findings_document(findings: Sequence[Finding]) -> dict[str, Any]:
    """Return the sentences, under the name that programs read, and the whole findings."""
    return {"findings": list(messages(findings)), "finding_records": records_of(findings)}


def spw_groups(data: OpenMs, ms: CalibratedMs) -> tuple[tuple[int, ...], ...]:
    """Return the science windows that are one setting at different dates, by the rule of the imaging.

    Windows of one rest frequency follow the Doppler shift of their target in each execution block, so that the same
    setting has another sky frequency at each date: they are imaged together.
    """
    groups: dict[tuple[int, ...], None] = {}
    for target in group_targets(ms):
        groups.update(dict.fromkeys(same_windows(ms, source_factors(data, ms, target=target))))
    return tuple(groups)


def _fields_expected(combination: Combination) -> int:
    still = expected_fields([eb.still_fields for eb in combination.ebs], combination.dirtol_arcsec.value)
    # concat merges two ephemerides only when the first covers the second, which those of two days don't.
    return still + sum(field.is_ephemeris for eb in combination.ebs for field in eb.eb.fields)


def _group(ms: CalibratedMs, spw_ids: tuple[int, ...]) -> SpwGroup:
    frequencies = tuple(ms.windows[spw].mean_frequency_hz for spw in spw_ids)
    return SpwGroup(spw_ids, frequencies, ms.windows[spw_ids[0]].n_channels)


def _group_document(group: SpwGroup) -> dict[str, Any]:
    return {
        "spw_ids": list(group.spw_ids),
        "frequencies_ghz": [round(frequency / 1e9, 6) for frequency in group.frequencies_hz],
        "channels": group.n_channels,
    }


def _applied(directory: Path, combination: Combination) -> Iterator[AppliedScale]:
    """Yield the scale found in the data and the one from the table, per calibrator and window."""
    for eb in combination.ebs:
        table = read_caltable(directory / gain_table(eb.ms))
        for record in combination.records:
            if record.ms_name != eb.ms or record.source not in eb.calibrator_ids:
                continue
            mine = (table.field_id == eb.calibrator_ids[record.source]) & (table.spw_id == record.spw_id)
            rows = table.where(mine)
            gains = np.abs(rows.param[~rows.flag])
            yield AppliedScale(
                ms=eb.ms,
                source=record.source,
                spw=record.spw_id,
                table=_ratio(record.own_jy, record.used_jy),
                found=float(np.median(gains) ** 2) if gains.size else None,
                without_solution=_without(eb, set(rows.antenna1[~rows.flag.all(axis=(1, 2))].tolist())),
            )


def _ratio(own: float | None, used: float | None) -> float | None:
    return None if own is None or not used else own / used


def _without(eb: CalibratedEb, solved: set[int]) -> tuple[str, ...]:
    return tuple(antenna.name for antenna in eb.eb.antennas if antenna.id not in solved)
