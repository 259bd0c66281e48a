"""``almared plan``: choose how to calibrate an execution block, and write the script."""

from __future__ import annotations

import json
from pathlib import Path

import click

from almared.names import Products


@click.command(name="plan")
@click.argument("eb")
@click.option("--refant", default="", metavar="ANTENNA", help="Reference antenna, instead of the automatic choice.")
@click.option(
    "--antpos",
    "positions",
    type=click.Path(path_type=Path),
    help="Antenna position corrections: antennapos.csv, or the JSON of the position service.",
)
@click.option(
    "--flux",
    "fluxes",
    multiple=True,
    metavar="NAME=Jy@GHz,alpha",
    help="Known flux density and spectral index (-0.7 when left out) of a calibrator; may be given several times.",
)
@click.option("--bpass-field", default="", metavar="FIELD", help="Bandpass calibrator, by id or name.")
@click.option(
    "--tsys-chan-tol",
    "tsys_channel_tolerance",
    type=click.FloatRange(min=0),
    default=1.0,
    show_default=True,
    help="How far a window may reach beyond its Tsys window, in channels of Tsys.",
)
@click.option(
    "--time-bin", "time_bin_s", type=click.FloatRange(min=0), default=0.0, help="Average the split to this, s."
)
@click.option("--no-wvr", is_flag=True, help="Do not correct phases by the water-vapour radiometers.")
@click.option("--lbc", "is_long_baseline", is_flag=True, help="Long baselines: smoother bandpass, more central refant.")
@click.option("--low-snr", "is_low_snr", is_flag=True, help="Weak calibrators: whole windows, phases per scan.")
@click.option("--allow-hybrid", "keeps_all_antennas", is_flag=True, help="Keep dishes of all sizes in the result.")
@click.option("--lazy", "is_lazy", is_flag=True, help="Import without copying the data; the ASDM must stay.")
@click.option(
    "--tbuff", "tbuff_s", type=click.FloatRange(min=0), default=0.0, help="Widen the online flags by this, s."
)
@click.option("--casa", "build", default="", metavar="BUILD", help="casatasks build to plan for (the installed one).")
@click.option("--profile", type=click.Choice(["modern"]), default="modern", help="Generation of rules to follow.")
@click.option("--force", "is_forced", is_flag=True, help="Replace a script that was edited by hand; it is kept aside.")
@click.option("--dry-run", is_flag=True, help="Tell the choices; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="The whole plan as one JSON object.")
def command(eb: str, *, profile: str, is_forced: bool, dry_run: bool, is_json: bool, **given: object) -> None:
    """Choose how to calibrate the execution block EB and write its script beside it.

    EB is an ASDM, uid://A/B/C of one in this directory, or an imported MS. CASA is not needed. The choices are
    printed with their reasons, and with the disk, memory and time that each step will need.

    \b
    Examples:
      almared plan uid___A002_X1_X2
      almared plan uid___A002_X1_X2 --refant CM02 --antpos antennapos.csv
      almared plan uid___A002_X1_X2 --flux J1733-1304=2.39@96.35,-0.70
      almared plan uid___A002_X1_X2.ms --dry-run --json

    \b
    Exit codes: 0 done; 3 bad input; 4 no sound plan, or the script there was edited by hand.
    """
    from almared.cli import plan_options
    from almared.cli.show import plan as plan_display
    from almared.mous.source import find_source
    from almared.plan import plan_document
    from almared.recipes import plan_calibration
    from almared.script import write_script

    source = find_source(eb)
    facts = source.read()
    plan = plan_calibration(facts, plan_options.options_for(source, facts, given=given))
    written = None if dry_run else write_script(plan, source.directory, is_forced=is_forced)
    if is_json:
        script = str(source.directory / Products(plan.ms).script) if written else None
        click.echo(json.dumps({"profile": profile, "script": script, **plan_document(plan)}, indent=1, allow_nan=False))
        return
    plan_display.show(plan, source, written=written)
