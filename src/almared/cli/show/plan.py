"""What ``almared plan`` prints: choices with their reasons, warnings, needs of each step."""

from __future__ import annotations

from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from almared.basics.sizes import size_text
from almared.mous.source import EbSource
from almared.plan import NamedChoice, Plan, StepNeeds
from almared.script import WrittenScript
from almared.script.comments import safe_line

LONGEST_VALUE = 160


def show(plan: Plan, source: EbSource, *, written: WrittenScript | None) -> None:
    """Print the plan for a reader.

    Parameters
    ----------
    plan : Plan
        The plan.
    source : EbSource
        Location of the data.
    written : WrittenScript or None
        The written script, None when nothing was written.
    """
    console = Console(soft_wrap=False, highlight=False)
    console.print(choices_table(plan.choices))
    console.print(needs_table(plan))
    for warning in plan.warnings:
        console.print(f"[yellow]check:[/] {safe_markup(warning)}")
    for line in _outcome(plan, source, written=written):
        console.print(safe_markup(line), soft_wrap=True)


def choices_table(choices: tuple[NamedChoice, ...]) -> Table:
    """Return the choices as a table."""
    table = Table(title="Choices", box=box.SIMPLE, title_justify="left")
    for heading in ("choice", "value", "reason"):
        table.add_column(heading, overflow="fold")
    for entry in choices:
        value = str(entry.choice.value)
        short = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 4] + " ..."
        warning = f" [yellow]({safe_markup(entry.choice.warning)})[/]" if entry.choice.warning else ""
        table.add_row(safe_markup(entry.name), safe_markup(short), safe_markup(entry.choice.reason) + warning)
    return table


def needs_table(plan: Plan) -> Table:
    """Return what each step will need as a table."""
    table = Table(title="Steps", box=box.SIMPLE, title_justify="left")
    table.add_column("step", justify="right")
    table.add_column("title")
    for heading in ("new disk", "memory", "time"):
        table.add_column(heading, justify="right")
    for step in plan.steps:
        if step.nothing_because:
            table.add_row(str(step.number), f"{step.title}: nothing, {safe_markup(step.nothing_because)}", "", "", "")
        else:
            table.add_row(str(step.number), step.title, *need_cells(step.needs))
    table.add_section()
    table.add_row("", "all", *need_cells(total_needs(step.needs for step in plan.steps)))
    return table


def need_cells(needs: StepNeeds) -> tuple[str, str, str]:
    """Return new disk, memory and time for a row of a table."""
    return need_text(needs.disk_bytes), need_text(needs.memory_bytes), time_text(needs.seconds)


def total_needs(needs: Iterable[StepNeeds]) -> StepNeeds:
    """Return the needs of steps run one after another: total disk and time, peak memory."""
    every = list(needs)
    return StepNeeds(
        sum(need.disk_bytes for need in every),
        max(need.memory_bytes for need in every),
        sum(need.seconds for need in every),
    )


def need_text(size: float) -> str:
    """Return a size in bytes for a reader, a dash for none."""
    return "-" if size <= 0 else size_text(size)


def time_text(seconds: float) -> str:
    """Return a duration for a reader."""
    if seconds <= 0:
        return "-"
    if seconds < 60:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


def _outcome(plan: Plan, source: EbSource, *, written: WrittenScript | None) -> list[str]:
    lines = []
    if plan.eb is not None and not plan.eb.has_binary_data:
        lines.append("The ASDM holds metadata only: the script can be read, not run.")
    if source.ms is not None:
        use = "is read for this plan" if not source.is_asdm_read else "exists already and is replaced by step 0"
        lines.append(f"{source.ms.name} {use}.")
    if written is None:
        return [*lines, "Nothing was written."]
    if written.backup is not None:
        lines.append(f"The edited script is now {written.backup.name}.")
    lines.append(f"{'Script' if written.is_new else 'Script (unchanged)'}: {written.script}")
    return [*lines, f"Plan as data: {written.plan}", f"Next: almared run {source.asdm or source.ms}"]


def safe_markup(text: str) -> str:
    """Return foreign text for a table: one line, without markup."""
    return escape(safe_line(text))
