"""What the imaging rests on, read from disk: the calibrated MS of a MOUS, its targets, its windows."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from almared.errors import InputError, SelectionError
from almared.formats.ms.lsrk import lsrk_factors
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.targets import group_targets
from almared.formats.ms.uv_points import read_uv_points
from almared.heuristics.thresholds.imaging import IMAGE_SAME_WINDOW
from almared.measure.scatter import measure_scatter
from almared.model.targets import CalibratedMs, Target
from almared.mous import Mous
from almared.recipes.combination.steps import CALIBRATED
from almared.recipes.imaging.facts import SpwGroup, TargetFacts, common_band, pointings_of
from almared.recipes.imaging.prepare import CalibratedInput
from almared.records.inputs import by_name, how_changed, product_fingerprint, read_inputs

Factors = dict[int, tuple[float, float]]


def find_calibrated(mous: Mous) -> Path:
    """Return the MS that is imaged: calibrated.ms of the combination, or that of the only execution block.

    Raises
    ------
    InputError
        There is none, or there are two different ones.

    References
    ----------
    Rows W130 and W131 of the requirements; domain.md D.1 and J.
    """
    if mous.is_combined:
        return _existing([mous.tree.combination / CALIBRATED], repair="run `almared combine` first")
    if not mous.ebs:
        raise InputError("there is no execution block in it", where=str(mous.tree.root), repair="`almared prepare`")
    eb = mous.ebs[0]
    name = eb.products.calibrated
    return _existing([eb.directory / name, mous.tree.combination / name], repair=f"run `almared run {eb.asdm}` first")


def why_images_are_old(mous: Mous) -> str:
    """Return why the images are older than the data that they were made from, empty when they are not."""
    taken = read_inputs(mous.tree.imaging)
    if not taken:
        return ""
    try:
        source = find_calibrated(mous)
    except InputError as error:
        return error.what
    before, now = by_name(taken).get(source.name, ""), product_fingerprint(source.parent, source.name)
    return "" if before == now else f"{source.name} {how_changed(before, now)} after it was imaged"


def _existing(places: Sequence[Path], *, repair: str) -> Path:
    """Return the one MS that is at some of these places."""
    there = {path.resolve(): path for path in reversed(places) if path.exists()}
    if not there:
        raise InputError("there is no calibrated MS", where=" and ".join(str(p) for p in places), repair=repair)
    if len(there) > 1:
        raise InputError(
            "there are two different calibrated MSs of the same execution block",
            where=" and ".join(str(path) for path in there.values()),
            repair="remove the one that is not to be imaged, or make it a link to the other",
        )
    return next(iter(there.values()))


def describe_input(ms: CalibratedMs, directory: Path, *, fields: Sequence[str]) -> CalibratedInput:
    """Return what of an MS is imaged, its path relative to the directory of the script.

    Raises
    ------
    SelectionError
        A source is not in it.
    """
    targets = select_targets(group_targets(ms), fields)
    column = ms.datacolumn
    why = {"corrected": "its fluxes were corrected after the calibration", "data": "it has no corrected column"}
    vis = os.path.relpath(ms.path.resolve(), directory.resolve())
    return CalibratedInput(
        vis=vis,
        datacolumn=column,
        field_ids=tuple(sorted(n for target in targets for n in target.field_ids)),
        spw_ids=ms.spws_of(n for target in targets for n in target.field_ids),
        has_intents=ms.has_intents,
        reason=f"{column} column: {why[column]}",
        n_bytes=float(sum(part.stat().st_size for part in ms.path.rglob("*") if part.is_file())),
    )


def select_targets(targets: Sequence[Target], names: Sequence[str]) -> tuple[Target, ...]:
    """Return the sources of some names, all when none is given.

    Raises
    ------
    SelectionError
        One of the names is not there.
    """
    known = {target.name for target in targets}
    unknown = [name for name in names if name not in known]
    if unknown:
        raise SelectionError(f"there is no source {unknown[0]!r}", repair=f"the sources are {', '.join(sorted(known))}")
    return tuple(target for target in targets if not names or target.name in names)


def gather_facts(data: OpenMs, ms: CalibratedMs, *, targets: Iterable[Target]) -> tuple[TargetFacts, ...]:
    """Return what the choices of the images of each source rest on.

    Raises
    ------
    MeasurementSetError
        The MS cannot be read.
    """
    return tuple(_facts_of(data, ms, target=target) for target in targets)


def source_factors(data: OpenMs, ms: CalibratedMs, *, target: Target) -> Factors:
    """Return per window the smallest and largest frequency in LSRK over that of the window."""
    pointings = pointings_of(ms, target)
    position = np.mean([antenna.position_m for antenna in ms.antennas], axis=0)
    return lsrk_factors(data, pointings.centre_rad, spws=ms.spws_of(target.field_ids), position_m=position)


def _facts_of(data: OpenMs, ms: CalibratedMs, *, target: Target) -> TargetFacts:
    factors = source_factors(data, ms, target=target)
    groups, points = [], {}
    for ids in same_windows(ms, factors):
        found = read_uv_points(data, target.field_ids, spws=ids)
        band = common_band(ms, ids, points=found, factors=factors)
        rest = ms.rest_frequencies_hz.get(ids[0], (band.low_hz + band.high_hz) / 2)
        groups.append(SpwGroup(f"spw{ids[0]}", ids, band, rest))
        points[ids] = found
    column = "CORRECTED_DATA" if ms.datacolumn == "corrected" else "DATA"
    scatter = measure_scatter(data, target.field_ids, spws=tuple(factors), column=column)
    return TargetFacts(target, pointings_of(ms, target), tuple(groups), points, scatter, factors)


def same_windows(ms: CalibratedMs, factors: Factors) -> tuple[tuple[int, ...], ...]:
    """Return the windows that are one setting at different dates: same channels, same place in LSRK (domain D.7)."""
    groups: list[list[int]] = []
    for spw in sorted(factors):
        home = next((group for group in groups if _is_same(ms, factors, pair=(group[0], spw))), None)
        if home is None:
            groups.append([spw])
        else:
            home.append(spw)
    return tuple(tuple(group) for group in groups)


def _is_same(ms: CalibratedMs, factors: Factors, *, pair: tuple[int, int]) -> bool:
    a, b = (ms.windows[n] for n in pair)
    apart = abs(a.mean_frequency_hz * factors[pair[0]][0] - b.mean_frequency_hz * factors[pair[1]][0])
    limit = IMAGE_SAME_WINDOW.value
    alike = abs(a.channel_width_hz - b.channel_width_hz) < limit * a.channel_width_hz
    return alike and a.n_channels == b.n_channels and apart < limit * a.bandwidth_hz
