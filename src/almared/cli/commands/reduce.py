"""``almared reduce``: run everything still to do for a MOUS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from almared.cli.termination import exit_on_sigterm


@click.command(name="reduce")
@click.argument("mous", type=click.Path(path_type=Path), default=Path("."))
@click.option("--workers", type=click.IntRange(min=1), help="Parallel jobs; by cores, memory and disk if not given.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="Running Dask scheduler, tcp://host:8786.")
@click.option("--cluster", type=click.Path(path_type=Path), metavar="FILE", help="TOML of a dask-jobqueue cluster.")
@click.option("--until", default="", metavar="STAGE", help="Last stage to run: plan, run, report, combine, image, ...")
@click.option("--again", "is_repeated", is_flag=True, help="Run all commands, even of jobs that are already done.")
@click.option("--force", "is_forced", is_flag=True, help="Start even if disk or memory look too small.")
@click.option("--break-lock", "should_break_lock", is_flag=True, help="Take over locks of another, dead machine.")
@click.option("--dry-run", is_flag=True, help="Show the state and what would be run; change nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print one JSON object per event.")
def command(mous: Path, *, dry_run: bool, is_json: bool, **given: Any) -> None:
    """Run everything still to do for MOUS, its directory or any path inside, from any state.

    Each execution block is planned, calibrated and reported, in parallel with the others; then they are combined
    and imaged; report, checklist and package follow. A script edited by hand is run unchanged. Options of
    the plan come from mous.toml. You can kill it at any time: the next call continues from the interrupted step.
    A job is skipped if it is done and none of its inputs and products changed since.

    \b
    Examples:
      almared reduce uid___A001_X13e_X1fe
      almared reduce --until run --workers 2
      almared reduce --scheduler tcp://node7:8786
      almared reduce --cluster slurm.toml
      almared reduce --again                       run every command, even if done

    \b
    Exit codes: 0 done; 3 bad input; 4 no plan; 5 cannot start (locked, disk), or workers died;
    6 a step failed; 7 installation unusable; 130 interrupted, 143 by SIGTERM. A failed job stops
    only those that depend on it; the exit code is that of the first.
    """
    from almared.cli.show import reduce as reduce_display
    from almared.mous import read_mous
    from almared.reduce.carry import ReduceOptions, reduce_mous

    exit_on_sigterm()
    found = read_mous(mous)
    options = ReduceOptions(**{**given, "workers": given["workers"] or 0})
    if dry_run:
        click.echo(reduce_display.forecast(found, options, is_json=is_json))
        return
    with reduce_display.display(found, is_json=is_json) as listener:
        reduce_mous(found, options, listener=listener)
