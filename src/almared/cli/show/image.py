"""What ``almared image`` prints: choices with reasons, needs of the steps, achieved values of the images."""

from __future__ import annotations

from collections.abc import Sequence

from rich import box
from rich.table import Table

from almared.cli.show.consoles import table_console
from almared.cli.show.plan import LONGEST_VALUE, need_cells, safe_markup, total_needs
from almared.delivery.checklist_item import ChecklistItem
from almared.plan import NamedChoice, Plan
from almared.records.images import ImagesRecord

MILLI = 1e3


def show_choices(plan: Plan) -> None:
    """Print the choices and what the steps will need."""
    console = table_console()
    console.print(_choices(plan.choices))
    console.print(_needs(plan))
    for warning in plan.warnings:
        console.print(f"[yellow]check:[/] {safe_markup(warning)}")


def show_nothing(plan: Plan) -> None:
    """Show no choices: what was made is one JSON document."""
    del plan


def show_results(record: ImagesRecord) -> None:
    """Print noise, beam and peak of each image against theory and request."""
    console = table_console()
    table = Table(title="Images", box=box.SIMPLE, title_justify="left")
    table.add_column("image", overflow="fold")
    for heading in (
        "beam (arcsec)",
        "rms (mJy)",
        "theory (mJy)",
        "asked (mJy)",
        "peak (mJy)",
        "peak/rms",
        "iterations",
    ):
        table.add_column(heading, justify="right")
    for image in record.images:
        beam = image.beam
        table.add_row(
            safe_markup(image.name),
            f"{beam.major_arcsec:.3g} x {beam.minor_arcsec:.3g}" if beam else "-",
            *map(_milli, (image.rms_jy, image.theory_rms_jy, image.requested_rms_jy, image.peak_jy)),
            "-" if image.peak_snr is None else f"{image.peak_snr:.3g}",
            str(image.iterations),
        )
    console.print(table)
    for image in record.images:
        for warning in image.warnings:
            console.print(f"[yellow]check:[/] {safe_markup(image.name)}: {safe_markup(warning)}")


def show_open_lines(lines: Sequence[ChecklistItem]) -> None:
    """Print the failed lines of the final checklist."""
    failed = [line for line in lines if not line.passed]
    console = table_console()
    lacking = f"{len(failed)} of {len(lines)} lines of the final checklist fail:"
    console.print(lacking if failed else "All lines of the final checklist pass: `almared package`.")
    for line in failed:
        console.print(f"  {safe_markup(line.place)}: {safe_markup(line.faults[0])}; {safe_markup(line.repair)}")


def _choices(choices: Sequence[NamedChoice]) -> Table:
    """Return the choices; the same choice for several images is listed once."""
    merged: dict[tuple[str, str, str, str], list[str]] = {}
    for entry in choices:
        image, _, word = entry.name.rpartition(": ")
        key = (word, str(entry.choice.value), entry.choice.reason, entry.choice.warning)
        merged.setdefault(key, []).append(image)
    n_images = len({name for names in merged.values() for name in names})
    table = Table(title="Choices", box=box.SIMPLE, title_justify="left")
    for heading in ("choice", "images", "value", "reason"):
        table.add_column(heading, overflow="fold")
    for (word, value, reason, warning), names in sorted(merged.items(), key=lambda item: item[0][0]):
        which = "all" if len(names) == n_images else ", ".join(names)
        short = value if len(value) <= LONGEST_VALUE else value[: LONGEST_VALUE - 4] + " ..."
        note = f" [yellow]({safe_markup(warning)})[/]" if warning else ""
        table.add_row(safe_markup(word), safe_markup(which), safe_markup(short), safe_markup(reason) + note)
    return table


def _needs(plan: Plan) -> Table:
    table = Table(title="Steps", box=box.SIMPLE, title_justify="left")
    table.add_column("step", justify="right")
    table.add_column("title", overflow="fold")
    for heading in ("new disk", "memory", "time"):
        table.add_column(heading, justify="right")
    for step in plan.steps:
        title = f"{step.title}: nothing, {step.nothing_because}" if step.nothing_because else step.title
        table.add_row(str(step.number), safe_markup(title), *need_cells(step.needs))
    table.add_section()
    table.add_row("", "all", *need_cells(total_needs(step.needs for step in plan.steps)))
    return table


def _milli(value: float | None) -> str:
    return "-" if value is None else f"{value * MILLI:.3g}"
