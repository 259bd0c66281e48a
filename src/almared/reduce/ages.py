"""Whether files of a stage without a script are older than what they were made from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from almared.records.fingerprints import CLOCK_TICK_S
from almared.records.journal import Journal


def why_files_are_old(files: Sequence[Path], sources: Sequence[Path], *, root: Path) -> str:
    """Return why files are older than the products of scripts, empty if they are not.

    Parameters
    ----------
    files : sequence of Path
        Products of a stage without a script.
    sources : sequence of Path
        Directories of the scripts whose products it used.
    root : Path
        Directory of the MOUS.
    """
    made_at = max((path.stat().st_mtime for path in files), default=0.0)
    later = [str(place.relative_to(root)) for place in sources if _last_end(place) > made_at + CLOCK_TICK_S]
    return f"a step ran in {later[0]} after it was made" if later else ""


def _last_end(directory: Path) -> float:
    """Return when the last step ended there, seconds since 1970, 0 if none did."""
    ends = [entry.time for entry in Journal(directory).entries() if entry.event == "step-end"]
    return datetime.fromisoformat(ends[-1]).timestamp() if ends else 0.0
