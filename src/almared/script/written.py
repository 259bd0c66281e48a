"""Plans and scripts on disk: written next to the data, never over manual edits."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.errors import PlanError
from almared.mous.places import StatePlace
from almared.plan import Plan, plan_document
from almared.script.render import render_script


@dataclass(frozen=True, slots=True)
class WrittenScript:
    """What was written.

    Parameters
    ----------
    script, plan : Path
        The script, and the plan as data.
    backup : Path or None
        Where an edited script was moved to.
    is_new : bool
        Whether the text differs from the one that stood there before.
    """

    script: Path
    plan: Path
    backup: Path | None
    is_new: bool


def write_script(plan: Plan, directory: Path, *, is_forced: bool = False) -> WrittenScript:
    """Write the script of a plan next to its data, and the plan as data.

    Parameters
    ----------
    plan : Plan
        The plan.
    directory : Path
        Directory that holds the ASDM; that of the stage.
    is_forced : bool
        Replace a script that was edited by hand; it is kept under another name.

    Raises
    ------
    PlanError
        The script there was edited by hand, and the writing is not forced.
    """
    text = render_script(plan)
    path = directory / plan.script
    state = StatePlace(directory)
    before = path.read_text(encoding="utf-8", errors="replace") if path.exists() else None
    backup = None
    if before is not None and before != text and _is_edited(before, state.rendered(path.name)):
        backup = _set_aside(path, is_forced=is_forced)
    state.rendered_files.mkdir(parents=True, exist_ok=True)
    write_whole(state.rendered(path.name), text)
    write_whole(state.plan, json.dumps(plan_document(plan), indent=1, allow_nan=False) + "\n")
    if before != text:
        write_whole(path, text)
    return WrittenScript(path, state.plan, backup, before != text)


def _is_edited(text: str, rendered: Path) -> bool:
    return not rendered.is_file() or rendered.read_text(encoding="utf-8", errors="replace") != text


def _set_aside(path: Path, *, is_forced: bool) -> Path:
    if not is_forced:
        raise PlanError(
            "the script there was edited by hand, or written by something else",
            where=str(path),
            repair="keep it, or replace it with --force (it is then kept under another name)",
        )
    names = (path.with_name(f"{path.name}.edited-{number}") for number in range(1, 10_000))
    backup = next(name for name in names if not name.exists())
    os.replace(path, backup)
    return backup
