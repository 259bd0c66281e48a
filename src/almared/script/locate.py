"""Find the script, the raw data and the state of an execution block from what the user names."""

from __future__ import annotations

from pathlib import Path

from almared.errors import InputError
from almared.mous.places import FLUX_SCRIPT, IMAGING_SCRIPT
from almared.mous.source import asdms_in, ms_name_of
from almared.names import SCRIPT_ENDING, Products


def find_script(target: Path) -> Path:
    """Return the calibration script of an execution block, or the script of a stage.

    Parameters
    ----------
    target : Path
        The ASDM, its MS, the script itself, or a directory with one script.

    Raises
    ------
    InputError
        There is no script there, or there are several.
    """
    if target.is_file() and target.suffix == ".py":
        return target.resolve()
    next_to = target.parent / Products(ms_name_of(target.name)).script
    if next_to.is_file():
        return next_to.resolve()
    inside = sorted(target.glob(f"*{SCRIPT_ENDING}")) if target.is_dir() else []
    inside = inside or [target / name for name in (FLUX_SCRIPT, IMAGING_SCRIPT) if (target / name).is_file()]
    if len(inside) == 1:
        return inside[0].resolve()
    raise InputError(
        f"there are {len(inside)} calibration scripts" if inside else "there is no calibration script",
        where=str(target),
        repair="name one of them" if inside else f"make it with `almared plan {target}`",
    )


def raw_data(script: Path) -> tuple[Path, ...]:
    """Return the ASDMs next to the script that it names."""
    text = script.read_text(encoding="utf-8", errors="replace")
    return tuple(path for path in asdms_in(script.parent) if path.name in text)
