"""What came of the concatenation: fields and windows counted, windows that belong together, scales applied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from almared.basics.select import id_ranges
from almared.formats.caltable import read_caltable
from almared.formats.ms.sky import read_fields
from almared.formats.ms.spectral import read_descriptions, read_windows
from almared.formats.ms.targets import group_targets, read_calibrated
from almared.heuristics.combination.concat import expected_fields, expected_windows
from almared.heuristics.combination.equalise_warnings import warn_of_scale
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
    path = directory / CALIBRATED
    ms = read_calibrated(path)
    groups = spw_groups(ms)
    counts = {
        "fields": len(read_fields(path)),
        "fields_expected": _fields_expected(combination),
        "windows": len(read_windows(path, read_descriptions(path), processors={})),
        "windows_expected": expected_windows([eb.eb.spws for eb in combination.ebs]),
    }
    applied = list(_applied(directory, combination)) if combination.should_scale else []
    return {
        **counts,
        "science_windows": list(ms.target_spws),
        "spw_groups": [_group_document(ms, group) for group in groups],
        "datacolumn": ms.datacolumn,
        "scales": applied,
        "findings": [*_count_findings(counts), *_group_findings(ms, groups), *_scale_findings(applied)],
    }


def spw_groups(ms: CalibratedMs) -> tuple[tuple[int, ...], ...]:
    """Return the science windows that are one setting at different dates, by the rule of the imaging.

    Windows of one rest frequency follow the Doppler shift of their target in each execution block, so that the same
    setting has another sky frequency at each date: they are imaged together.
    """
    groups: dict[tuple[int, ...], None] = {}
    for target in group_targets(ms):
        groups.update(dict.fromkeys(same_windows(ms, source_factors(ms, target))))
    return tuple(groups)


def _fields_expected(combination: Combination) -> int:
    still = expected_fields([eb.still_fields for eb in combination.ebs], combination.dirtol_arcsec.value)
    # concat merges two ephemerides only when the first covers the second, which those of two days don't.
    return still + sum(field.is_ephemeris for eb in combination.ebs for field in eb.eb.fields)


def _group_document(ms: CalibratedMs, group: Sequence[int]) -> dict[str, Any]:
    return {
        "spw_ids": list(group),
        "frequencies_ghz": [round(ms.windows[spw].mean_frequency_hz / 1e9, 6) for spw in group],
        "channels": ms.windows[group[0]].n_channels,
    }


def _count_findings(counts: dict[str, int]) -> Iterator[str]:
    for what in ("fields", "windows"):
        found, wanted = counts[what], counts[f"{what}_expected"]
        if found != wanted:
            yield f"{CALIBRATED} has {found} {what}, {wanted} were expected: look at {CALIBRATED}.listobs"


def _group_findings(ms: CalibratedMs, groups: Sequence[Sequence[int]]) -> Iterator[str]:
    """Tell which windows belong together; more windows than one execution block has are no error then."""
    shifted = [group for group in groups if len(group) > 1]
    if not shifted:
        return
    told = "; ".join(_shift(ms, group) for group in shifted)
    yield f"the same windows at other Doppler settings, to be imaged together: {told}"


def _shift(ms: CalibratedMs, group: Sequence[int]) -> str:
    frequencies = [ms.windows[spw].mean_frequency_hz for spw in group]
    span = (max(frequencies) - min(frequencies)) / 1e6
    return f"{id_ranges(group)} ({frequencies[0] / 1e9:.3f} GHz, {span:.3f} MHz apart)"


def _applied(directory: Path, combination: Combination) -> Iterator[dict[str, Any]]:
    """Yield the scale that was found in the data beside the one that the table tells, per calibrator and window."""
    for eb in combination.ebs:
        table = read_caltable(directory / gain_table(eb.ms))
        for record in combination.records:
            if record.ms_name != eb.ms or record.source not in eb.calibrator_ids:
                continue
            mine = (table.field_id == eb.calibrator_ids[record.source]) & (table.spw_id == record.spw_id)
            rows = table.where(mine)
            gains = np.abs(rows.param[~rows.flag])
            yield {
                "ms": eb.ms,
                "source": record.source,
                "spw": record.spw_id,
                "table": _ratio(record.own_jy, record.used_jy),
                "found": float(np.median(gains) ** 2) if gains.size else None,
                "without_solution": _without(eb, set(rows.antenna1[~rows.flag.all(axis=(1, 2))].tolist())),
            }


def _ratio(own: float | None, used: float | None) -> float | None:
    return None if own is None or not used else own / used


def _without(eb: CalibratedEb, solved: set[int]) -> list[str]:
    return [antenna.name for antenna in eb.eb.antennas if antenna.id not in solved]


def _scale_findings(applied: Sequence[dict[str, Any]]) -> Iterator[str]:
    for entry in applied:
        what = f"{entry['source']}, window {entry['spw']} of {entry['ms']}"
        yield from warn_of_scale(what, found=entry["found"], told=entry["table"])
