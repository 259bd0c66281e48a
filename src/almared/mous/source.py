"""Find an execution block on disk from any of its names."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from almared.errors import InputError
from almared.model import ExecutionBlock
from almared.names import UID, Uid

SAFE_NAME = re.compile(r"\w[\w.+-]*", re.ASCII)
ASDM_ENDINGS = (".asdm.sdm", ".asdm")
DATA_ENDING = re.compile(r"(\.asdm\.sdm|\.asdm|\.ms)$")


@dataclass(frozen=True, slots=True)
class EbSource:
    """An execution block on disk.

    Parameters
    ----------
    directory : Path
        Directory that holds ASDM and MS; the script is written and runs there.
    asdm, ms : Path or None
        Those of the two that exist.
    is_asdm_read : bool
        Whether the facts come from the ASDM.
    """

    directory: Path
    asdm: Path | None
    ms: Path | None
    is_asdm_read: bool

    @property
    def ms_name(self) -> str:
        """Name that the MS has or will have."""
        if self.ms is not None:
            return self.ms.name
        return ms_name_of(self.asdm.name if self.asdm else "")

    def read(self) -> ExecutionBlock:
        """Return the facts.

        Raises
        ------
        InputError
            They cannot be read.
        """
        if self.is_asdm_read and self.asdm is not None:
            from almared.formats.asdm import read_execution_block as read_asdm

            return read_asdm(self.asdm)
        if self.ms is not None:
            from almared.formats.ms import read_execution_block as read_ms

            return read_ms(self.ms)
        raise InputError("there is neither an ASDM nor an MS", where=str(self.directory))

    def rows_after_import(self) -> dict[str, int]:
        """Return the rows that each table of the MS has to have after the import, nothing without an ASDM."""
        if self.asdm is None:
            return {}
        from almared.formats.asdm import expected_rows

        return expected_rows(self.asdm)


def find_source(target: str | Path) -> EbSource:
    """Return the execution block for a name or path.

    Parameters
    ----------
    target : str or Path
        An ASDM or MS, ``uid://A/B/C`` (looked for in the working directory), or a directory that holds one ASDM.

    Raises
    ------
    InputError
        There is none or more than one, or its name is unsafe as a file name.
    """
    path = _path_of(str(target))
    if path.name.endswith(".ms"):
        _require_safe(path)
        return _beside_ms(path)
    asdm = _asdm_at(path)
    _require_safe(asdm)
    ms = asdm.with_name(ms_name_of(asdm.name))
    return EbSource(asdm.parent, asdm, ms if ms.is_dir() else None, is_asdm_read=True)


def find_data_set(path: Path) -> EbSource:
    """Return an ASDM or MS of whatever name, or the only one in a directory: for reading its facts.

    Parameters
    ----------
    path : Path
        The ASDM, the MS, or a directory.

    Raises
    ------
    InputError
        There is none, or there are several.
    """
    found = [path] if is_asdm(path) or is_ms(path) else asdms_in(path) or _mss_in(path)
    if len(found) != 1:
        raise InputError(
            "there are several data sets in it" if found else "there is neither an ASDM nor a MeasurementSet",
            where=str(path),
            repair="give an ASDM (a directory with ASDM.xml) or a MeasurementSet (with table.dat)",
        )
    place = found[0]
    is_read = is_asdm(place)
    return EbSource(place.parent, place if is_read else None, None if is_read else place, is_asdm_read=is_read)


def ms_name_of(name: str) -> str:
    """Return the name that the MS has or will have, from that of the ASDM or of itself.

    Examples
    --------
    >>> ms_name_of("uid___A002_X1_X2.asdm.sdm"), ms_name_of("uid___A002_X1_X2.ms")
    ('uid___A002_X1_X2.ms', 'uid___A002_X1_X2.ms')
    """
    return f"{DATA_ENDING.sub('', name)}.ms"


def asdms_in(directory: Path) -> list[Path]:
    """Return the ASDMs in a directory, links included, in order of name; none when it is no directory."""
    return sorted(entry for entry in directory.iterdir() if is_asdm(entry)) if directory.is_dir() else []


def _mss_in(directory: Path) -> list[Path]:
    inside = sorted(directory.glob("*.ms")) if directory.is_dir() else []
    return [entry for entry in inside if is_ms(entry)]


def is_ms(path: Path) -> bool:
    """Return whether a path is a MeasurementSet, or another casacore table."""
    return (path / "table.dat").is_file()


def _require_safe(path: Path) -> None:
    if not SAFE_NAME.fullmatch(path.name):
        raise InputError(
            f"the name {path.name!r} is unsafe as a file name",
            where=str(path.parent),
            repair="rename it to its uid, such as uid___A002_X1_X2 or uid___A002_X1_X2.ms",
        )


def _path_of(text: str) -> Path:
    path = Path(Uid.parse(text).file_name) if UID.fullmatch(text.strip()) else Path(text)
    # Do not follow links: the script belongs next to the link; the data may lie in a read-only archive.
    return Path(os.path.abspath(path))


def _asdm_at(path: Path) -> Path:
    if is_asdm(path):
        return path
    for ending in ASDM_ENDINGS:
        if is_asdm(path.with_name(path.name + ending)):
            return path.with_name(path.name + ending)
    inside = asdms_in(path)
    if len(inside) == 1:
        return inside[0]
    raise InputError(
        f"there are {len(inside)} ASDMs in it" if inside else "there is no ASDM",
        where=str(path),
        repair="name one of them" if inside else "name a directory that holds ASDM.xml, or an MS ending in .ms",
    )


def is_asdm(path: Path) -> bool:
    """Return whether a directory is an ASDM."""
    return (path / "ASDM.xml").is_file()


def _beside_ms(ms: Path) -> EbSource:
    stem = ms.name.removesuffix(".ms")
    beside = [ms.with_name(stem + ending) for ending in ("", *ASDM_ENDINGS)]
    asdm = next((path for path in beside if is_asdm(path)), None)
    if not ms.is_dir():
        if asdm is None:
            raise InputError("there is no such MS, and no ASDM of its name next to it", where=str(ms))
        return EbSource(ms.parent, asdm, None, is_asdm_read=True)
    return EbSource(ms.parent, asdm, ms, is_asdm_read=False)
