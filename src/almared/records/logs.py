"""One log of CASA per run, even if several processes wrote it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from almared.mous.places import StatePlace


def gather_logs(directory: Path) -> tuple[Path, ...]:
    """Append the logs of single processes to those of their runs and return these.

    The parts follow in the order in which their processes started, each whole, since CASA's lines do not say which
    process wrote them. The next run collects what a kill left behind.
    """
    gathered: dict[Path, None] = {}
    for part in sorted((StatePlace(directory).step_logs).glob("casa-*.step*.log"), key=_begin):
        whole = directory / f"{part.stem.rpartition('.')[0]}.log"
        with part.open("rb") as source, whole.open("ab") as target:
            shutil.copyfileobj(source, target)
            os.fsync(target.fileno())
        part.unlink()
        gathered[whole] = None
    return tuple(gathered)


def _begin(part: Path) -> str:
    """Return the time of the first line of a log, as text that sorts."""
    with part.open(encoding="utf-8", errors="replace") as lines:
        return lines.readline()[:19] + part.name
