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
@click.option("--only", multiple=True, metavar="ITEM", help="Remake this item and keep the others; may be repeated.")
@click.option("--uv-limit", type=float, metavar="M", help="Longest baseline of the targets' spectra (m).")
@click.option("--workers", type=click.IntRange(min=1), default=min(os.cpu_count() or 1, 8), help="Drawing processes.")
@click.option("--force", is_flag=True, help="Remake it even if nothing changed.")
@click.option("--json", "is_json", is_flag=True, help="Print the result as JSON.")
def command(target: Path, *, only: tuple[str, ...], uv_limit: float | None, **given: Any) -> None:
    """Make the QA2 report of a calibrated execution block EB, or of a MOUS, in its directory qa2.

    Figures, texts and their montages have the names that the packager and reviewers know; the main page,
    <uid>.qa2_report.html, has everything. A failed item gives the reason in its place.

    \b
    Examples:
      almared report uid___A002_X1_X2                      the report of an EB
      almared report uid___A002_X1_X2 --only target_spectrum --uv-limit 300
      almared report uid___A001_X13e_X1fe                  the report of the MOUS, from those of its EBs

    Exit codes: 0 made, or up to date; 3 not calibrated, or no such item.
    """
    options = ReportOptions(only, given["force"], uv_limit, given["workers"])
    is_json = given["is_json"]
    if MousTree(target).settings.is_file():
        from almared.report.whole import report_mous

        made = report_mous(target, is_forced=given["force"])
        click.echo(
            json.dumps({"page": str(made.page), "is_new": made.is_new}) if is_json else _whole(made.page, made.is_new)
        )
        return
    report = report_eb(target, options, listener=_quiet if is_json else _show_progress)
    click.echo(json.dumps(_as_record(report)) if is_json else _ending(report))


def _quiet(_key: str, _outcome: ItemOutcome) -> None:
    """Show nothing."""


def _show_progress(key: str, outcome: ItemOutcome) -> None:
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
