"""Products taken from other directories: which version was taken, and whether there is a newer one.

A stage works on copies of, or reads, what another stage made elsewhere. The stamp of a product is the end of the
step that made it last, as the journal there tells it, and the mark of what is in it: it changes when that step runs
again, and when a hand flags or edits the product afterwards; not when the tree is moved, nor when a table is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.records.journal import STATE_DIRECTORY, Journal, JournalEntry
from almared.records.marks import mark_of

INPUTS = "inputs.json"
"""Stamps of what was taken, under the state directory of the stage that took it."""


def stamp_of(directory: Path, product: str) -> str:
    """Return the stamp of a product, empty when no step that ended well made it or when it is not there."""
    return stamps_of(directory, (product,))[product]


def stamps_of(directory: Path, products: Iterable[str]) -> dict[str, str]:
    """Return the stamps of products of one script, as `stamp_of` tells each; the journal is read once.

    Parameters
    ----------
    directory : Path
        Directory of the script that makes it.
    products : iterable of str
        Names of the products there.
    """
    entries = Journal(directory).entries()
    made = {name: _stamp(entries, name) if (directory / name).exists() else "" for name in products}
    return {name: f"{stamp} {mark_of(directory / name)}" if stamp else "" for name, stamp in made.items()}


def _stamp(entries: Iterable[JournalEntry], product: str) -> str:
    """Return the end of the step that made a product last, empty when it does not stand any more."""
    stamp = ""
    for entry in entries:
        is_end = entry.event == "step-end" and entry.data.get("outcome") == "done"
        if is_end and product in entry.data.get("made", {}):
            stamp = f"{entry.run} step {entry.step} {entry.time}"
        elif stamp and entry.event in ("clean", "task-alone", "step-begin") and _is_of(stamp, entry.step):
            stamp = ""
    return stamp


def _is_of(stamp: str, step: int | None) -> bool:
    """Tell whether what happened to a step, or to all of them, ends what the stamp stands for."""
    return step is None or f" step {step} " in stamp


def read_inputs(directory: Path) -> dict[str, str]:
    """Return the stamps of what a stage took by its path from there, nothing when it took nothing yet."""
    path = directory / STATE_DIRECTORY / INPUTS
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    taken = {str(name): str(stamp) for name, stamp in values.items()} if isinstance(values, dict) else {}
    return _from(directory, taken)


def write_inputs(directory: Path, stamps: Mapping[str, str]) -> None:
    """Keep the stamps of what a stage took, by its path from there: they hold in a tree that was moved."""
    path = directory / STATE_DIRECTORY / INPUTS
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(dict(sorted(_from(directory, stamps).items())), indent=1) + "\n")


def changed_inputs(directory: Path, stamps: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths from there whose stamp is not the one that was taken, those new or gone among them."""
    taken, now = read_inputs(directory), _from(directory, stamps)
    return tuple(sorted(name for name in {*taken, *now} if taken.get(name) != now.get(name)))


def _from(directory: Path, stamps: Mapping[str, str]) -> dict[str, str]:
    """Return stamps by paths that start from a directory; those that do already stay."""
    home = directory.resolve()
    return {_from_home(home, Path(name)) if os.path.isabs(name) else name: stamp for name, stamp in stamps.items()}


def _from_home(home: Path, path: Path) -> str:
    # The tree may be reached by a link; what stands in it may be one, and keeps its name.
    return os.path.relpath(path.parent.resolve() / path.name, home)


def how_changed(before: str, now: str) -> str:
    """Return what happened to a product between two of its stamps that differ, as words after its name."""
    step, made = (stamp.rpartition(" ")[0] for stamp in (before, now))
    return "was changed by hand" if step == made and now else "was made again"


def by_name(stamps: Mapping[str, str]) -> dict[str, str]:
    """Return stamps by the names of the files alone: a tree that was moved is the same."""
    return {Path(path).name: stamp for path, stamp in stamps.items()}
