"""What an ASDM recorded along with the data: system temperatures, online flags, water vapour, weather."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.numbering import ends, seconds, valid_number
from almared.formats.asdm.overlap import rows_within, scan_spans
from almared.formats.asdm.tables import AsdmTables, Row
from almared.model import Antenna, OnlineFlag, TsysRecord, WaterVapour, Weather
from almared.model.records import TSYS_SPECTRUM_EDGE

FloatArray = NDArray[np.floating]
SYSCAL_COLUMNS = (
    "antennaId",
    "spectralWindowId",
    "tcalSpectrum",
    "trxSpectrum",
    "tskySpectrum",
    "tsysSpectrum",
)
"""Columns read from SysCal: all spectra, since one NaN in any of them makes CASA drop the rest of the table."""

CONDITIONS = ("temperature", "pressure", "relHumidity")


def read_tsys(tables: AsdmTables) -> tuple[TsysRecord, ...]:
    """Return the system temperatures in the order of SysCal.

    Raises
    ------
    AsdmError
        The table is broken.
    """
    rows = rows_within(tables, "SysCal", scan_spans(tables), *SYSCAL_COLUMNS)
    keys = [_key(number, row, tables=tables) for number, row in enumerate(rows)]
    return summed_up(keys, [row.get("tsysSpectrum") for row in rows], trx_k=[row.get("trxSpectrum") for row in rows])


def summed_up(
    keys: Sequence[tuple[int, int, float, float]],
    tsys_k: Sequence[FloatArray | None],
    *,
    trx_k: Sequence[FloatArray | None],
) -> tuple[TsysRecord, ...]:
    """Return records of the spectra; spectra of equal shape are processed together, for speed.

    Parameters
    ----------
    keys : sequence of (int, int, float, float)
        Antenna id, spw id, begin and end (MJD seconds UTC).
    tsys_k, trx_k : sequence of ndarray or None, K, shape (receptor, frequency)
        The spectra.
    """
    medians, bad_tsys, counts = _statistics(tsys_k)
    _, bad_trx, _ = _statistics(trx_k)
    return tuple(
        TsysRecord(*key, medians[i], n_bad_tsys=bad_tsys[i], n_bad_trx=bad_trx[i], n_values=counts[i])
        for i, key in enumerate(keys)
    )


def read_online_flags(tables: AsdmTables, antennas: Sequence[Antenna]) -> tuple[OnlineFlag, ...]:
    """Return the online flags in the order of the Flag table.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    antennas : sequence of Antenna
        The antennas, for their names.

    Raises
    ------
    AsdmError
        The table is broken.
    """
    return tuple(
        _flag(row, antennas, where=f"{tables.path}/Flag.xml, row {number}")
        for number, row in enumerate(tables.rows("Flag"))
    )


def read_pwv(tables: AsdmTables) -> tuple[WaterVapour, ...]:
    """Return the water vapour from the online calibration of the radiometers.

    Raises
    ------
    AsdmError
        CalWVR is broken.
    """
    rows = tables.rows("CalWVR", "antennaName", "startValidTime", "endValidTime", "water")
    return tuple(
        WaterVapour(
            antenna_name=row["antennaName"],
            time_mjd_s=seconds((row["startValidTime"] + row["endValidTime"]) // 2),
            pwv_m=row["water"],
        )
        for row in rows
    )


def read_weather(tables: AsdmTables) -> Weather | None:
    """Return the mean conditions of the weather stations, None when not recorded.

    Raises
    ------
    AsdmError
        Weather is broken.
    """
    rows = rows_within(tables, "Weather", scan_spans(tables), *CONDITIONS)
    means = [_mean(rows, column) for column in CONDITIONS]
    if any(mean is None for mean in means):
        return None
    temperature, pressure, humidity = (float(mean or 0.0) for mean in means)
    return Weather(temperature_k=temperature, pressure_pa=pressure, relative_humidity_percent=humidity)


def _mean(rows: Sequence[Row], column: str) -> float | None:
    values = [row[column] for row in rows if column in row]
    return float(np.mean(values)) if values else None


def _key(number: int, row: Row, *, tables: AsdmTables) -> tuple[int, int, float, float]:
    where = f"{tables.path}/SysCal, row {number}"
    antenna = valid_number(row["antennaId"], tables.declared["Antenna"], where=where)
    spw = valid_number(row["spectralWindowId"], tables.declared["SpectralWindow"], where=where)
    return antenna, spw, *ends(row["timeInterval"])


def _flag(row: Row, antennas: Sequence[Antenna], *, where: str) -> OnlineFlag:
    numbers = (valid_number(tag, len(antennas), where=where) for tag in row["antennaId"])
    return OnlineFlag(
        antenna_names=tuple(antennas[number].name for number in numbers),
        start_mjd_s=seconds(row["startTime"]),
        end_mjd_s=seconds(row["endTime"]),
        reason=row["reason"],
    )


def _statistics(spectra: Sequence[FloatArray | None]) -> tuple[list[tuple[float, ...]], list[int], list[int]]:
    """Return per spectrum the medians, the number of values not above zero and the number of values."""
    medians: list[tuple[float, ...]] = [()] * len(spectra)
    bad, counts = [0] * len(spectra), [0] * len(spectra)
    for shape, places in _by_shape(spectra).items():
        edge = TSYS_SPECTRUM_EDGE if shape[1] > 2 * TSYS_SPECTRUM_EDGE else 0
        inner = np.stack([np.asarray(spectra[i]) for i in places])[:, :, edge : shape[1] - edge]
        middle = np.median(inner, axis=2)
        not_positive = np.count_nonzero(~(inner > 0), axis=(1, 2))
        for row, place in enumerate(places):
            medians[place] = tuple(float(v) for v in middle[row])
            bad[place], counts[place] = int(not_positive[row]), inner[row].size
    return medians, bad, counts


def _by_shape(spectra: Sequence[FloatArray | None]) -> dict[tuple[int, int], list[int]]:
    places: dict[tuple[int, int], list[int]] = defaultdict(list)
    for place, spectrum in enumerate(spectra):
        if spectrum is not None and spectrum.ndim == 2 and spectrum.size:
            places[spectrum.shape[0], spectrum.shape[1]].append(place)
    return places
