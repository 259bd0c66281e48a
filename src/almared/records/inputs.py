"""Products taken from other directories: the version used, and whether there is a newer one.

A stage copies or reads the products of other stages. The fingerprint of a product is the end of the
last step that made it, from the journal there, and the fingerprint of its contents: it changes when that step runs
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
    """Return the fingerprint of a product, empty if no successful step made it or it does not exist."""
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
    """Return the end of the last step that made a product, empty if it no longer counts."""
    end = ""
    for entry in entries:
        is_end = entry.event == "step-end" and entry.data.get("outcome") == "done"
        if is_end and product in entry.data.get("made", {}):
            end = f"{entry.run} step {entry.step} {entry.time}"
        elif end and entry.event in ("clean", "task-alone", "step-begin") and _is_of(end, entry.step):
            end = ""
    return end


def _is_of(end: str, step: int | None) -> bool:
    """Return whether an event on a step, or on all steps, concerns the step with this end."""
    return step is None or f" step {step} " in end


def read_inputs(directory: Path) -> dict[str, str]:
    """Return the fingerprints of the inputs of a stage by relative path, empty if it has none yet."""
    path = StatePlace(directory).inputs
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    taken = {str(name): str(known) for name, known in values.items()} if isinstance(values, dict) else {}
    return _from(directory, taken)


def write_inputs(directory: Path, fingerprints: Mapping[str, str]) -> None:
    """Keep the fingerprints of the inputs of a stage by relative path, so that they survive a moved tree."""
    path = StatePlace(directory).inputs
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, json.dumps(dict(sorted(_from(directory, fingerprints).items())), indent=1) + "\n")


def changed_inputs(directory: Path, fingerprints: Mapping[str, str]) -> tuple[str, ...]:
    """Return the relative paths whose fingerprint differs from the kept one, including new and missing ones."""
    taken, now = read_inputs(directory), _from(directory, fingerprints)
    return tuple(sorted(name for name in {*taken, *now} if taken.get(name) != now.get(name)))


def _from(directory: Path, fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return fingerprints by paths relative to a directory; relative ones stay the same."""
    home = directory.resolve()
    return {_from_home(home, Path(name)) if os.path.isabs(name) else name: v for name, v in fingerprints.items()}


def _from_home(home: Path, path: Path) -> str:
    # The path to the tree may contain a link; links inside the tree keep their names.
    return os.path.relpath(path.parent.resolve() / path.name, home)


def how_changed(before: str, now: str) -> str:
    """Return what happened to a product between two different fingerprints, as a phrase after its name."""
    step, made = (fingerprint.rpartition(" ")[0] for fingerprint in (before, now))
    return "was changed by hand" if step == made and now else "was made again"


def by_name(fingerprints: Mapping[str, str]) -> dict[str, str]:
    """Return fingerprints by file names only: a moved tree is the same."""
    return {Path(path).name: fingerprint for path, fingerprint in fingerprints.items()}
