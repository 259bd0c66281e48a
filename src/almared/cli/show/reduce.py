"""What ``almared reduce`` shows: its jobs, with a live table of all of them."""

from __future__ import annotations

import json
import shlex
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import partial

from rich.console import Console
from rich.table import Table
from rich.text import Text

from almared.cli.show.event_lines import EventLines, shown_events
from almared.cli.show.run import clock
from almared.cli.show.status import status_table
from almared.mous import Mous
from almared.records.journal import JournalEntry
from almared.reduce.carry import ReduceOptions
from almared.reduce.crew.cluster import batch_script, read_cluster_file
from almared.reduce.fingerprints import reasons_to_call
from almared.reduce.jobs import PassedOptions, jobs_of, words_of
from almared.reduce.status import mous_status
from almared.run.supervise import Listener

REFRESH_S = 1.0
"""Time between reads of the journals on disk for the table (s)."""


def display(mous: Mous, *, is_json: bool) -> AbstractContextManager[Listener]:
    """Return a context manager for the listener that shows a reduction."""
    return shown_events(partial(ReduceLines, mous), is_json=is_json)


class ReduceLines(EventLines):
    """Turns events into lines, and keeps the live table.

    Parameters
    ----------
    mous : Mous
        The MOUS to reduce.
    console : Console
        Where the lines go.
    """

    def __init__(self, mous: Mous, console: Console) -> None:
        super().__init__(console)
        self._mous = mous
        self._table = Table()
        self._read = 0.0
        self._begin = time.monotonic()

    def live(self) -> Table:
        """Return the state of all jobs, read from disk."""
        if time.monotonic() - self._read > REFRESH_S:
            self._table = status_table(self._mous, mous_status(self._mous))
            self._read = time.monotonic()
        return self._table

    def _on_crew(self, entry: JournalEntry) -> None:
        where = f" on {entry.data['scheduler']}" if entry.data["scheduler"] else ""
        plural = "" if entry.data["size"] == 1 else "s"
        self._console.print(
            Text(f"{entry.data['size']} job{plural} at a time{where}: {entry.data['reason']}"), soft_wrap=True
        )
        if entry.data["warning"]:
            self._console.print(Text(f"warning: {entry.data['warning']}", style="yellow"), soft_wrap=True)

    def _on_note(self, entry: JournalEntry) -> None:
        self._console.print(Text(f"{entry.data['job']}  {entry.data['text']}", style="yellow"), soft_wrap=True)

    def _on_already_done(self, entry: JournalEntry) -> None:
        self._console.print(Text(f"{entry.data['job']}  already done", style="dim"), soft_wrap=True)

    def _on_stage_begin(self, entry: JournalEntry) -> None:
        if not self._console.is_terminal:
            self._console.print(Text(f"{entry.data['job']} ..."), soft_wrap=True)

    def _on_stage_end(self, entry: JournalEntry) -> None:
        is_done = "error" not in entry.data
        ending = clock(entry.data["seconds"]) if is_done else f"FAILED: {entry.data['error']}"
        self._console.print(Text(f"{entry.data['job']}  {ending}", style="" if is_done else "red"), soft_wrap=True)

    def _on_reduce_end(self, entry: JournalEntry) -> None:
        if entry.data["outcome"] == "done":
            self._console.print(Text(f"all done in {clock(time.monotonic() - self._begin)}"), soft_wrap=True)


def forecast(mous: Mous, options: ReduceOptions, *, is_json: bool) -> str:
    """Return the commands that a reduction would run, and the state of each job."""
    states = {status.job: status for status in mous_status(mous)}
    passed = PassedOptions(
        options.is_forced, options.should_break_lock, options.workers or 1, scheduler=options.scheduler
    )
    jobs = jobs_of(mous, until=options.until)
    reasons = dict.fromkeys(jobs, "asked for") if options.is_repeated else reasons_to_call(mous, jobs)
    entries = [
        {
            "job": job.name,
            "state": states[job].state,
            "detail": states[job].detail,
            "command": shlex.join(("almared", *words_of(job, mous, options=passed))),
            "called_because": reasons[job],
        }
        for job in jobs
    ]
    if is_json:
        return json.dumps(entries, indent=1)
    lines = [_line(entry) for entry in entries]
    if options.cluster:
        lines.append(f"Submitted for each worker:\n{batch_script(read_cluster_file(options.cluster))}")
    return "\n".join(lines)


def _line(entry: Mapping[str, str]) -> str:
    if not entry["called_because"]:
        return f"{entry['job']}: already done"
    return f"{entry['job']}: {entry['state']} ({entry['called_because']})\n  {entry['command']}"
