"""``almared prepare``: make the tree of a MOUS and put its ASDMs in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from almared.basics.sizes import size_text
from almared.basics.times import utc_of

if TYPE_CHECKING:
    from almared.stages.preparation.prepare import TreePlan


@click.command(name="prepare")
@click.argument("mous_uid", metavar="MOUS_UID")
@click.argument("asdms", metavar="ASDM...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    envvar="ALMARED_WORK",
    show_envvar=True,
    default=Path("."),
    help="Directory for the tree; here, unless the variable is set.",
)
@click.option("--sb-name", default="", metavar="NAME", help="Name of the scheduling block, such as NGC253_a_06_TE.")
@click.option("--move", "moves", is_flag=True, help="Move the ASDMs instead of linking them.")
@click.option(
    "--dry-run", "--list", "dry_run", is_flag=True, help="List the ASDMs and what would be done; write nothing."
)
@click.option("--json", "is_json", is_flag=True, help="Print the result as one JSON object.")
def command(mous_uid: str, asdms: tuple[Path, ...], *, dry_run: bool, is_json: bool, **given: Any) -> None:
    """Make the tree of the MOUS with the uid MOUS_UID and add its execution blocks.

    Every ASDM is read and checked first; if one is missing or truncated, the command names it and writes
    nothing. Nothing is ever overwritten. Run again with one more ASDM, it adds that one.

    \b
    Examples:
      almared prepare uid://A001/X13e/X1fe uid___A002_X85c183_X36f uid___A002_X85c183_X60b
      almared prepare uid___A001_X13e_X1fe /archive/*.asdm.sdm --out /lustre/me --sb-name M83_a_03_TE
      almared prepare uid___A001_X13e_X1fe uid___A002_X85c183_X36f --list

    \b
    Exit codes: 0 done; 3 bad input, or something would be overwritten; 5 not enough disk for the move.
    """
    from almared.names import Uid
    from almared.stages.preparation.inventory import read_given
    from almared.stages.preparation.prepare import make_tree, plan_tree

    uid = Uid.parse(mous_uid)
    plan = plan_tree(uid, read_given(asdms), **given)
    if not dry_run:
        make_tree(plan)
    click.echo(
        json.dumps(_facts(plan, is_done=not dry_run), indent=1) if is_json else _story(plan, is_done=not dry_run)
    )


def _facts(plan: TreePlan, *, is_done: bool) -> dict[str, Any]:
    return {
        "mous": str(plan.tree.root),
        "part": {"value": plan.part.value, "reason": plan.part.reason},
        "ebs": [
            {
                "uid": one.eb.uid,
                "asdm": str(one.asdm),
                "place": str(place),
                "start": _date(one.eb.start_mjd_s),
                "minutes": round((one.eb.end_mjd_s - one.eb.start_mjd_s) / 60.0, 1),
                "antennas": len(one.eb.antennas),
                "dishes_m": sorted({antenna.diameter_m for antenna in one.eb.antennas}),
                "sb": one.eb.sb_uid,
                "project": one.eb.project_uid,
                "mous_named": one.mous,
                "raw_bytes": one.eb.raw_bytes,
            }
            for one, place in zip(plan.given, plan.places, strict=True)
        ],
        "done" if is_done else "would": [
            {"verb": deed.verb, "path": str(deed.path), "source": str(deed.source or "")} for deed in plan.deeds
        ],
        "warnings": list(plan.warnings),
        "disk_bytes": plan.disk_bytes,
    }


def _story(plan: TreePlan, *, is_done: bool) -> str:
    lines = [f"MOUS   {plan.tree.root}", f"Part   {plan.part.value}: {plan.part.reason}"]
    for number, (one, place) in enumerate(zip(plan.given, plan.places, strict=True)):
        dishes = "+".join(f"{size:g}" for size in sorted({antenna.diameter_m for antenna in one.eb.antennas}))
        minutes = (one.eb.end_mjd_s - one.eb.start_mjd_s) / 60.0
        facts = f"{_date(one.eb.start_mjd_s)}, {minutes:.0f} min, {len(one.eb.antennas)} antennas of {dishes} m"
        head = "EBs " if number == 0 else "    "
        lines.append(f"{head}   {place.relative_to(plan.tree.root)}: {facts}, {size_text(one.eb.raw_bytes)}")
    lines += [f"warning: {warning}" for warning in plan.warnings]
    past = {"make": "made", "link": "linked", "move": "moved", "write": "wrote"}
    for deed in plan.deeds:
        verb = past[deed.verb] if is_done else f"would {deed.verb}"
        source = f" from {deed.source}" if deed.source else ""
        lines.append(f"{verb} {deed.path.relative_to(plan.tree.root.parent)}{source}")
    if not plan.deeds:
        lines.append("Everything exists; nothing to do.")
    lines.append(f"The reduction will need about {size_text(plan.disk_bytes)} of disk, plus more for the images.")
    return "\n".join(lines)


def _date(mjd_s: float) -> str:
    return utc_of(mjd_s).strftime("%Y-%m-%d %H:%M")
