"""``almared inspect``: the facts of an execution block, from its ASDM or its MeasurementSet."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from almared.measure.overview import (
    baseline_range_m,
    elevation_range_deg,
    field_groups,
    flagged_s_by_antenna,
    time_on_source_s,
    utc,
)
from almared.model import ExecutionBlock
from almared.mous.source import find_data_set

LISTS_LEFT_OUT = ("tsys", "online_flags", "pwv")
"""Long records that JSON gives in brief."""


@click.command()
@click.argument("eb", type=click.Path(path_type=Path))
@click.option("--conditions", "is_conditions", is_flag=True, help="Weather, water vapour, elevations, Tsys, flags.")
@click.option("--json", "is_json", is_flag=True, help="Print all facts as one JSON object.")
def command(eb: Path, *, is_conditions: bool, is_json: bool) -> None:
    """Print the facts of the execution block EB: scans, fields, windows and their roles, antennas, time on source.

    EB is an ASDM, a MeasurementSet, or a directory that holds one of them. CASA is not needed.

    \b
    Examples:
      almared inspect uid___A002_X1_X2                what listobs would print
      almared inspect uid___A002_X1_X2.ms             the same from the imported MS
      almared inspect uid___A002_X1_X2 --conditions   weather, PWV, elevations, Tsys, online flags
      almared inspect uid___A002_X1_X2 --json         for programs

    \b
    Exit codes: 0 done; 3 not an ASDM or MS, foreign or broken.
    """
    facts = find_data_set(eb).read()
    if is_json:
        click.echo(json.dumps(as_json(facts), indent=1, allow_nan=False))
        return
    from almared.cli.show import inspect as inspect_tables

    console = inspect_tables.make_console()
    console.print(inspect_tables.conditions(facts) if is_conditions else inspect_tables.overview(facts))


def as_json(eb: ExecutionBlock) -> dict[str, Any]:
    """Return the facts as plain values, times also in text and long records in brief.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    """
    facts = asdict(eb)
    for name in LISTS_LEFT_OUT:
        facts[f"n_{name}"] = len(facts.pop(name))
    shortest, longest = baseline_range_m(eb)
    facts |= {
        "start_utc": utc(eb.start_mjd_s),
        "end_utc": utc(eb.end_mjd_s),
        "baselines_m": [shortest, longest],
        "time_on_source_s": {str(number): spent for number, spent in sorted(time_on_source_s(eb).items())},
        "pwv_mm": [record.pwv_m * 1e3 for record in eb.pwv],
        "elevations_deg": {
            str(field.id): elevation_range_deg(eb, group.fields) for group in field_groups(eb) for field in group.fields
        },
        "online_flags_s": flagged_s_by_antenna(eb),
    }
    return facts
