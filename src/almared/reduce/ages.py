"""Whether a stage that is done is older than what it was made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from almared.errors import InputError
from almared.mous import Mous
from almared.records.fingerprints import CLOCK_TICK_S
from almared.records.inputs import by_name, how_changed, product_fingerprint, read_inputs
from almared.records.journal import Journal
from almared.stages.combination.inputs import calibrated_fingerprints
from almared.stages.imaging.facts import find_calibrated


def why_copies_are_old(mous: Mous) -> str:
    """Return why the combination is older than the calibrations, empty when it is not.

    References
    ----------
    docs/decisions/030, ``inputs.json``.
    """
    taken = by_name(read_inputs(mous.tree.combination))
    if not taken:
        return ""
    try:
        now = by_name(calibrated_fingerprints(mous))
    except InputError as error:
        return error.what
    for eb in mous.ebs:
        name = eb.products.calibrated
        if name not in taken:
            return f"{eb.name} was not copied"
        if taken[name] != now[name]:
            how = how_changed(taken[name], now[name]).replace("made", "calibrated")
            return f"{eb.name} {how} after it was copied"
    return "it holds an execution block that is not there any more" if set(taken) - set(now) else ""


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


def why_files_are_old(files: Sequence[Path], sources: Sequence[Path], *, root: Path) -> str:
    """Return why files are older than what scripts made, empty when they are not.

    Parameters
    ----------
    files : sequence of Path
        What a stage without a script wrote.
    sources : sequence of Path
        Directories of the scripts whose products it took.
    root : Path
        Directory of the MOUS.
    """
    made_at = max((path.stat().st_mtime for path in files), default=0.0)
    later = [str(place.relative_to(root)) for place in sources if _last_end(place) > made_at + CLOCK_TICK_S]
    return f"a step ran in {later[0]} after it was made" if later else ""


def _last_end(directory: Path) -> float:
    """Return when a step ended last there, seconds since 1970, 0 when none did."""
    ends = [entry.time for entry in Journal(directory).entries() if entry.event == "step-end"]
    return datetime.fromisoformat(ends[-1]).timestamp() if ends else 0.0
