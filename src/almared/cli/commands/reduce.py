"""``almared reduce``: do everything that is left to do of a MOUS."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from almared.cli.termination import exit_on_sigterm


@click.command(name="reduce")
@click.argument("mous", type=click.Path(path_type=Path), default=Path("."))
@click.option("--workers", type=click.IntRange(min=1), help="Jobs side by side; by cores, memory and disk otherwise.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A running Dask scheduler, tcp://host:8786.")
@click.option("--cluster", type=click.Path(path_type=Path), metavar="FILE", help="TOML for a cluster of dask-jobqueue.")
@click.option("--until", default="", metavar="STAGE", help="Last stage: plan, run, report, combine, image, ...")
@click.option("--again", "is_repeated", is_flag=True, help="Call all commands, also of jobs that are already done.")
@click.option("--force", "is_forced", is_flag=True, help="Start although disk or memory may not do.")
@click.option("--break-lock", "should_break_lock", is_flag=True, help="Take locks of another machine that is dead.")
@click.option("--dry-run", is_flag=True, help="Tell what is there and what would be called; change nothing.")
@click.option("--json", "is_json", is_flag=True, help="One JSON object per event on standard output.")
def command(mous: Path, *, dry_run: bool, is_json: bool, **given: Any) -> None:
    """Do everything that is left to do of MOUS, its directory or anything inside it, from whatever state it finds.

    Each execution block is planned, calibrated and reported, side by side with the others; then they are combined
    and imaged; report, checklist and package follow. A script that was edited by hand is run as it is. Options of
    the plan come from mous.toml. It can be killed at any moment: the next call goes on from the step that was cut.
    A job is left out when it is already done and nothing that it looks at or makes was touched since.

    \b
    Examples:
      almared reduce uid___A001_X13e_X1fe
      almared reduce --until run --workers 2
      almared reduce --scheduler tcp://node7:8786
      almared reduce --cluster slurm.toml
      almared reduce --again                       call every command, whatever is done

    \b
    Exit codes: 0 done; 3 bad input; 4 no plan; 5 may not start (locked, disk), or workers died;
    6 a step failed; 7 installation not fit; 130 interrupted, 143 by SIGTERM. A failed job stops
    those that build on it, no others; the code is that of the first.
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
