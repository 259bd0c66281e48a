"""What the array recorded along with the data: system temperatures, online flags, water vapour, weather."""

from __future__ import annotations

from dataclasses import dataclass

TSYS_SPECTRUM_EDGE = 8
"""Channels left out at each edge of a Tsys spectrum; none where there would be nothing left."""


@dataclass(frozen=True, slots=True)
class TsysRecord:
    """One row of SysCal in brief.

    Parameters
    ----------
    antenna_id, spw_id : int
        Antenna and spectral window.
    start_mjd_s, end_mjd_s : float, s
        Validity as recorded, MJD seconds UTC.
    median_tsys_k : tuple of float, K
        Median over the inner channels, per receptor.
    n_bad_tsys, n_bad_trx : int
        Channels (8 at each edge left out) with values of zero or less, over all receptors.
    n_values : int
        Channels examined, over all receptors.
    """

    antenna_id: int
    spw_id: int
    start_mjd_s: float
    end_mjd_s: float
    median_tsys_k: tuple[float, ...]
    n_bad_tsys: int = 0
    n_bad_trx: int = 0
    n_values: int = 0


@dataclass(frozen=True, slots=True)
class OnlineFlag:
    """One row of the Flag table (FLAG_CMD in the MS).

    Parameters
    ----------
    antenna_names : tuple of str
        Antennas concerned; empty for all.
    start_mjd_s, end_mjd_s : float, s
        Time range, MJD seconds UTC.
    reason : str
        As recorded.
    """

    antenna_names: tuple[str, ...]
    start_mjd_s: float
    end_mjd_s: float
    reason: str


@dataclass(frozen=True, slots=True)
class WaterVapour:
    """Precipitable water vapour from CalWVR.

    Parameters
    ----------
    antenna_name : str
        Antenna of the radiometer.
    time_mjd_s : float, s
        Middle of the validity, MJD seconds UTC.
    pwv_m : float, m
        Zenith column.
    """

    antenna_name: str
    time_mjd_s: float
    pwv_m: float


@dataclass(frozen=True, slots=True)
class Weather:
    """Mean conditions of the weather station.

    Parameters
    ----------
    temperature_k : float, K
        Air temperature.
    pressure_pa : float, Pa
        Air pressure.
    relative_humidity_percent : float, per cent
        Relative humidity.
    """

    temperature_k: float
    pressure_pa: float
    relative_humidity_percent: float
