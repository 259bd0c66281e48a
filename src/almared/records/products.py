"""Products of steps on disk: which are removed when a step runs again, and how."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Collection, Iterable
from pathlib import Path

from almared.errors import RunError
from almared.mous.places import StatePlace
from almared.mous.source import is_asdm
from almared.names import flag_versions
from almared.records.journal import JournalEntry
from almared.records.lock import process_start
from almared.script.read import CalibrationScript

LATTICE = re.compile(r"TempLattice(\d+)_\d+")
"""Name of a lattice that CASA holds on disk while it works, with the id of its process."""

WEIGHTS = "IMAGING_WEIGHT_*"
"""Names of tables of imaging weights, which tclean makes for a cube and removes at its end. One that lies there is
taken when it has as many rows as the data, also when it is half filled or of other data."""


def products_from(
    script: CalibrationScript, entries: Iterable[JournalEntry], *, numbers: Collection[int]
) -> tuple[str, ...]:
    """Return the products on disk to remove before steps run: theirs, and those of all steps that depend on them.

    Products that an older text of the script made under other names are known from the journal.
    """
    doomed = set(numbers).union(*(script.later(number) for number in numbers))
    kept = {name for step in script.steps if step.number not in doomed for name in step.makes}
    names = [name for step in script.steps if step.number in doomed for name in step.makes]
    last = max(script.numbers)
    for entry in entries:
        # Steps of an older, longer text belong to no step of this one.
        if entry.event == "step-end" and entry.step is not None and (entry.step in doomed or entry.step > last):
            names += entry.data.get("made", {})
    # Flag versions of an older MS must not survive it (domain A.8).
    names += [flag_versions(name) for name in names if not name.endswith(".flagversions")]
    there = dict.fromkeys(name for name in names if name not in kept)
    return tuple(name for name in there if _is_there(script.directory / name))


def remove_products(directory: Path, names: Iterable[str]) -> None:
    """Remove products; of a link, only the link itself.

    A directory is renamed out of the way first, so that a kill never leaves half of it under its name.

    Raises
    ------
    RunError
        One of them is an ASDM, or outside the directory.
    """
    # Each parallel step has its own.
    trash = StatePlace(directory).trash / str(os.getpid())
    shutil.rmtree(trash, ignore_errors=True)
    for number, name in enumerate(names):
        path = directory / name
        if _holds_raw_data(path) or not path.parent.resolve().is_relative_to(directory.resolve()):
            raise RunError(
                "this is not a product and is not removed", where=str(path), repair="correct step_makes in the script"
            )
        if path.is_dir() and not path.is_symlink():
            trash.mkdir(parents=True, exist_ok=True)
            path.rename(trash / str(number))
            shutil.rmtree(trash)
        else:
            path.unlink(missing_ok=True)


def remove_scratch(directory: Path) -> None:
    """Remove CASA's temporary files of killed processes; those of living ones stay.

    Call it under the lock: then no process elsewhere works there either.
    """
    for path in directory.iterdir():
        found = LATTICE.fullmatch(path.name)
        is_dead = found is not None and process_start(int(found[1])) is None
        if path.is_dir() and (is_dead or path.match(WEIGHTS)):
            shutil.rmtree(path, ignore_errors=True)


def _holds_raw_data(path: Path) -> bool:
    """Return whether a directory is an ASDM, or what is left of one."""
    return is_asdm(path) or (path / "ASDMBinary").exists()


def size_on_disk(path: Path) -> int:
    """Return the bytes of a file or of a whole directory, 0 if it does not exist."""
    if path.is_dir():
        return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())
    return path.stat().st_size if path.exists() else 0


def _is_there(path: Path) -> bool:
    return path.exists() or path.is_symlink()
