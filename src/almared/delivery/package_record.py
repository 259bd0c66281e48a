"""Whether a package is still that of what is there: neither it nor anything that it was made from was touched since."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.mous import Mous
from almared.mous.places import StatePlace
from almared.records.fingerprints import disk_fingerprint
from almared.records.sections import CODE, Look, made_sections


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """What a package was made from, and what came of it.

    Parameters
    ----------
    root : str
        The package, from the MOUS.
    sources : mapping of str to str
        Disk fingerprints of the sections of the MOUS.
    made : str
        Disk fingerprint of the package.
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
    """Return the fingerprints of all from which a package is made, almared included, by a look now or before."""
    return (look or Look(mous)).fingerprints((CODE, *made_sections(mous)))


def known_package_record(mous: Mous, root: Path) -> PackageRecord | None:
    """Return the record of the package there, when neither it nor anything that it was made from was touched since."""
    record = _read(StatePlace(mous.tree.delivery).package)
    if record is None or record.root != _place(mous, root):
        return None
    is_same = record.made == disk_fingerprint(root).text and record.sources == sources_of(mous)
    return record if is_same else None


def keep_package_record(mous: Mous, record: PackageRecord, *, root: Path) -> None:
    """Keep what a package was made from, unless something was written to meanwhile."""
    path = StatePlace(mous.tree.delivery).package
    look = Look.after_a_tick(mous)
    if sources_of(mous, look) == record.sources and look.is_settled(record.sources):
        whole = {**asdict(record), "root": _place(mous, root), "made": disk_fingerprint(root).text}
        write_whole(path, json.dumps(whole, indent=1) + "\n")
    else:
        path.unlink(missing_ok=True)


def _place(mous: Mous, root: Path) -> str:
    return os.path.relpath(root.resolve(), mous.tree.root.resolve())


def _read(path: Path) -> PackageRecord | None:
    try:
        return PackageRecord(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
