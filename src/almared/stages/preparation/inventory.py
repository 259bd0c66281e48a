"""The execution blocks that are given for a MOUS: whether they are whole, and whether they belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.errors import AsdmError, InputError
from almared.formats.asdm import open_tables, read_execution_block
from almared.model import ExecutionBlock
from almared.names import Uid


@dataclass(frozen=True, slots=True)
class GivenEb:
    """One execution block that was given.

    Parameters
    ----------
    asdm : Path
        Its directory, absolute; links are followed.
    eb : ExecutionBlock
        Its facts.
    mous : str
        The MOUS that the ASDM names, empty when it names none.
    """

    asdm: Path
    eb: ExecutionBlock
    mous: str

    @property
    def uid(self) -> Uid:
        """Its uid."""
        return Uid.parse(self.eb.uid)


def read_given(asdms: Sequence[Path]) -> tuple[GivenEb, ...]:
    """Return the facts of all ASDMs, each checked as a whole: tables, and the ends of all binary data files.

    Raises
    ------
    InputError
        One of them is missing, cut, foreign or without binary data, or two are of one execution block.
    """
    given = tuple(_read(Path(path)) for path in asdms)
    for number, one in enumerate(given):
        for other in given[:number]:
            if one.uid == other.uid:
                raise InputError(
                    f"two ASDMs are of {one.uid}: {other.asdm} and {one.asdm}", repair="give each execution block once"
                )
    return given


def foreign_to(uid: Uid, given: Sequence[GivenEb]) -> tuple[str, ...]:
    """Return what speaks against execution blocks as members of one MOUS (requirement W027)."""
    found = [
        f"{ebs.eb.name} names {ebs.mous} as its MOUS, not {uid}" for ebs in given if ebs.mous not in ("", str(uid))
    ]
    for what, values in (
        ("scheduling block", {one.eb.sb_uid for one in given}),
        ("project", {one.eb.project_uid for one in given}),
    ):
        if len(values) > 1:
            found.append(f"the execution blocks are of more than one {what}: {', '.join(sorted(values))}")
    return tuple(found)


def _read(path: Path) -> GivenEb:
    asdm = path.resolve()
    eb = read_execution_block(asdm)
    if not eb.has_binary_data:
        raise AsdmError(
            "it holds tables only, no visibilities", where=str(path), repair="get the whole ASDM from the archive"
        )
    return GivenEb(asdm, eb, _named_mous(asdm, eb))


def _named_mous(asdm: Path, eb: ExecutionBlock) -> str:
    """Return the MOUS that the execution block refers to as its session's, empty when there is none."""
    references = [str(row.get("sessionReference", "")) for row in open_tables(asdm).rows("ExecBlock")]
    try:
        uid = str(Uid.parse(references[0]))
    except (InputError, IndexError):
        return ""
    return "" if uid in (eb.uid, eb.sb_uid, eb.project_uid) else uid
