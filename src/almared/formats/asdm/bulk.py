"""The binary data files of an ASDM: whether they exist, are complete, and lie where they should."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from almared.errors import AsdmError
from almared.formats.asdm.binary import N_TAIL_BYTES
from almared.formats.asdm.scans import MainRow

MARKER = "ALMARED-METADATA-ONLY"
"""Empty file that marks a replica without binary data."""

FIRST_LINE = b"MIME-Version: 1.0"
REPAIR = "copy the file again from the archive; importasdm would leave its data out without an error"


def binary_path(asdm: Path, data_uid: str) -> Path:
    """Return the path of the binary data with this unique id."""
    return asdm / "ASDMBinary" / data_uid.replace(":", "_").replace("/", "_")


def has_binary_data(asdm: Path, main: Sequence[MainRow]) -> bool:
    """Return whether there are binary data; check every file if so.

    Parameters
    ----------
    asdm : Path
        The directory of the ASDM.
    main : sequence of MainRow
        Rows of Main.

    Raises
    ------
    AsdmError
        A file is missing (and the ASDM is not a metadata-only replica), unreadable or truncated.
    """
    if (asdm / MARKER).exists() and not any(binary_path(asdm, row.block.data_uid).exists() for row in main):
        return False
    for row in main:
        check_binary(binary_path(asdm, row.block.data_uid), row.block.data_size, row=row.number)
    return True


def check_binary(path: Path, size: int, *, row: int) -> None:
    """Check that a binary data file has its first and last lines and is not shorter than recorded.

    Parameters
    ----------
    path : Path
        The file.
    size : int, bytes
        Size as recorded in Main.
    row : int
        Row of Main, for errors.

    Raises
    ------
    AsdmError
        The file is foreign or truncated.
    """
    where = f"{path} (Main, row {row})"
    try:
        with path.open("rb") as file:
            first = file.readline(len(FIRST_LINE) + 2)
            found = file.seek(0, 2)
            file.seek(max(0, found - N_TAIL_BYTES))
            tail = file.read()
    except OSError as error:
        raise AsdmError(
            f"the binary data cannot be read ({error.strerror or error})", where=where, repair=REPAIR, path=str(path)
        ) from error
    if first != FIRST_LINE + b"\n":
        raise AsdmError("not a binary data file (its first line is not MIME)", where=where, repair=REPAIR)
    if found < size or not _is_closed(tail):
        raise AsdmError(
            f"the binary data are truncated: the file has {found} bytes, {size} are recorded",
            where=where,
            repair=REPAIR,
            found=found,
            recorded=size,
        )


def _is_closed(tail: bytes) -> bool:
    last = tail.rstrip(b"\r\n").rpartition(b"\n")[2]
    return last.startswith(b"--") and last.endswith(b"--")
