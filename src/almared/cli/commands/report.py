"""``almared report``: the QA2 report of an execution block or of a whole MOUS."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import click

from almared.mous.places import MousTree
from almared.records.report import ItemOutcome
from almared.report.build import EbReport, ReportOptions, report_eb


@click.command()
@click.argument("target", metavar="EB|MOUS", type=click.Path(path_type=Path, exists=True))
@click.option("--only", multiple=True, metavar="ITEM", help="Make this item anew and keep the others; may be repeated.")
@click.option("--uv-limit", type=float, metavar="M", help="Longest baseline of the targets' spectra (m).")
@click.option("--workers", type=click.IntRange(min=1), default=min(os.cpu_count() or 1, 8), help="Processes that draw.")
@click.option("--force", is_flag=True, help="Make it although nothing changed since it was made.")
@click.option("--json", "is_json", is_flag=True, help="Tell it as JSON.")
def command(target: Path, *, only: tuple[str, ...], uv_limit: float | None, **given: Any) -> None:
    """Make the QA2 report of a calibrated execution block EB, or of a MOUS, into its directory qa2.

    Figures, texts and their montages have the names that the packager and reviewers know; on top is one page,
    <uid>.qa2_report.html, that holds everything. An item that fails says why in its place.

    \b
    Examples:
      almared report uid___A002_X1_X2                      the report of an EB
      almared report uid___A002_X1_X2 --only target_spectrum --uv-limit 300
      almared report uid___A001_X13e_X1fe                  that of the MOUS, from those of its EBs

    Exit codes: 0 made, or up to date; 3 not calibrated, or no such item.
    """
    options = ReportOptions(only, given["force"], uv_limit, given["workers"])
    is_json = given["is_json"]
    if MousTree(target).settings.is_file():
        from almared.report.whole import report_mous

        told = report_mous(target, is_forced=given["force"])
        click.echo(
            json.dumps({"page": str(told.page), "is_new": told.is_new}) if is_json else _whole(told.page, told.is_new)
        )
        return
    report = report_eb(target, options, listener=_quiet if is_json else _tell)
    click.echo(json.dumps(_as_record(report)) if is_json else _ending(report))


def _quiet(_key: str, _outcome: ItemOutcome) -> None:
    """Tell nothing."""


def _tell(key: str, outcome: ItemOutcome) -> None:
    state = f"not available: {outcome.unavailable}" if outcome.unavailable else f"{outcome.seconds:.1f} s"
    click.echo(f"{key:<18} {state}", err=True)


def _whole(page: Path, is_new: bool) -> str:  # noqa: FBT001
    return f"The report is {page}" if is_new else f"The report is up to date: {page}"


def _ending(report: EbReport) -> str:
    lines = [_whole(report.page, report.is_new)]
    for outcome in report.outcomes:
        lines += [f"{outcome.title}: {warning}" for warning in outcome.made.warnings]
        lines += [f"{outcome.title}: not available, {outcome.unavailable}"] if outcome.unavailable else []
    return "\n".join(lines)


def _as_record(report: EbReport) -> dict[str, Any]:
    return {
        "uid": report.uid,
        "page": str(report.page),
        "is_new": report.is_new,
        "items": [
            {
                "key": o.key,
                "unavailable": o.unavailable,
                "warnings": list(o.made.warnings),
                "numbers": dict(o.made.numbers),
            }
            for o in report.outcomes
        ],
    }
