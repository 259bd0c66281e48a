"""The state of a MOUS as lines, as a live table, and as data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from almared.cli.show.run import clock
from almared.mous import Mous
from almared.records.state import StepState
from almared.reduce.status import JobStatus

STYLES = {
    StepState.DONE: "green",
    StepState.RUNNING: "bold cyan",
    StepState.FAILED: "bold red",
    StepState.STALE: "yellow",
    StepState.NEVER: "dim",
}
WORDS = {StepState.NEVER: "to do", StepState.STALE: "old"}
"""Words for states; the others use their own names. Never colour alone."""

PARTLY = "partly"
"""Word for a stage with steps still to do."""


def status_document(mous: Mous, statuses: Sequence[JobStatus]) -> dict[str, Any]:
    """Return the state of a MOUS as data."""
    return {
        "mous": str(mous.tree.root),
        "uid": mous.settings.uid,
        "part": mous.settings.part,
        "ebs": [{"uid": str(eb.uid), "directory": eb.directory.name} for eb in mous.ebs],
        "stages": [
            {
                "stage": status.job.stage.name,
                "eb": str(status.job.eb.uid) if status.job.eb else None,
                "state": status.state,
                "detail": status.detail,
                "done": status.done,
                "total": status.total,
                "begun": status.begun,
            }
            for status in statuses
        ],
    }


def status_lines(mous: Mous, statuses: Sequence[JobStatus]) -> str:
    """Return the state of a MOUS as lines of plain text."""
    part = f", part {mous.settings.part}" if mous.settings.part else ""
    lines = [f"{mous.tree.uid_name}{part}, {len(mous.ebs)} execution block{'s' if len(mous.ebs) != 1 else ''}"]
    for status in statuses:
        who, stage, state, steps, detail = _cells(status)
        lines.append(f"{who:<10} {stage:<11} {state:<8} {steps:>6}  {detail}".rstrip())
    return "\n".join(lines)


def status_table(mous: Mous, statuses: Sequence[JobStatus]) -> Table:
    """Return the state of a MOUS as a table for a terminal."""
    table = Table(title=mous.tree.uid_name, title_justify="left", box=None, pad_edge=False, expand=True)
    for heading in ("", "stage", "state", "steps"):
        table.add_column(heading, justify="right" if heading == "steps" else "left", no_wrap=True)
    # On a narrow terminal only the details are truncated.
    table.add_column("", no_wrap=True, ratio=1)
    for status in statuses:
        who, stage, state, steps, detail = _cells(status)
        table.add_row(who, stage, Text(state, style=STYLES[status.state]), steps, detail)
    return table


def _cells(status: JobStatus) -> tuple[str, str, str, str, str]:
    who = status.job.eb.name if status.job.eb else "MOUS"
    steps = f"{status.done}/{status.total}" if status.total else ""
    since = f" ({clock(_seconds_since(status.begun))})" if status.begun else ""
    is_part = status.state is StepState.STALE and status.done < status.total
    word = PARTLY if is_part else WORDS.get(status.state, str(status.state))
    return who, status.job.stage.name, word, steps, f"{status.detail}{since}"


def _seconds_since(begun: str) -> float:
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(begun)).total_seconds())
