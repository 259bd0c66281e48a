"""The tables of ``almared inspect`` for people; names are shown as plain text, never as markup."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from almared.basics.select import id_ranges
from almared.measure.overview import (
    FieldGroup,
    baseline_range_m,
    clean,
    declination,
    elevation_range_deg,
    field_groups,
    flagged_s_by_antenna,
    integration_times_s,
    right_ascension,
    scan_on_source_s,
    utc,
)
from almared.model import ExecutionBlock, Scan, SpectralWindow

N_ANTENNAS_PER_LINE = 6
N_FLAGGED_SHOWN = 8
PLAIN_WIDTH = 200
"""Width when the output goes to a file or a pipe, where nothing is truncated."""


def make_console() -> Console:
    """Return a console for standard output: colours on a terminal, plain wide text elsewhere."""
    console = Console(highlight=False, emoji=False)
    return console if console.is_terminal else Console(highlight=False, emoji=False, width=PLAIN_WIDTH)


def overview(eb: ExecutionBlock) -> Group:
    """Return everything that listobs would print.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    """
    parts = (_head(eb), _scans(eb), _fields(eb), _intents(eb), _windows(eb), _antennas(eb))
    return Group(*(piece for part in parts for piece in (part, Text(""))))


def conditions(eb: ExecutionBlock) -> Group:
    """Return weather, water vapour, elevations, system temperatures and online flags.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    """
    return Group(_air(eb), Text(""), _elevations(eb), Text(""), _tsys(eb), Text(""), _flags(eb))


def _head(eb: ExecutionBlock) -> Table:
    table = _grid("", "")
    shortest, longest = baseline_range_m(eb)
    minutes = (eb.end_mjd_s - eb.start_mjd_s) / 60
    data = f"{eb.raw_bytes / 1e6:.1f} MB" if eb.has_binary_data else "none: a replica that holds metadata only"
    lines = {
        "Execution block": eb.uid or eb.name,
        "Project": f"{eb.project_uid}   scheduling block {eb.sb_uid or '-'}   observer {eb.observer or '-'}",
        "Array": f"{eb.telescope} {eb.array_name}   {eb.correlator or 'correlator not recorded'}",
        "Observed": f"{utc(eb.start_mjd_s)} to {utc(eb.end_mjd_s)} UTC   {minutes:.1f} min",
        "Antennas": f"{len(eb.antennas)}   baselines {shortest:.1f} to {longest:.1f} m",
    }
    if eb.raw_bytes or not eb.has_binary_data:
        lines["Binary data"] = data
    for name, value in lines.items():
        _add(table, name, value)
    return table


def _scans(eb: ExecutionBlock) -> Table:
    names = ("Scan", "Begin (UTC)", "End", "Intents", "Fields", "Subscans", "Spws", "Integration (s)", "On source (s)")
    table = _table("Scans", *names)
    for scan in eb.scans:
        _add(table, *_scan(scan, eb))
    return table


def _scan(scan: Scan, eb: ExecutionBlock) -> tuple[str, ...]:
    integrations = " ".join(f"{value:.3g}" for value in integration_times_s(scan))
    return (
        str(scan.number),
        utc(scan.start_mjd_s),
        utc(scan.end_mjd_s).partition(" ")[2],
        " ".join(_short(intent) for intent in scan.intents),
        _fields_of_scan(scan, eb),
        str(len(scan.subscans)),
        id_ranges(scan.spw_ids),
        integrations,
        f"{scan_on_source_s(scan):.1f}",
    )


def _fields_of_scan(scan: Scan, eb: ExecutionBlock) -> str:
    names = dict.fromkeys(eb.fields[i].name for i in scan.field_ids)
    return f"{id_ranges(scan.field_ids)} {', '.join(names)}"


def _fields(eb: ExecutionBlock) -> Table:
    table = _table("Fields", "Id", "Name", "Source", "RA (ICRS)", "Dec", "Pointings", "On source (s)", "Intents")
    for group in field_groups(eb):
        _add(table, *_field_line(group))
    return table


def _field_line(group: FieldGroup) -> tuple[str, ...]:
    first = group.fields[0]
    middle = np.median(np.unwrap([f.direction_rad[0] for f in group.fields]))
    height = np.median([f.direction_rad[1] for f in group.fields])
    return (
        id_ranges(f.id for f in group.fields),
        first.name + (" (moving)" if first.is_ephemeris else ""),
        str(first.source_id),
        right_ascension(float(middle)),
        declination(float(height)),
        str(len(group.fields)),
        f"{group.on_source_s:.1f}",
        " ".join(_short(intent) for intent in group.intents),
    )


def _intents(eb: ExecutionBlock) -> Table:
    table = _table("Intents", "Intent", "Scans", "Fields")
    for intent in sorted({i for scan in eb.scans for i in scan.intents}):
        scans = eb.scans_with(intent)
        ids = eb.field_ids_with(intent)
        names = dict.fromkeys(eb.fields[i].name for i in ids)
        _add(table, intent, id_ranges(s.number for s in scans), f"{id_ranges(ids)} {', '.join(names)}")
    return table


def _windows(eb: ExecutionBlock) -> Table:
    names = ("Spw", "Role", "BB", "Name", "Channels", "First (MHz)", "Step (kHz)", "Width (MHz)", "Centre (GHz)")
    table = _table("Spectral windows", *names, "Sideband", "Pol")
    for spw in eb.spws:
        _add(table, *_window(spw))
    return table


def _window(spw: SpectralWindow) -> tuple[str, ...]:
    return (
        str(spw.id),
        spw.role.value,
        str(spw.baseband) if spw.baseband else "-",
        spw.name,
        str(spw.n_channels),
        f"{spw.first_channel_hz / 1e6:.3f}",
        f"{spw.channel_step_hz / 1e3:.3f}",
        f"{spw.bandwidth_hz / 1e6:.3f}",
        f"{spw.mean_frequency_hz / 1e9:.6f}",
        spw.sideband,
        " ".join(spw.correlations),
    )


def _antennas(eb: ExecutionBlock) -> Table:
    table = _table("Antennas (id name@pad diameter)", *[""] * N_ANTENNAS_PER_LINE)
    words = [f"{a.id} {a.name}@{a.pad} {a.diameter_m:g} m" for a in eb.antennas]
    for start in range(0, len(words), N_ANTENNAS_PER_LINE):
        _add(table, *words[start : start + N_ANTENNAS_PER_LINE])
    return table


def _air(eb: ExecutionBlock) -> Table:
    table = _grid("", "")
    if eb.weather:
        air = eb.weather
        _add(
            table,
            "Weather",
            f"{air.temperature_k - 273.15:.1f} C   {air.pressure_pa / 100:.1f} hPa   "
            f"{air.relative_humidity_percent:.1f} % humidity",
        )
    else:
        _add(table, "Weather", "not recorded")
    water = [record.pwv_m * 1e3 for record in eb.pwv]
    text = f"{np.median(water):.2f} mm, {min(water):.2f} to {max(water):.2f}" if water else "not recorded"
    _add(table, "Water vapour", text)
    return table


def _elevations(eb: ExecutionBlock) -> Table:
    table = _table("Elevations (deg, approximate)", "Fields", "Name", "Lowest", "Highest")
    for group in field_groups(eb):
        found = elevation_range_deg(eb, group.fields)
        low, high = (f"{value:.0f}" for value in found) if found else ("-", "-")
        _add(table, id_ranges(f.id for f in group.fields), group.fields[0].name, low, high)
    return table


def _tsys(eb: ExecutionBlock) -> Table:
    table = _table(
        "System temperatures", "Spw", "Median (K)", "Lowest", "Highest", "Antennas", "Values not above 0 (%)"
    )
    for spw in sorted({record.spw_id for record in eb.tsys}):
        records = [record for record in eb.tsys if record.spw_id == spw]
        values = [value for record in records for value in record.median_tsys_k]
        if not values:
            continue
        bad = 100 * sum(r.n_bad_tsys for r in records) / max(1, sum(r.n_values for r in records))
        numbers = (np.median(values), min(values), max(values))
        antennas = len({r.antenna_id for r in records})
        _add(table, str(spw), *(f"{value:.1f}" for value in numbers), str(antennas), f"{bad:.2f}")
    return table


def _flags(eb: ExecutionBlock) -> Table:
    title = f"Online flags: {len(eb.online_flags)}"
    table = _table(title, "Antenna", "Inside scans (s)")
    found = [(name, spent) for name, spent in flagged_s_by_antenna(eb).items() if spent > 0]
    for name, spent in found[:N_FLAGGED_SHOWN]:
        _add(table, name, f"{spent:.1f}")
    if len(found) > N_FLAGGED_SHOWN:
        _add(table, f"and {len(found) - N_FLAGGED_SHOWN} more", f"up to {found[N_FLAGGED_SHOWN][1]:.1f}")
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, show_header=any(columns), pad_edge=False)
    for name in columns:
        table.add_column(name, no_wrap=False, overflow="fold")
    return table


def _grid(*columns: str) -> Table:
    table = Table.grid(padding=(0, 2))
    for name in columns:
        table.add_column(name, overflow="fold")
    return table


def _add(table: Table, *words: str) -> None:
    table.add_row(*_cells(words))


def _cells(words: Sequence[str]) -> Iterator[RenderableType]:
    return (Text(clean(word)) for word in words)


def _short(intent: str) -> str:
    return intent.removeprefix("CALIBRATE_").removeprefix("OBSERVE_")
