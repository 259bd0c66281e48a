"""``almared plan``: choose how to calibrate an execution block, and write the script."""

from __future__ import annotations

import json

import click

from almared.cli.plan_options import calibration_options


@click.command(name="plan")
@click.argument("eb")
@calibration_options
@click.option("--profile", type=click.Choice(["modern"]), default="modern", help="Set of rules to follow.")
@click.option("--force", "is_forced", is_flag=True, help="Replace a script that was edited by hand; a backup is kept.")
@click.option("--dry-run", is_flag=True, help="Show the choices; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print the whole plan as one JSON object.")
def command(eb: str, *, profile: str, is_forced: bool, dry_run: bool, is_json: bool, **given: object) -> None:
    """Choose how to calibrate the execution block EB and write its script next to it.

    EB is an ASDM, the uid://A/B/C of one in this directory, or an imported MS. CASA is not needed. The choices are
    printed with their reasons, and with the disk, memory and time that each step will need.

    \b
    Examples:
      almared plan uid___A002_X1_X2
      almared plan uid___A002_X1_X2 --refant CM02 --antpos antennapos.csv
      almared plan uid___A002_X1_X2 --flux J1733-1304=2.39@96.35,-0.70
      almared plan uid___A002_X1_X2.ms --dry-run --json

    \b
    Exit codes: 0 done; 3 bad input; 4 no valid plan, or the existing script was edited by hand.
    """
    from almared.cli.show import plan as plan_display
    from almared.plan import plan_document
    from almared.stages.calibration.stage import draft_calibration

    draft = draft_calibration(eb, given, should_write=not dry_run, is_forced=is_forced)
    if is_json:
        script = str(draft.source.directory / draft.plan.script) if draft.written else None
        document = {"profile": profile, "script": script, **plan_document(draft.plan)}
        click.echo(json.dumps(document, indent=1, allow_nan=False))
        return
    plan_display.show(draft.plan, draft.source, written=draft.written)
