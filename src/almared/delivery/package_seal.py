"""What tells that a package needs no second making: all that it was made from, and itself, was not touched since."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.mous import Mous
from almared.records.journal import STATE_DIRECTORY
from almared.records.marks import traces_of
from almared.records.sections import CODE, Look, made_sections

NAME = "package.json"
"""Under the state directory of the deliveries."""


@dataclass(frozen=True, slots=True)
class PackageSeal:
    """What a package was made from, and what came of it.

    Parameters
    ----------
    root : str
        The package, from the MOUS.
    sources : mapping of str to str
        Traces of the sections of the MOUS.
    made : str
        Traces of the package.
    n_files, n_bytes : int
        Its files, and their size.
    is_forced : bool
        Whether lines of the checklist had failed.
    """

    root: str
    sources: Mapping[str, str]
    made: str
    n_files: int
    n_bytes: int
    is_forced: bool


def sources_of(mous: Mous, look: Look | None = None) -> Mapping[str, str]:
    """Return the traces of all from which a package is made, almared itself among it, by a look now or before."""
    return (look or Look(mous)).traces((CODE, *made_sections(mous)))


def known_package(mous: Mous, root: Path) -> PackageSeal | None:
    """Return the seal of the package there, when neither it nor anything that it was made from was touched since."""
    seal = _read(mous.tree.delivery / STATE_DIRECTORY / NAME)
    if seal is None or seal.root != _place(mous, root):
        return None
    is_same = seal.made == traces_of(root).mark and seal.sources == sources_of(mous)
    return seal if is_same else None


def seal_package(mous: Mous, seal: PackageSeal, *, root: Path) -> None:
    """Keep what a package was made from, unless something was written to meanwhile."""
    path = mous.tree.delivery / STATE_DIRECTORY / NAME
    look = Look.after_a_tick(mous)
    if sources_of(mous, look) == seal.sources and look.is_settled(seal.sources):
        whole = {**asdict(seal), "root": _place(mous, root), "made": traces_of(root).mark}
        write_whole(path, json.dumps(whole, indent=1) + "\n")
    else:
        path.unlink(missing_ok=True)


def _place(mous: Mous, root: Path) -> str:
    return os.path.relpath(root.resolve(), mous.tree.root.resolve())


def _read(path: Path) -> PackageSeal | None:
    try:
        return PackageSeal(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
