"""What the combination takes from the execution blocks: facts, fluxes and copies of the calibrated data."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from almared.basics.sizes import size_text
from almared.errors import InputError, ResourceError
from almared.formats.fluxtable import FluxScale, read_fluxscale
from almared.formats.ms import read_execution_block
from almared.formats.ms.subtables import opened
from almared.mous import Mous, MousEb
from almared.names import flag_versions
from almared.recipes.combination.facts import CalibratedEb, describe_calibrated
from almared.recipes.combination.steps import CALIBRATED, LISTING, gain_table
from almared.records.fingerprints import content_fingerprint
from almared.records.inputs import by_name, changed_inputs, how_changed, product_fingerprint, read_inputs, write_inputs
from almared.records.lock import locked
from almared.records.products import remove_products, size_on_disk
from almared.records.state import StepState, script_states
from almared.run.resources import SPARE
from almared.script.read import read_script

PART = ".part"
"""Ending of a copy that is not whole yet."""


def calibrated_of(eb: MousEb) -> Path:
    """Return the calibrated MS of an execution block.

    Raises
    ------
    InputError
        It is not there, or its calibration is not done.
    """
    path = eb.calibrated
    script = eb.script
    repair = f"finish its calibration first: `almared run {eb.directory}`"
    if script.is_file():
        undone = [s for s in script_states(read_script(script)) if s.state is not StepState.DONE]
        if undone:
            step = undone[0]
            raise InputError(
                f"the calibration of {eb.name} is not done: step {step.number} {step.reason or step.state.value}",
                where=str(eb.directory),
                repair=repair,
            )
    if not path.is_dir():
        raise InputError(f"{eb.name} has no calibrated MS", where=str(path), repair=repair)
    return path


def calibrated_fingerprints(mous: Mous) -> dict[str, str]:
    """Return the fingerprint of each calibrated MS; of one that was calibrated by hand that of its contents alone."""
    places = map(calibrated_of, mous.ebs)
    return {str(path): product_fingerprint(path.parent, path.name) or content_fingerprint(path) for path in places}


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


def read_calibrated_ebs(mous: Mous) -> tuple[CalibratedEb, ...]:
    """Return the facts of all execution blocks, in order of date.

    Raises
    ------
    AlmaredError
        One of them is not calibrated, cannot be read, or has no targets.
    """
    return tuple(sorted((_read(eb) for eb in mous.ebs), key=lambda eb: eb.middle_mjd_s))


def _read(eb: MousEb) -> CalibratedEb:
    path = calibrated_of(eb)
    return describe_calibrated(
        read_execution_block(path), path.name, fluxscale=_fluxscale(eb), n_bytes=float(size_on_disk(path))
    )


def _fluxscale(eb: MousEb) -> FluxScale | None:
    """Return what fluxscale found; None where it did not run, since no source of known flux was observed."""
    log = eb.directory / eb.products.of_split("fluxscale")
    if log.is_file() or log.with_name(f"{log.name}.json").is_file():
        return read_fluxscale(log)
    return None


def place_copies(mous: Mous, *, should_scale: bool, should_break_lock: bool = False) -> tuple[str, ...]:
    """Copy what changed since it was copied last; return the names of the copies that were made.

    What was made from older copies goes first, and a copy gets its name when it is whole: whenever this ends, the
    next call finds what is left to do.

    Raises
    ------
    ResourceError
        The disk is too small.
    LockedError
        A run of the combination is under way.
    """
    directory = mous.tree.combination
    directory.mkdir(parents=True, exist_ok=True)
    now = calibrated_fingerprints(mous)
    with locked(directory, break_lock=should_break_lock):
        old = {Path(name).name for name in changed_inputs(directory, now)}
        taken = {key: known for key, known in read_inputs(directory).items() if Path(key).name not in old}
        due = [eb for eb in mous.ebs if _is_due(eb, directory, old=old, should_scale=should_scale)]
        _check_room(directory, due)
        if due or old:
            remove_products(directory, _there(directory, (CALIBRATED, flag_versions(CALIBRATED), LISTING)))
        for eb in due:
            _copy_eb(eb, directory)
            key = str(calibrated_of(eb))
            taken[key] = now[key]
            write_inputs(directory, taken)
        write_inputs(directory, now)
    return tuple(eb.products.calibrated for eb in due)


def _is_due(eb: MousEb, directory: Path, *, old: set[str], should_scale: bool) -> bool:
    copy = directory / eb.products.calibrated
    if copy.is_symlink() or not copy.is_dir() or copy.name in old:
        return True
    # Without scaling the data column counts: a copy that was scaled has another one, which concat would take along.
    return not should_scale and (directory / gain_table(copy.name)).exists() and _has_corrected(copy)


def _has_corrected(path: Path) -> bool:
    with opened(path) as main:
        return "CORRECTED_DATA" in main.colnames()


def _check_room(directory: Path, due: Iterable[MousEb]) -> None:
    needed = SPARE * sum(size_on_disk(calibrated_of(eb)) for eb in due)
    free = shutil.disk_usage(directory).free
    if needed > free:
        raise ResourceError(
            f"the copies need {size_text(needed)} and {size_text(free)} are free",
            where=str(directory),
            repair="make room",
        )


def _copy_eb(eb: MousEb, directory: Path) -> None:
    ms, log = eb.products.calibrated, eb.products.of_split("fluxscale")
    remove_products(directory, _there(directory, (gain_table(ms), flag_versions(ms))))
    for name in (log, f"{log}.json", ms):
        source = eb.directory / name
        if source.exists():
            _copy(source, directory / name)
        else:
            remove_products(directory, _there(directory, (name,)))


def _copy(source: Path, target: Path) -> None:
    """Copy a file or directory; it gets its name when it is whole."""
    part = target.with_name(target.name + PART)
    remove_products(target.parent, _there(target.parent, (part.name,)))
    if source.is_dir():
        shutil.copytree(source, part)
    else:
        shutil.copyfile(source, part)
    if size_on_disk(part) != size_on_disk(source):
        raise ResourceError("the copy is not whole", where=str(part), repair="is something writing to the original?")
    remove_products(target.parent, _there(target.parent, (target.name,)))
    os.replace(part, target)


def _there(directory: Path, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in names if os.path.lexists(directory / name))
