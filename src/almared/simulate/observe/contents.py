"""Contents of an ASDM in addition to the facts of the execution block: inputs of its writer.

The writer (`almared.simulate.asdm.writer`) takes an `AsdmContents`; the physics fills it; a
metadata-only replica fills it with plain numbers. Arrays are float64 unless said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from almared.model import ExecutionBlock

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SysCalRow:
    """System temperature spectra of one antenna, window and time.

    Parameters
    ----------
    antenna_id, spw_id : int
        Antenna and spectral window.
    start_mjd_s, end_mjd_s : float, s
        Validity, MJD seconds UTC; it must begin inside the atmosphere scan (asdm-facts 5).
    tsys_k, trx_k, tsky_k : ndarray of float, K, shape (receptor, frequency)
        The spectra.
    """

    antenna_id: int
    spw_id: int
    start_mjd_s: float
    end_mjd_s: float
    tsys_k: FloatArray
    trx_k: FloatArray
    tsky_k: FloatArray


@dataclass(frozen=True, slots=True)
class PointingRow:
    """Pointing samples of one antenna.

    Parameters
    ----------
    antenna_id : int
        Antenna.
    start_mjd_s, end_mjd_s : float, s
        Interval covered evenly by the samples, MJD seconds UTC.
    azel_rad : ndarray of float, rad, shape (sample, 2)
        Azimuth and elevation.
    """

    antenna_id: int
    start_mjd_s: float
    end_mjd_s: float
    azel_rad: FloatArray


@dataclass(frozen=True, slots=True)
class WeatherRow:
    """One record of the weather station.

    Parameters
    ----------
    start_mjd_s, end_mjd_s : float, s
        Interval, MJD seconds UTC.
    temperature_k, pressure_pa, relative_humidity_percent, wind_speed_m_s, wind_direction_rad, dew_point_k : float
        Readings.
    """

    start_mjd_s: float
    end_mjd_s: float
    temperature_k: float
    pressure_pa: float
    relative_humidity_percent: float
    wind_speed_m_s: float = 5.0
    wind_direction_rad: float = 4.7
    dew_point_k: float = 250.0


@dataclass(frozen=True, slots=True)
class EphemerisRow:
    """One tabulated position of a moving field.

    Parameters
    ----------
    time_mjd_s : float, s
        MJD seconds UTC.
    direction_rad : tuple of float, rad, ICRS
        Apparent right ascension and declination seen from the observatory.
    distance_m : float, m
        Distance.
    radial_velocity_m_s : float, m/s
        Radial velocity.
    """

    time_mjd_s: float
    direction_rad: tuple[float, float]
    distance_m: float
    radial_velocity_m_s: float


@dataclass(frozen=True, slots=True)
class AsdmContents:
    """Everything the writer of an ASDM needs.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts; every `DataBlock` has its final `data_uid` and `data_size`. `eb.pwv` becomes CalWVR,
        `eb.online_flags` becomes Flag, `eb.sources` with fluxes becomes Source.
    syscal, pointing, weather : tuple
        Rows of SysCal, Pointing and Weather.
    ephemerides : mapping of int to tuple of EphemerisRow
        Per field id the positions of a moving source.
    array_time_mjd_s : float, s
        Time stamp for tables that need one.
    load_temperatures_k : tuple of float, K
        Ambient and hot load.
    binary_tables : frozenset of str
        Tables written as ``.bin``; the others as XML.
    big_endian : bool
        Byte order of those ``.bin`` tables.
    mous_uid : str
        MOUS of the execution; the execution block itself when empty.
    """

    eb: ExecutionBlock
    syscal: tuple[SysCalRow, ...] = ()
    pointing: tuple[PointingRow, ...] = ()
    weather: tuple[WeatherRow, ...] = ()
    ephemerides: dict[int, tuple[EphemerisRow, ...]] = field(default_factory=dict)
    array_time_mjd_s: float = 0.0
    load_temperatures_k: tuple[float, float] = (293.0, 353.0)
    binary_tables: frozenset[str] = frozenset({"CalAtmosphere", "Pointing", "SysCal"})
    big_endian: bool = False
    mous_uid: str = ""
