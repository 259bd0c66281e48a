"""Records that a MeasurementSet keeps along with the data: SYSCAL, FLAG_CMD, WEATHER, CalWVR."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import mjd_s_of
from almared.formats.ms.subtables import cells, has_subtable, opened
from almared.model import OnlineFlag, TsysRecord, WaterVapour, Weather
from almared.model.records import TSYS_SPECTRUM_EDGE

N_ROWS_AT_ONCE = 5000
PASCAL_PER_HECTOPASCAL = 100.0
ANTENNA = re.compile(r"antenna='([^']*)'")
TIMERANGE = re.compile(r"timerange='([^'~]*)~([^']*)'")
STAMP = re.compile(r"(\d+)/(\d+)/(\d+)/(\d+):(\d+):([\d.]+)")
AUTOS_TOO = "&&*"


def read_tsys(path: Path) -> tuple[TsysRecord, ...]:
    """Return the system temperatures in the order of SYSCAL; none when the MS has no spectra.

    Raises
    ------
    MeasurementSetError
        SYSCAL cannot be read.
    """
    if not has_subtable(path, "SYSCAL"):
        return ()
    with opened(path, "SYSCAL") as tab:
        if "TSYS_SPECTRUM" not in tab.colnames():
            return ()
        starts = range(0, tab.nrows(), N_ROWS_AT_ONCE)
        return tuple(record for start in starts for record in _tsys_piece(tab, start))


def read_online_flags(path: Path) -> tuple[OnlineFlag, ...]:
    """Return the rows of FLAG_CMD that importasdm wrote from the ASDM's Flag table.

    Raises
    ------
    MeasurementSetError
        FLAG_CMD cannot be read.
    """
    if not has_subtable(path, "FLAG_CMD"):
        return ()
    with opened(path, "FLAG_CMD") as tab:
        commands, reasons = cells(tab, "COMMAND"), cells(tab, "REASON")
    parsed = (_flag(command, reason) for command, reason in zip(commands, reasons, strict=True))
    return tuple(flag for flag in parsed if flag is not None)


def read_pwv(path: Path) -> tuple[WaterVapour, ...]:
    """Return the water vapour of CalWVR; none unless importasdm kept that table (asis).

    Raises
    ------
    MeasurementSetError
        The table cannot be read.
    """
    if not has_subtable(path, "ASDM_CALWVR"):
        return ()
    with opened(path, "ASDM_CALWVR") as tab:
        columns = [cells(tab, name) for name in ("antennaName", "startValidTime", "endValidTime", "water")]
    return tuple(
        WaterVapour(antenna_name=name, time_mjd_s=0.5 * (start + end), pwv_m=float(water))
        for name, start, end, water in zip(*columns, strict=True)
    )


def read_weather(path: Path) -> Weather | None:
    """Return the mean conditions, None when WEATHER has none.

    Raises
    ------
    MeasurementSetError
        WEATHER cannot be read.
    """
    if not has_subtable(path, "WEATHER"):
        return None
    with opened(path, "WEATHER") as tab:
        means = [_mean(tab, name) for name in ("TEMPERATURE", "PRESSURE", "REL_HUMIDITY")]
    if any(mean is None for mean in means):
        return None
    temperature, pressure, humidity = (float(mean or 0.0) for mean in means)
    return Weather(temperature, pressure * PASCAL_PER_HECTOPASCAL, humidity)


def timestamp(text: str) -> float:
    """Return MJD seconds of a time such as ``2015/04/05/22:41:01.000``.

    Raises
    ------
    ValueError
        It is not such a time.
    """
    found = STAMP.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time")
    year, month, day, hour, minute = (int(part) for part in found.groups()[:5])
    return mjd_s_of(datetime(year, month, day, hour, minute)) + float(found[6])


def _flag(command: str, reason: str) -> OnlineFlag | None:
    antennas, span = ANTENNA.search(command), TIMERANGE.search(command)
    if not span:
        return None
    names = antennas[1].replace(AUTOS_TOO, "").split(",") if antennas else []
    try:
        start, end = timestamp(span[1]), timestamp(span[2])
    except ValueError:
        return None
    return OnlineFlag(tuple(name for name in names if name), start, end, reason)


def _mean(tab: Any, name: str) -> float | None:
    if name not in tab.colnames() or not tab.nrows():
        return None
    values = np.asarray(tab.getcol(name), dtype=np.float64)
    flag = f"{name}_FLAG"
    good = ~np.asarray(tab.getcol(flag), dtype=bool) if flag in tab.colnames() else np.ones(len(values), dtype=bool)
    good &= np.isfinite(values)
    return float(values[good].mean()) if good.any() else None


def _tsys_piece(tab: Any, start: int) -> list[TsysRecord]:
    names = ("ANTENNA_ID", "SPECTRAL_WINDOW_ID", "TIME", "INTERVAL")
    ids, spws, times, intervals = (tab.getcol(name, start, N_ROWS_AT_ONCE) for name in names)
    records = []
    for n in range(len(ids)):
        tsys = _inner(tab, "TSYS_SPECTRUM", row=start + n)
        trx = _inner(tab, "TRX_SPECTRUM", row=start + n)
        records.append(
            TsysRecord(
                antenna_id=int(ids[n]),
                spw_id=int(spws[n]),
                start_mjd_s=float(times[n] - intervals[n] / 2),
                end_mjd_s=float(times[n] + intervals[n] / 2),
                median_tsys_k=tuple(float(v) for v in np.median(tsys, axis=0)) if tsys.size else (),
                n_bad_tsys=int(np.count_nonzero(~(tsys > 0))),
                n_bad_trx=int(np.count_nonzero(~(trx > 0))),
                n_values=int(tsys.size),
            )
        )
    return records


def _inner(tab: Any, name: str, *, row: int) -> NDArray[np.float64]:
    """Return a spectrum without its edges, shape (frequency, receptor)."""
    if name not in tab.colnames() or not tab.iscelldefined(name, row):
        return np.zeros((0, 0))
    values = np.asarray(tab.getcell(name, row), dtype=np.float64)
    edge = TSYS_SPECTRUM_EDGE if len(values) > 2 * TSYS_SPECTRUM_EDGE else 0
    return values[edge : len(values) - edge]
