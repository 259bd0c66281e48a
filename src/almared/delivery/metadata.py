"""The whole reduction for programs: ``reduction.json`` of the package."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from almared import __version__
from almared.delivery.checklist import StagePlace, stage_places
from almared.delivery.checklist_item import ChecklistItem
from almared.mous import Mous, MousEb
from almared.mous.places import StatePlace
from almared.records.history import Histories, History
from almared.records.images import read_images
from almared.records.journal import Journal
from almared.records.report import read_eb_report
from almared.records.state import step_records
from almared.stages.combination.stage import read_record as read_combination

FORMAT = 2


def metadata(mous: Mous, lines: Sequence[ChecklistItem], *, histories: Histories) -> Mapping[str, Any]:
    """Return settings, choices, runs, fluxes, what the reports measured, images and checks, as JSON knows them.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    lines : sequence of ChecklistItem
        The final checklist.
    histories : Histories
        How its scripts came to be done.
    """
    images = read_images(mous.tree.imaging)
    return {
        "format": FORMAT,
        "almared": __version__,
        "mous": mous.settings.model_dump(mode="json"),
        "execution_blocks": [str(eb.uid) for eb in mous.ebs],
        "stages": {
            place.name: _stage(place, histories.of(place.script))
            for place in stage_places(mous)
            if place.script.is_file()
        },
        "fluxes": {eb.directory.name: _fluxes(eb) for eb in mous.ebs},
        "combination": read_combination(mous.tree.combination) if mous.is_combined else None,
        "reports": {eb.directory.name: _measured(eb) for eb in mous.ebs},
        "imaging": images.as_record() if images else {},
        "checklist": [line.as_record() for line in lines],
        "is_forced": any(not line.passed for line in lines),
    }


def _stage(place: StagePlace, history: History) -> dict[str, Any]:
    directory = place.script.parent
    records = step_records(Journal(directory).entries())
    return {
        "script": place.script.name,
        "script_sha256": history.script.fingerprint,
        "made_with": dict(history.script.made_with),
        "casatasks": list(history.builds),
        "measures": list(history.measures),
        "runs": list(history.runs),
        "interruptions": list(history.interruptions),
        "steps": [
            {"number": step.number, "title": step.title, "seconds": records[step.number].seconds}
            for step in history.script.steps
            if step.number in records
        ],
        "choices": _choices(directory),
    }


def _choices(directory: Path) -> list[Any]:
    try:
        return list(json.loads(StatePlace(directory).plan.read_text(encoding="utf-8"))["choices"])
    except (FileNotFoundError, ValueError, KeyError):
        return []


def _fluxes(eb: MousEb) -> Any:
    """Return all that fluxscale returned, None where it did not run."""
    path = eb.directory / f"{eb.products.of_split('fluxscale')}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None


def _measured(eb: MousEb) -> dict[str, Any]:
    """Return the numbers and warnings of each item of the report of an execution block."""
    record = read_eb_report(eb.report)
    items = record.items if record else ()
    return {item.key: {"numbers": dict(item.made.numbers), "warnings": list(item.made.warnings)} for item in items}
