"""Flux densities of calibrators measured over the years, read from a file.

References
----------
domain.md F.1: the records of the calibrator catalogue, and a file in its place when there is no network.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from almared.basics.times import mjd_s_of
from almared.errors import InputError

COLUMNS = ("name", "frequency_ghz", "flux_jy", "error_jy", "date")
REPAIR = f"give a table with the columns {','.join(COLUMNS)}; dates as 2015-04-30; names of one source separated by ';'"
USUAL_ERROR = 0.1
"""Relative error of the flux when a record has no error (domain F.2 item 3)."""


@dataclass(frozen=True, slots=True)
class FluxMeasurement:
    """One record of the catalogue.

    Parameters
    ----------
    names : tuple of str
        Names of the source, as `clean_name` writes them.
    frequency_hz : float, Hz
        Frequency of the measurement.
    flux_jy, error_jy : float, Jy
        Stokes I.
    mjd_s : float, s
        Time, as modified Julian date in seconds.
    """

    names: tuple[str, ...]
    frequency_hz: float
    flux_jy: float
    error_jy: float
    mjd_s: float


def clean_name(name: str) -> str:
    """Return the name of a source as in the catalogue: without blanks and without a leading ``QSO``.

    References
    ----------
    domain.md F.2 item 1.
    """
    return name.strip().upper().removeprefix("QSO ").replace(" ", "")


def read_measurements(path: Path) -> tuple[FluxMeasurement, ...]:
    """Return the records of a file, in order; those without a positive flux are left out.

    Raises
    ------
    InputError
        It cannot be read, has other columns, or holds an invalid number or date.

    References
    ----------
    domain.md F.2 item 3: fluxes of 0 or less are discarded, an error of 0 is 10 %.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"the catalogue cannot be read: {error}", where=str(path), repair=REPAIR) from error
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    reader = csv.DictReader(lines, skipinitialspace=True)
    if reader.fieldnames is None or not set(COLUMNS) <= {name.strip() for name in reader.fieldnames}:
        raise InputError(f"the first line lacks the columns {', '.join(COLUMNS)}", where=str(path), repair=REPAIR)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise InputError(f"not a table: {error}", where=str(path), repair=REPAIR) from error
    found = (_record(row, f"{path}, data row {number}") for number, row in enumerate(rows, 1))
    return tuple(record for record in found if record.flux_jy > 0)


def _record(row: Mapping[str | None, str | None], where: str) -> FluxMeasurement:
    cells = {(name or "").strip(): (value or "").strip() for name, value in row.items() if isinstance(value, str)}
    try:
        frequency, flux, error = (float(cells[name] or "0") for name in COLUMNS[1:4])
        date = datetime.fromisoformat(cells["date"])
        names = tuple(clean_name(name) for name in cells["name"].split(";") if name.strip())
    except (KeyError, ValueError) as fault:
        raise InputError(f"not a flux record: {fault}", where=where, repair=REPAIR) from fault
    if not names or not all(map(math.isfinite, (frequency, flux, error))) or frequency <= 0 or error < 0:
        raise InputError("not a flux record: name, frequency or error is invalid", where=where, repair=REPAIR)
    return FluxMeasurement(names, frequency * 1e9, flux, error or USUAL_ERROR * flux, mjd_s_of(date))
