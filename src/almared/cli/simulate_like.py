"""``almared simulate --like``: replicas of real execution blocks."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from almared.model import ExecutionBlock


def replicate(like: Path, out: Path, *, is_json: bool, options: Mapping[str, object]) -> str:
    """Return the account of a replica that was made from a listobs text.

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

    Raises
    ------
    InputError
        The text is no listobs text of an ALMA observation or is truncated, or the ASDM is there already.
    """
    from almared.simulate.replica_contents import write_metadata_replica

    out.mkdir(parents=True, exist_ok=True)
    eb = write_metadata_replica(like, out)
    return json.dumps(_facts(eb, out), indent=1) if is_json else _story(eb, out)


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
    size = f"{eb.raw_bytes / 1e9:.1f} GB of binary data"
    return (
        f"ASDM       {facts['asdm']}\n"
        f"           {facts['minutes']} min, {facts['scans']} scans, {facts['fields']} fields, {facts['spws']} windows, "
        f"{facts['antennas']} antennas\n"
        f"           {size}" + ("" if eb.has_binary_data else " in the original; the replica holds metadata only")
    )
