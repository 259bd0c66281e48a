"""Rows of the tables that the array records along with the data: Tsys, pointing, weather, water vapour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.cells import (
    Row,
    entity,
    integer,
    integers,
    interval,
    moment,
    name,
    names,
    real,
    reals,
    singles,
    tag,
    text,
    texts,
    truth,
)
from almared.formats.asdm.write.tables import Table
from almared.model import Antenna, ExecutionBlock, Intent, Scan, SpectralWindow, WaterVapour
from almared.simulate.asdm.array import receiver_band, weather_station_id
from almared.simulate.observe.contents import AsdmContents, PointingRow, SysCalRow, WeatherRow

FORWARD_EFFICIENCY = 0.95
SIDEBAND_GAIN = {"ALMA_RB_09": 0.5, "ALMA_RB_10": 0.5}
"""Share of the signal sideband; 0.99 in receivers that separate the sidebands."""

WVR_OFFSETS_HZ = (1.25e9, 3.25e9, 5.5e9, 7.25e9)
WVR_WIDTHS_HZ = (1.5e9, 2.5e9, 2.0e9, 1.5e9)
WATER_LINE_HZ = 183.31e9
PATH_PER_WATER = 6.5
"""Extra path per precipitable water (asdm-facts 6)."""

CONDITIONS = (55500.0, 10.0, 270.0)
"""Pressure (Pa), relative humidity (per cent) and temperature (K) when no weather was recorded."""

FloatArray = NDArray[np.float64]


def calibration_tables(contents: AsdmContents) -> tuple[Table, ...]:
    """Return the tables of online measurements.

    Parameters
    ----------
    contents : AsdmContents
        What the ASDM holds.
    """
    eb = contents.eb
    return (
        Table("SysCal", tuple(_system_temperature(contents, row) for row in contents.syscal)),
        Table("Pointing", tuple(_pointing(row) for row in contents.pointing)),
        Table("Weather", tuple(_weather(eb, row) for row in contents.weather)),
        Table("CalData", tuple(_cal_data(eb))),
        Table("CalReduction", tuple(_reduction(eb, n, what=what) for n, what in enumerate(("atmosphere", "wvr")))),
        Table("CalAtmosphere", tuple(_atmospheres(contents))),
        Table("CalWVR", tuple(_water_vapours(eb))),
    )


def tcal_k(row: SysCalRow, ambient_k: float) -> FloatArray:
    """Return the calibration temperature that gives Tsys from sky and ambient-load powers (K).

    Parameters
    ----------
    row : SysCalRow
        Tsys, receiver and sky temperatures.
    ambient_k : float, K
        Temperature of the ambient load.

    References
    ----------
    Tsys = Tcal * P_sky / (P_load - P_sky), with powers in proportion to receiver plus seen temperature.
    """
    power = np.maximum(row.trx_k + row.tsky_k, 1.0)
    return row.tsys_k * (ambient_k - row.tsky_k) / power


def _system_temperature(contents: AsdmContents, row: SysCalRow) -> Row:
    receptors, channels = row.tsys_k.shape
    spectra = {
        "tcal": tcal_k(row, contents.load_temperatures_k[0]),
        "trx": row.trx_k,
        "tsky": row.tsky_k,
        "tsys": row.tsys_k,
    }
    cells: Row = {
        "antennaId": tag("Antenna", row.antenna_id),
        "spectralWindowId": tag("SpectralWindow", row.spw_id),
        "timeInterval": interval(row.start_mjd_s, row.end_mjd_s),
        "feedId": integer(0),
        "numReceptor": integer(receptors),
        "numChan": integer(channels),
    }
    for quantity, spectrum in spectra.items():
        cells[f"{quantity}Flag"] = truth(False)
        cells[f"{quantity}Spectrum"] = reals(spectrum)
    return cells


def _pointing(row: PointingRow) -> Row:
    samples = len(row.azel_rad)
    direction = reals(row.azel_rad)
    return {
        "antennaId": tag("Antenna", row.antenna_id),
        "timeInterval": interval(row.start_mjd_s, row.end_mjd_s),
        "numSample": integer(samples),
        "encoder": direction,
        "pointingTracking": truth(True),
        "usePolynomials": truth(False),
        "timeOrigin": moment(row.start_mjd_s),
        "numTerm": integer(samples),
        "pointingDirection": direction,
        "target": direction,
        "offset": reals(np.zeros((samples, 2))),
        "pointingModelId": integer(0),
        "overTheTop": truth(False),
    }


def _weather(eb: ExecutionBlock, row: WeatherRow) -> Row:
    return {
        "stationId": tag("Station", weather_station_id(eb)),
        "timeInterval": interval(row.start_mjd_s, row.end_mjd_s),
        "pressure": real(row.pressure_pa),
        "relHumidity": real(row.relative_humidity_percent),
        "temperature": real(row.temperature_k),
        "windDirection": real(row.wind_direction_rad),
        "windSpeed": real(row.wind_speed_m_s),
        "windMax": real(row.wind_speed_m_s),
        "dewPoint": real(row.dew_point_k),
    }


def _reduced_scans(eb: ExecutionBlock) -> tuple[tuple[Scan, str, str], ...]:
    """Scans that online calibration reduced, with calibration type and origin of the data."""
    found = [(scan, "CAL_ATMOSPHERE", "TOTAL_POWER") for scan in eb.scans_with(Intent.ATMOSPHERE)]
    found += [(scan, "CAL_WVR", "WVR") for scan in eb.scans_with(Intent.WVR)]
    return tuple(found)


def _cal_data(eb: ExecutionBlock) -> Iterator[Row]:
    for number, (scan, cal_type, origin) in enumerate(_reduced_scans(eb)):
        yield {
            "calDataId": tag("CalData", number),
            "startTimeObserved": moment(scan.start_mjd_s),
            "endTimeObserved": moment(scan.end_mjd_s),
            "execBlockUID": entity(eb.uid, "ExecBlock"),
            "calDataType": name(origin),
            "calType": name(cal_type),
            "numScan": integer(1),
            "scanSet": integers([scan.number]),
        }


def _reduction(eb: ExecutionBlock, number: int, *, what: str) -> Row:
    return {
        "calReductionId": tag("CalReduction", number),
        "numApplied": integer(0),
        "appliedCalibrations": texts(()),
        "numParam": integer(1),
        "paramSet": texts((f"reduction={what}",)),
        "numInvalidConditions": integer(1),
        "invalidConditions": names(("RECEIVER_EXCHANGE",)),
        "timeReduced": moment(eb.end_mjd_s),
        "messages": text(""),
        "software": text("TelCal"),
        "softwareVersion": text("simulated"),
    }


def _cal_data_id(eb: ExecutionBlock, cal_type: str, *, mjd_s: float) -> int | None:
    """Return the CalData row of the scan of that type nearest in time, or None."""
    rows = [(n, scan) for n, (scan, kind, _) in enumerate(_reduced_scans(eb)) if kind == cal_type]
    nearest = min(rows, key=lambda r: _distance_s(r[1], mjd_s), default=None)
    return None if nearest is None else nearest[0]


def _distance_s(scan: Scan, mjd_s: float) -> float:
    return max(scan.start_mjd_s - mjd_s, mjd_s - scan.end_mjd_s, 0.0)


def _atmospheres(contents: AsdmContents) -> Iterator[Row]:
    for row in contents.syscal:
        cal_data = _cal_data_id(contents.eb, "CAL_ATMOSPHERE", mjd_s=row.start_mjd_s)
        if cal_data is not None:
            yield _atmosphere(contents, row, cal_data=cal_data)


def _atmosphere(contents: AsdmContents, row: SysCalRow, *, cal_data: int) -> Row:
    eb = contents.eb
    spw, antenna = eb.spws[row.spw_id], eb.antennas[row.antenna_id]
    return _atmosphere_keys(spw, antenna, row=row, cal_data=cal_data) | _atmosphere_values(contents, row, spw=spw)


def _atmosphere_keys(spw: SpectralWindow, antenna: Antenna, *, row: SysCalRow, cal_data: int) -> Row:
    return {
        "antennaName": text(antenna.name),
        "receiverBand": name(receiver_band(spw)),
        "basebandName": name(f"BB_{spw.baseband}" if spw.baseband else "NOBB"),
        "calDataId": tag("CalData", cal_data),
        "calReductionId": tag("CalReduction", 0),
        "startValidTime": moment(row.start_mjd_s),
        "endValidTime": moment(row.end_mjd_s),
    }


def _atmosphere_values(contents: AsdmContents, row: SysCalRow, *, spw: SpectralWindow) -> Row:
    receptors, channels = row.tsys_k.shape
    pressure, humidity, temperature = _conditions(contents)
    air_k = FORWARD_EFFICIENCY * temperature
    opacity = -np.log(np.clip(1.0 - row.tsky_k / air_k, 1e-3, 1.0))
    loads = [[row.trx_k[r] + load for r in range(receptors)] for load in contents.load_temperatures_k]
    water = _mean_water_m(contents.eb.pwv)
    return {
        "numFreq": integer(channels),
        "numLoad": integer(len(loads)),
        "numReceptor": integer(receptors),
        "forwardEffSpectrum": singles(np.full((receptors, channels), FORWARD_EFFICIENCY)),
        "frequencyRange": reals(spw.range_hz),
        "groundPressure": real(pressure),
        "groundRelHumidity": real(humidity),
        "frequencySpectrum": reals(spw.first_channel_hz + np.arange(channels) * _step_hz(spw, channels)),
        "groundTemperature": real(temperature),
        "polarizationTypes": names(("X", "Y")[:receptors]),
        "powerSkySpectrum": singles((row.trx_k + row.tsky_k) / 1000.0),
        "powerLoadSpectrum": singles(np.array(loads) / 1000.0),
        "syscalType": name("TEMPERATURE_SCALE"),
        "tAtmSpectrum": reals(np.full((receptors, channels), air_k)),
        "tRecSpectrum": reals(row.trx_k),
        "tSysSpectrum": reals(row.tsys_k),
        "tauSpectrum": singles(opacity),
        "tAtm": reals(np.full(receptors, air_k)),
        "tRec": reals(np.median(row.trx_k, axis=1)),
        "tSys": reals(np.median(row.tsys_k, axis=1)),
        "tau": singles(np.median(opacity, axis=1)),
        "water": reals(np.full(receptors, water)),
        "waterError": reals(np.full(receptors, 0.02 * water)),
        "sbGain": singles(np.full(receptors, SIDEBAND_GAIN.get(receiver_band(spw), 0.99))),
    }


def _step_hz(spw: SpectralWindow, channels: int) -> float:
    return spw.channel_step_hz * spw.n_channels / channels


def _conditions(contents: AsdmContents) -> tuple[float, float, float]:
    if not contents.weather:
        return CONDITIONS
    first = contents.weather[0]
    return first.pressure_pa, first.relative_humidity_percent, first.temperature_k


def _mean_water_m(pwv: Sequence[WaterVapour]) -> float:
    return sum(w.pwv_m for w in pwv) / len(pwv) if pwv else 1e-3


def _water_vapours(eb: ExecutionBlock) -> Iterator[Row]:
    for water in eb.pwv:
        cal_data = _cal_data_id(eb, "CAL_WVR", mjd_s=water.time_mjd_s)
        if cal_data is not None:
            yield _water_vapour(water, cal_data)


def _water_vapour(water: WaterVapour, cal_data: int) -> Row:
    path = PATH_PER_WATER * water.pwv_m
    return {
        "antennaName": text(water.antenna_name),
        "calDataId": tag("CalData", cal_data),
        "calReductionId": tag("CalReduction", 1),
        "startValidTime": moment(water.time_mjd_s - 1.0),
        "endValidTime": moment(water.time_mjd_s + 1.0),
        "wvrMethod": name("ATM_MODEL"),
        "numInputAntennas": integer(1),
        "inputAntennaNames": texts((water.antenna_name,)),
        "numChan": integer(len(WVR_OFFSETS_HZ)),
        "chanFreq": reals([WATER_LINE_HZ + offset for offset in WVR_OFFSETS_HZ]),
        "chanWidth": reals(WVR_WIDTHS_HZ),
        "refTemp": reals(np.full((len(WVR_OFFSETS_HZ), 1), 100.0)),
        "numPoly": integer(1),
        "pathCoeff": singles(np.full((1, len(WVR_OFFSETS_HZ), 1), 1e-4)),
        "polyFreqLimits": reals((80e9, 960e9)),
        "wetPath": singles((path, path)),
        "dryPath": singles((1.55, 1.55)),
        "water": real(water.pwv_m),
    }
