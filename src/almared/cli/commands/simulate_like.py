"""``almared simulate --like``: replicas of real execution blocks."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from almared.model import ExecutionBlock
    from almared.simulate.replica.thin import Thinning

Showing = Callable[[], AbstractContextManager[Callable[[int, int], None]]]
"""Shows progress while data are made."""


def replicate(like: Path, out: Path, *, is_json: bool, options: Mapping[str, object], showing: Showing) -> str:
    """Make a replica from a listobs text and return its account.

    Parameters
    ----------
    like : Path
        The text.
    out : Path
        Directory for the ASDM.
    is_json : bool
        Whether the account is JSON.
    options : mapping
        The other options of the command.
    showing : callable
        Shows progress while data are made.

    Raises
    ------
    InputError
        The text is not from listobs of an ALMA observation or is truncated, or the ASDM exists already.
    ResourceError
        The disk is too small for the data.
    """
    eb = (
        _metadata_only(like, out)
        if options["metadata_only"]
        else _with_data(like, out, options=options, showing=showing)
    )
    return json.dumps(_facts(eb, out), indent=1) if is_json else _story(eb, out)


def _metadata_only(like: Path, out: Path) -> ExecutionBlock:
    from almared.simulate.replica.contents import write_metadata_replica

    out.mkdir(parents=True, exist_ok=True)
    return write_metadata_replica(like, out)


def _with_data(like: Path, out: Path, *, options: Mapping[str, object], showing: Showing) -> ExecutionBlock:
    from almared.simulate.replica.data import simulate_like

    threads = options["threads"]
    with showing() as progress:
        made = simulate_like(
            like,
            out,
            thinning=_thinning(options),
            seed=int(str(options["seed"])),
            threads=threads if isinstance(threads, int) else None,
            progress=progress,
        )
    return made.eb


def _thinning(options: Mapping[str, object]) -> Thinning:
    from almared.simulate.replica.thin import Thinning

    channels, antennas = options["most_channels"], options["most_antennas"]
    return Thinning(
        every_nth_integration=int(str(options["every_nth_integration"])),
        most_channels=channels if isinstance(channels, int) else None,
        most_antennas=antennas if isinstance(antennas, int) else None,
    )


def _facts(eb: ExecutionBlock, out: Path) -> dict[str, object]:
    return {
        "asdm": os.fspath(out / eb.name),
        "has_binary_data": eb.has_binary_data,
        "raw_bytes": eb.raw_bytes,
        "minutes": round((eb.end_mjd_s - eb.start_mjd_s) / 60.0, 2),
        "antennas": len(eb.antennas),
        "fields": len(eb.fields),
        "spws": len(eb.spws),
        "scans": len(eb.scans),
    }


def _story(eb: ExecutionBlock, out: Path) -> str:
    facts = _facts(eb, out)
    size = f"{eb.raw_bytes / 1e6:.0f} MB of binary data"
    return (
        f"ASDM       {facts['asdm']}\n"
        f"           {facts['minutes']} min, {facts['scans']} scans, {facts['fields']} fields, {facts['spws']} windows"
        f", {facts['antennas']} antennas\n"
        f"           {size}" + ("" if eb.has_binary_data else " in the original; the replica holds metadata only")
    )
