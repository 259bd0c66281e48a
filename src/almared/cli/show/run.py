"""What ``almared run`` shows: its steps, with a live line for each running step."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.console import Console
from rich.text import Text

from almared.basics.sizes import size_text
from almared.cli.show.event_lines import EventLines, shown_events
from almared.records.journal import JournalEntry
from almared.records.state import StepStatus
from almared.run.execute import Forecast, RunResult
from almared.run.supervise import Listener
from almared.script.read import CalibrationScript


def display(script: CalibrationScript, *, is_json: bool) -> AbstractContextManager[Listener]:
    """Return a context manager for the listener that shows a run."""
    return shown_events(partial(RunLines, script), is_json=is_json)


class RunLines(EventLines):
    """Turns events into lines and keeps the live one.

    Parameters
    ----------
    script : CalibrationScript
        The script that runs.
    console : Console
        Where the lines go.
    """

    def __init__(self, script: CalibrationScript, console: Console) -> None:
        super().__init__(console)
        self._titles = {step.number: step.title for step in script.steps}
        self._expected: dict[int, float] = {}
        self._running: dict[int | None, _ActiveStep] = {}

    def live(self) -> Text:
        """Return the live lines of the running steps."""
        if not self._running:
            return Text("starting CASA ...", style="dim")
        return Text("\n").join(self._live_line(running) for running in self._running.values())

    def _live_line(self, running: _ActiveStep) -> Text:
        elapsed = time.monotonic() - running.began
        expected = self._expected.get(running.step or 0)
        of = f" of about {clock(expected)}" if expected else ""
        task = f"  {running.task}" if running.task else ""
        return Text.assemble((f"{self._label(running.step)}", "bold"), f"  {clock(elapsed)}{of}", (task, "cyan"))

    def _label(self, step: int | None) -> str:
        return f"step {step:>2}  {self._titles.get(step or 0, '')}"

    def _on_chosen(self, entry: JournalEntry) -> None:
        self._expected = {int(step): seconds for step, seconds in entry.data["expected_s"].items()}
        for warning in entry.data["warnings"]:
            self._console.print(Text(f"warning: {warning}", style="yellow"))
        for reason in entry.data["reasons"]:
            self._console.print(Text(reason))
        if entry.data["removes"]:
            self._console.print(Text(f"removing {', '.join(entry.data['removes'])}"))

    def _on_chosen_task(self, entry: JournalEntry) -> None:
        given = ", ".join(f"{name}={value!r}" for name, value in entry.data["arguments"].items())
        self._console.print(Text(f"{entry.data['task']}({given})"))

    def _on_step_begin(self, entry: JournalEntry) -> None:
        self._running[entry.step] = _ActiveStep(entry.step)
        if not self._console.is_terminal:
            self._console.print(Text(f"{self._label(entry.step)} ..."))

    def _on_task_begin(self, entry: JournalEntry) -> None:
        running = self._running.get(entry.step)
        if running is not None:
            running.task = str(entry.data["task"])
            running.tasks += 1

    def _on_task_end(self, entry: JournalEntry) -> None:
        running = self._running.get(entry.step)
        if running is not None:
            running.task = ""
        else:
            ending = entry.data["error"] or f"gave {entry.data['result']}"
            self._console.print(Text(f"{entry.data['task']}  {clock(entry.data['seconds'])}  {ending}"))

    def _on_step_end(self, entry: JournalEntry) -> None:
        running = self._running.pop(entry.step, _ActiveStep(entry.step))
        is_done = entry.data["outcome"] == "done"
        ending = f"{clock(entry.data['seconds'])}, {running.tasks} tasks" if is_done else "FAILED"
        self._console.print(Text(f"{self._label(entry.step)}  {ending}", style="" if is_done else "red"))


@dataclass
class _ActiveStep:
    """A running step."""

    step: int | None
    task: str = ""
    tasks: int = 0
    began: float = field(default_factory=time.monotonic)


def show_states(script: CalibrationScript, statuses: Sequence[StepStatus], *, is_json: bool) -> str:
    """Return the state of each step as a table, or as JSON."""
    titles = {step.number: step.title for step in script.steps}
    if is_json:
        rows = [
            {"step": s.number, "title": titles[s.number], "state": s.state, "reason": s.reason, "seconds": s.seconds}
            for s in statuses
        ]
        return json.dumps({"script": script.path.name, "steps": rows})
    return "\n".join(
        f"{s.number:>3}  {s.state:<7}  {clock(s.seconds) if s.seconds else '':>7}  {titles[s.number]}"
        + (f"  ({s.reason})" if s.reason and s.state != "never" else "")
        for s in statuses
    )


def show_forecast(script: CalibrationScript, plan: Forecast, *, is_json: bool) -> str:
    """Return the actions of a run, as lines or as JSON."""
    actions: dict[str, Any] = {
        "steps": list(plan.choice.steps),
        "reasons": list(plan.choice.reasons),
        "removes": list(plan.removes),
        "logs": list(plan.logs),
        "warnings": list(plan.warnings),
        "disk_bytes": plan.needs.disk_bytes,
        "memory_bytes": plan.needs.memory_bytes,
    }
    if is_json:
        return json.dumps(actions)
    if not plan.choice.steps:
        return "Every step is done; nothing to run."
    lines = [f"warning: {warning}" for warning in plan.warnings]
    lines += [f"would run step {number:>2}  {script.step(number).title}" for number in plan.choice.steps]
    lines += list(plan.choice.reasons)
    lines += [f"would remove {name}" for name in plan.removes]
    lines += [f"would move {name} to .almared/old-logs" for name in plan.logs]
    lines.append(f"needs about {size_text(plan.needs.disk_bytes)} of disk ({plan.needs.source})")
    return "\n".join(lines)


def ending(result: RunResult) -> str:
    """Return the last line of a successful run."""
    if not result.steps:
        return "Every step is done; nothing to run. Use --steps to repeat some, or --clean to repeat all."
    log = result.log.name if result.log else ""
    return f"{len(result.steps)} steps done in {clock(result.seconds)}; log {log}"


def clock(seconds: float) -> str:
    """Return a duration for people.

    Examples
    --------
    >>> clock(7.25), clock(83), clock(4000)
    ('7.2 s', '1:23', '1:06:40')
    """
    if seconds < 60:
        return f"{seconds:.1f} s"
    whole = int(seconds)
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"
