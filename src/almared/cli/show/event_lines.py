"""How commands show long work: live on a terminal, plain lines elsewhere, JSON for programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click
from rich.console import Console, RenderableType
from rich.live import Live

from almared.records.journal import JournalEntry
from almared.run.supervise import Listener

REFRESH_PER_SECOND = 4
"""Refresh rate of the live display."""


class EventLines:
    """Turns events into lines: each goes to the method with its name, ``_on_step_begin``, if there is one.

    Parameters
    ----------
    console : Console
        Where the lines go.
    """

    def __init__(self, console: Console) -> None:
        self._console = console

    def hear(self, entry: JournalEntry) -> None:
        """Handle an event."""
        method = getattr(self, f"_on_{entry.event.replace('-', '_')}", None)
        if method is not None:
            method(entry)

    def live(self) -> RenderableType:
        """Return the live display below the lines."""
        raise NotImplementedError


@contextmanager
def shown_events(make_lines: Callable[[Console], EventLines], *, is_json: bool) -> Iterator[Listener]:
    """Yield the listener that shows events.

    Parameters
    ----------
    make_lines : callable
        Makes the lines for a console.
    is_json : bool
        Print each event as one line of JSON instead.
    """
    if is_json:
        yield _show_json
        return
    console = Console(stderr=True, highlight=False)
    lines = make_lines(console)
    if not console.is_terminal:
        yield lines.hear
        return
    with Live(get_renderable=lines.live, console=console, refresh_per_second=REFRESH_PER_SECOND, transient=True):
        yield lines.hear


def _show_json(entry: JournalEntry) -> None:
    if entry.event != "tick":
        click.echo(entry.to_line(), nl=False)
