"""Fields and sources."""

from __future__ import annotations

from dataclasses import dataclass

STOKES = ("I", "Q", "U", "V")
"""Stokes parameters in the order of `SourceFlux`."""


@dataclass(frozen=True, slots=True)
class SourceFlux:
    """Flux densities of one source in the Source table.

    Parameters
    ----------
    frequency_hz : float, Hz
        Frequency of the value.
    stokes_jy : tuple of float, Jy
        Flux density, I first, up to four Stokes parameters.
    """

    frequency_hz: float
    stokes_jy: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A source of the Source table, its spectral windows joined.

    Parameters
    ----------
    id : int
        ``sourceId``.
    name : str
        Name as written by the observatory; unsafe in paths and code.
    direction_rad : tuple of float, rad, ICRS
        Right ascension and declination.
    rest_frequencies_hz : tuple of (int, tuple of float), Hz
        Per spw id the rest frequencies, where given.
    fluxes : tuple of SourceFlux
        Known fluxes, by frequency.
    """

    id: int
    name: str
    direction_rad: tuple[float, float]
    rest_frequencies_hz: tuple[tuple[int, tuple[float, ...]], ...] = ()
    fluxes: tuple[SourceFlux, ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """An observed phase centre.

    Parameters
    ----------
    id : int
        Row of the Field table; field id of the MS.
    name : str
        Field name.
    code : str
        Calibrator code, usually ``none``.
    source_id : int
        Its source, -1 when it has none.
    direction_rad : tuple of float, rad, ICRS
        Phase centre.
    is_ephemeris : bool
        Whether an ephemeris is attached.
    """

    id: int
    name: str
    code: str
    source_id: int
    direction_rad: tuple[float, float]
    is_ephemeris: bool = False
