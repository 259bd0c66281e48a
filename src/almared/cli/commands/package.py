"""``almared package``: the tree for the investigators."""

from __future__ import annotations

import json
from pathlib import Path

import click

from almared.delivery.contents import contents_of
from almared.delivery.missed import missed_of
from almared.delivery.package import member_directory, package_mous
from almared.mous import Mous, read_mous


@click.command()
@click.argument("mous", type=click.Path(path_type=Path, exists=True))
@click.option("--out", type=click.Path(path_type=Path), help="Directory of the package (Delivery in the MOUS).")
@click.option("--force", "is_forced", is_flag=True, help="Make it even if the checklist fails; the package says so.")
@click.option("--verify", "is_verified", is_flag=True, help="Compare all files of an existing package by SHA-256.")
@click.option("--dry-run", is_flag=True, help="List the files that would go in, and missing ones; write nothing.")
@click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")
def command(mous: Path, *, out: Path | None, is_forced: bool, is_verified: bool, dry_run: bool, is_json: bool) -> None:
    """Make the package of the MOUS: calibration, scripts, reports, logs, products, README, manifest.

    Its scriptForPI.py restores the calibrated data from the raw data in plain CASA. The package is completed under
    another name, and then replaces an older one. An existing package is kept if neither it nor any of its
    sources changed since.

    \b
    Examples:
      almared package uid___A001_X13e_X1fe
      almared package uid___A001_X13e_X1fe --out /deliveries
      almared package uid___A001_X13e_X1fe --dry-run   files that go in, and missing ones
      almared package uid___A001_X13e_X1fe --verify

    Exit codes: 0 made, or up to date; 3 not a MOUS; 5 another process is making one; 8 the checklist failed.
    """
    read = read_mous(mous)
    if dry_run:
        _tell_contents(read, member_directory(read, out), is_json=is_json)
        return
    made = package_mous(read, out=out, is_forced=is_forced, is_verified=is_verified)
    if is_json:
        document = {
            "package": str(made.root), "is_new": made.is_new, "files": made.n_files, "bytes": made.n_bytes,
            "is_forced": made.is_forced,
        }  # fmt: skip
        click.echo(json.dumps(document))
        return
    state = "is complete" if made.is_new else "is up to date"
    click.echo(f"The package {state}: {made.root}")
    click.echo(f"{made.n_files} files, {made.n_bytes / 1e6:.1f} MB; `sha256sum --check manifest.sha256` verifies them")
    if made.is_forced:
        click.echo("The final checklist FAILED in parts; README and reduction.json say so.")


def _tell_contents(mous: Mous, place: Path, *, is_json: bool) -> None:
    contents = contents_of(mous)
    sizes, missed = contents.sizes(), missed_of(mous)
    if is_json:
        document = {
            "package": str(place), "replaces": place.exists(), "files": sizes, "written": list(contents.written),
            "missed": list(missed),
        }  # fmt: skip
        click.echo(json.dumps(document, indent=1))
        return
    for name, size in sizes.items():
        click.echo(f"{size / 1e6:10.2f} MB  {name}{' (before compression)' if name.endswith('.tgz') else ''}")
    for name in contents.written:
        click.echo(f"{'written':>13}  {name}")
    for line in missed:
        click.echo(f"{'MISSED':>13}  {line}")
    verb = "replace" if place.exists() else "make"
    click.echo(f"Would {verb} {place}: {len(sizes) + len(contents.written)} files, {sum(sizes.values()) / 1e6:.1f} MB")
