"""``almared run``: run the calibration script, all of it or step by step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from almared.cli.show import run as run_display
from almared.cli.termination import exit_on_sigterm
from almared.records.state import script_states
from almared.run.execute import RunOptions, forecast, run_script
from almared.run.one_task import TaskChange, describe, list_tasks, parse_settings, run_task
from almared.script.locate import find_script
from almared.script.read import read_script


@click.command()
@click.argument("eb", type=click.Path(path_type=Path))
@click.option("--steps", default="", metavar="STEPS", help="Steps to run: 5-9, 0,1,2 or words of a title.")
@click.option(
    "--only", "is_exact", is_flag=True, help="With --steps: run only these, regardless of the state of earlier steps."
)
@click.option(
    "--clean", "is_clean", is_flag=True, help="Remove the MS, its flag versions and all products; run all with one log."
)
@click.option("--dry-run", is_flag=True, help="Show what would be run and removed; change nothing.")
@click.option("--status", "is_status", is_flag=True, help="Show the state of each step; change nothing.")
@click.option("--force", "is_forced", is_flag=True, help="Start even if disk or memory look too small.")
@click.option(
    "--break-lock", "should_break_lock", is_flag=True, help="Take over the lock of a run on another, dead machine."
)
@click.option("--tolerate", "tolerated", multiple=True, metavar="TEXT", help="Ignore SEVERE log lines with this text.")
@click.option(
    "--workers", type=click.IntRange(min=1), default=1, help="Number of steps to run in parallel (images, chunks)."
)
@click.option("--scheduler", default="", metavar="ADDRESS", help="Run the steps on the workers of this Dask scheduler.")
@click.option("--step", type=int, help="The step for --list or --task.")
@click.option("--list", "is_list", is_flag=True, help="With --step: list its tasks.")
@click.option("--task", type=int, help="With --step: run only the task with this number.")
@click.option("--set", "settings", multiple=True, metavar="PAR=VALUE", help="With --task: change an argument.")
@click.option("--scratch", "is_scratch", is_flag=True, help="With --task: work on a copy, under .almared/scratch.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object per event.")
def command(eb: Path, *, dry_run: bool, is_status: bool, is_json: bool, **given: Any) -> None:
    """Run the calibration script of execution block EB (its ASDM, MS, script or directory), or that of a stage.

    Without --steps it continues from the first step that is not done or whose text changed since it ran.
    Before a step is repeated, the products of it and all later steps are removed, flags go back to their state
    before the step, and the later steps are out of date until they run.

    \b
    Examples:
      almared run uid___A002_X1_X2                  everything still to do
      almared run uid___A002_X1_X2 --steps 5-9      these steps
      almared run uid___A002_X1_X2 --steps bandpass the step with this title
      almared run uid___A002_X1_X2 --clean          everything again, one clean log
      almared run uid___A002_X1_X2 --dry-run        what would happen
      almared run uid___A002_X1_X2 --step 12 --list the tasks of step 12
      almared run Imaging --workers 2               images in parallel
      almared run uid___A002_X1_X2 --step 12 --task 2 --set solint=60s --scratch

    \b
    Exit codes: 0 done; 3 no or bad script; 5 cannot start (locked, disk, memory);
    6 a step failed or was killed; 7 CASA cannot be loaded; 130 interrupted, 143 by SIGTERM.
    """
    single = {name: given.pop(name) for name in ("step", "is_list", "task", "settings", "is_scratch")}
    exit_on_sigterm()
    if single["step"] is not None:
        _single(eb, single, should_break_lock=given["should_break_lock"], is_json=is_json)
        return
    options = RunOptions(**given)
    if is_status or dry_run:
        script = read_script(find_script(eb))
        shown = run_display.show_states(script, script_states(script), is_json=is_json) if is_status else ""
        shown = shown or run_display.show_forecast(script, forecast(script, options), is_json=is_json)
        click.echo(shown)
        return
    with run_display.display(read_script(find_script(eb)), is_json=is_json) as listener:
        result = run_script(eb, options, listener=listener)
    if not is_json:
        click.echo(run_display.ending(result))


def _single(eb: Path, asked: dict[str, Any], *, should_break_lock: bool, is_json: bool) -> None:
    """List the tasks of a step, or run one of them alone."""
    script = read_script(find_script(eb))
    if asked["task"] is None:
        click.echo(describe(list_tasks(script, asked["step"]), is_json=is_json))
        return
    change = TaskChange(asked["step"], asked["task"], parse_settings(asked["settings"]), asked["is_scratch"])
    with run_display.display(script, is_json=is_json) as listener:
        listed = run_task(eb, change, should_break_lock=should_break_lock, listener=listener)
    if listed.result and not is_json:
        click.echo(f"in the run of the step it returned {listed.result}")
