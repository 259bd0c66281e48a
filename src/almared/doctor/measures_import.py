"""Imports measures data: unpacked or copied aside, validated, and only then put in the place of those in use."""

from __future__ import annotations

import gzip
import json
import lzma
import os
import re
import shutil
import tarfile
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.doctor.measures_unpack import copy_folders, unpack_folders
from almared.doctor.measures_validate import validate
from almared.engine.fetch_measures import fetch_measures
from almared.errors import InputError
from almared.formats.measures import Measures, casadata_path, measures_in_use, measures_root
from almared.formats.measures.place import RECORD
from almared.formats.measures.tables import PREDICTED, made_on
from almared.records.lock import locked

OF_CASA = "Observatories"
"""Always that of casadata: the table of the measures' server is another one (as casaconfig does too)."""

LOOKED_FOR = ("alma", "catalogs", "demo", "gui", "nrao")
"""Folders, left empty, without which casaconfig takes a directory for none of CASA's data and complains."""

DATED = re.compile(r"\w*_Measures_\d{8}-\d{6}")
KEPT = 2
"""Imports that stay: that in use, and the one before, which a run may still read."""


def import_measures(source: Path, *, is_dry_run: bool = False, version: str = "") -> Measures:
    """Validate measures data and put them in the place of those in use; return them.

    Parameters
    ----------
    source : Path
        A tarball or a directory with ``geodetic`` and ``ephemerides``, as of the measures' server or CASA's data.
    is_dry_run : bool
        Whether only to validate; nothing is kept.
    version : str
        What they are called; by default what their file name or readme says.

    Raises
    ------
    InputError
        They are broken, foreign, or not safe to unpack; what was in use stays.
    LockedError
        Another import is under way.
    """
    root = measures_root()
    with _scratch(root, is_dry_run=is_dry_run) as place:
        _gather(source, place)
        validate(place)
        _complete(place)
        called = version or _version(source, place)
        if is_dry_run:
            return Measures(place, called, str(source))
        with locked(root):
            return _switch(root, place, version=called, source=source)


@contextmanager
def _scratch(root: Path, *, is_dry_run: bool) -> Iterator[Path]:
    """Yield an empty directory, next to where imports are kept when they shall be, and remove what is left of it."""
    if not is_dry_run:
        root.mkdir(parents=True, exist_ok=True)
    outer = Path(tempfile.mkdtemp(prefix="new-", dir=None if is_dry_run else root))
    # Of its own mode, which the temporary directory does not have: others may use the same measures.
    place = outer / outer.name.removeprefix("new-")
    place.mkdir()
    try:
        yield place
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def _gather(source: Path, place: Path) -> None:
    try:
        if source.is_dir():
            copy_folders(source, place)
        else:
            unpack_folders(source, place)
    # What gzip, bzip2, xz and tar raise for files that are cut or none of theirs.
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, tarfile.TarError, zlib.error) as fault:
        why = str(fault).splitlines()[0]
        raise InputError(f"it cannot be unpacked: {why}", where=str(source), repair="get it again") from fault


def _complete(place: Path) -> None:
    """Add from casadata what CASA looks for in the same directory and the import does not have."""
    data = casadata_path()
    for folder in ("geodetic", "ephemerides"):
        (place / folder).mkdir(exist_ok=True)
        for table in (path for path in sorted((data / folder).iterdir()) if (path / "table.dat").is_file()):
            target = place / folder / table.name
            if table.name == OF_CASA:
                shutil.rmtree(target, ignore_errors=True)
            if not target.exists():
                shutil.copytree(table, target)
    for name in LOOKED_FOR:
        (place / name).mkdir(exist_ok=True)


def _version(source: Path, place: Path) -> str:
    dated = DATED.match(source.name)
    if dated:
        return dated[0]
    readme = place / "geodetic" / "readme.txt"
    if readme.is_file():
        found = re.search(r"^version\s*:\s*(\S+)", readme.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
        if found:
            return found[1].split(".")[0]
    return f"measures of {made_on(place / 'geodetic' / PREDICTED):%Y-%m-%d}"


def _switch(root: Path, place: Path, *, version: str, source: Path) -> Measures:
    """Move validated measures to where they are kept, and make them those in use in one step."""
    now = datetime.now(UTC)
    final = root / f"{now:%Y%m%d-%H%M%S}-{place.name}"
    os.replace(place, final)
    found = Measures(final, version, str(source), f"{now:%Y-%m-%dT%H:%M:%S}")
    record = {"directory": final.name, "version": version, "origin": found.origin, "imported": found.imported}
    write_whole(root / RECORD, json.dumps(record, indent=1) + "\n")
    # The one in use stays whatever its name: two imports may be made within a second.
    imports = (path for path in root.iterdir() if path.is_dir() and re.match(r"\d{8}-\d{6}-", path.name))
    others = sorted(path for path in imports if path != final)
    for old in others[: len(others) - KEPT + 1]:
        shutil.rmtree(old, ignore_errors=True)
    return found


def update_measures(*, is_dry_run: bool = False) -> Measures:
    """Fetch the newest measures from the servers of casaconfig, validate them and put them in use; return them.

    Parameters
    ----------
    is_dry_run : bool
        Whether only to fetch and validate.

    Raises
    ------
    EnvironmentFaultError
        There is no network, or no server answers as it should.
    InputError
        What came is not sound; what was in use stays.
    """
    with tempfile.TemporaryDirectory(prefix="almared-measures-") as directory:
        place = Path(directory) / "fetched"
        fetch_measures(place)
        return import_measures(place, is_dry_run=is_dry_run)


def reset_measures() -> Measures:
    """Go back to the measures of casadata and return them; imported ones stay on disk until the next import.

    Raises
    ------
    LockedError
        An import is under way.
    """
    root = measures_root()
    if root.is_dir():
        with locked(root):
            (root / RECORD).unlink(missing_ok=True)
    return measures_in_use()
