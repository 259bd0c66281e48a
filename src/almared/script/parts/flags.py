"""Flag versions, so that a repeated step starts from the flags it first started from."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence

from casatasks import flagmanager
from casatools import table

from almared.script.parts.steps import clear_after_kill


def start_from_flags(vis: str, version: str, drop: Sequence[str] = ()) -> None:
    """Put the flags back to a version that was saved before, or save them now; forget later versions."""
    clear_after_kill(vis)
    if is_sound_flag_version(vis, version):
        flagmanager(vis=vis, mode="restore", versionname=version)
    else:
        forget_flag_version(vis, version)
        flagmanager(vis=vis, mode="save", versionname=version)
    for later in drop:
        forget_flag_version(vis, later)


def is_sound_flag_version(vis: str, version: str) -> bool:
    """Tell whether a flag version is listed and whole: CASA lists it first and writes its rows last."""
    if version not in [line.partition(" : ")[0] for line in flag_version_lines(vis)]:
        return False
    try:
        return table_rows(f"{vis}.flagversions/flags.{version}") == table_rows(vis)
    except RuntimeError:
        return False


def forget_flag_version(vis: str, version: str) -> None:
    """Remove a flag version, also a half-written one."""
    lines = flag_version_lines(vis)
    kept = [line for line in lines if line.partition(" : ")[0] != version]
    names = f"{vis}.flagversions/FLAG_VERSION_LIST"
    if kept != lines:
        with open(f"{names}.new", "w") as file:
            file.writelines(kept)
        os.replace(f"{names}.new", names)
    shutil.rmtree(f"{vis}.flagversions/flags.{version}", ignore_errors=True)


def flag_version_lines(vis: str) -> list[str]:
    """Return the lines of CASA's list of flag versions."""
    names = f"{vis}.flagversions/FLAG_VERSION_LIST"
    if not os.path.exists(names):
        return []
    with open(names) as file:
        return file.readlines()


def table_rows(name: str) -> int:
    """Return the number of rows of a table."""
    tb = table()
    try:
        tb.open(name)
        return int(tb.nrows())
    finally:
        tb.close()
