"""Products taken from other directories: which version was taken, and whether there is a newer one.

A stage works on copies of, or reads, what another stage made elsewhere. The fingerprint of a product is the end of the
step that made it last, as the journal there has it, and the fingerprint of its contents: it changes when that step runs
again, and when somebody flags or edits the product afterwards; not when the tree is moved, nor when a table is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.mous.places import StatePlace
from almared.records.fingerprints import content_fingerprint
from almared.records.journal import Journal, JournalEntry


def product_fingerprint(directory: Path, product: str) -> str:
    """Return the fingerprint of a product, empty when no step that ended well made it or when it is not there."""
    return product_fingerprints(directory, (product,))[product]


def product_fingerprints(directory: Path, products: Iterable[str]) -> dict[str, str]:
    """Return the fingerprints of products of one script, each as `product_fingerprint`; the journal is read once.

    Parameters
    ----------
    directory : Path
        Directory of the script that makes it.
    products : iterable of str
        Names of the products there.
    """
    entries = Journal(directory).entries()
    ends = {name: _last_end(entries, name) if (directory / name).exists() else "" for name in products}
    return {name: f"{end} {content_fingerprint(directory / name)}" if end else "" for name, end in ends.items()}


def _last_end(entries: Iterable[JournalEntry], product: str) -> str:
    """Return the end of the step that made a product last, empty when it does not count any more."""
    end = ""
    for entry in entries:
        is_end = entry.event == "step-end" and entry.data.get("outcome") == "done"
        if is_end and product in entry.data.get("made", {}):
            end = f"{entry.run} step {entry.step} {entry.time}"
        elif end and entry.event in ("clean", "task-alone", "step-begin") and _is_of(end, entry.step):
            end = ""
    return end


def _is_of(end: str, step: int | None) -> bool:
    """Return whether what happened to a step, or to all of them, happened to the one that ended so."""
    return step is None or f" step {step} " in end


def read_inputs(directory: Path) -> dict[str, str]:
    """Return the fingerprints of what a stage took by its path from there, nothing when it took nothing yet."""
    path = StatePlace(directory).inputs
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    taken = {str(name): str(known) for name, known in values.items()} if isinstance(values, dict) else {}
    return _from(directory, taken)


def write_inputs(directory: Path, fingerprints: Mapping[str, str]) -> None:
    """Keep the fingerprints of what a stage took, by its path from there: they hold in a tree that was moved."""
    path = StatePlace(directory).inputs
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(dict(sorted(_from(directory, fingerprints).items())), indent=1) + "\n")


def changed_inputs(directory: Path, fingerprints: Mapping[str, str]) -> tuple[str, ...]:
    """Return the paths from there whose fingerprint is not the one that was taken, those new or gone among them."""
    taken, now = read_inputs(directory), _from(directory, fingerprints)
    return tuple(sorted(name for name in {*taken, *now} if taken.get(name) != now.get(name)))


def _from(directory: Path, fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return fingerprints by paths that start from a directory; those that do already stay."""
    home = directory.resolve()
    return {_from_home(home, Path(name)) if os.path.isabs(name) else name: v for name, v in fingerprints.items()}


def _from_home(home: Path, path: Path) -> str:
    # The tree may be reached by a link; what stands in it may be one, and keeps its name.
    return os.path.relpath(path.parent.resolve() / path.name, home)


def how_changed(before: str, now: str) -> str:
    """Return what happened to a product between two of its fingerprints that differ, as words after its name."""
    step, made = (fingerprint.rpartition(" ")[0] for fingerprint in (before, now))
    return "was changed by hand" if step == made and now else "was made again"


def by_name(fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return fingerprints by the names of the files alone: a tree that was moved is the same."""
    return {Path(path).name: fingerprint for path, fingerprint in fingerprints.items()}
