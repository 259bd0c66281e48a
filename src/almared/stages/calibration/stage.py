"""The calibration stage: find the data, choose, write the script. `almared.run.execute.run_script` runs it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared.formats.measures.tables import known_orientation
from almared.mous.source import EbSource, find_source
from almared.plan import Plan
from almared.recipes import options_for, plan_calibration
from almared.script import WrittenScript, write_script


@dataclass(frozen=True, slots=True)
class CalibrationDraft:
    """A calibration that was planned.

    Parameters
    ----------
    source : EbSource
        Where the data lie.
    plan : Plan
        The plan.
    written : WrittenScript, optional
        What was written, None when nothing was.
    """

    source: EbSource
    plan: Plan
    written: WrittenScript | None


def draft_calibration(
    target: str | Path, given: Mapping[str, Any], *, should_write: bool = True, is_forced: bool = False
) -> CalibrationDraft:
    """Plan the calibration of an execution block from what is on disk, and write its script.

    Parameters
    ----------
    target : str or Path
        Its ASDM, uid, imported MS, or a directory that holds one ASDM.
    given : mapping of str to object
        Options, by the names of `almared.mous.options`.
    should_write : bool
        Write the script next to the data; otherwise only the choices are made.
    is_forced : bool
        Replace a script that was edited by hand; it is kept under another name.

    Raises
    ------
    InputError
        There are no such data, or they cannot be read.
    PlanError
        There is no sound plan, or the script was edited by hand.
    """
    source = find_source(target)
    facts = source.read()
    plan = plan_calibration(facts, options_for(source, facts, given=given), earth=known_orientation())
    written = write_script(plan, source.directory, is_forced=is_forced) if should_write else None
    return CalibrationDraft(source, plan, written)
