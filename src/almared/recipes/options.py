"""What the reducer asks of the recipe (the generator's options, domain A.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from almared.errors import PlanError

Offsets = tuple[tuple[str, tuple[float, float, float]], ...]


@dataclass(frozen=True, slots=True)
class GivenFlux:
    """A flux density that the reducer gives for a calibrator.

    Parameters
    ----------
    name : str
        Field name, or its id as a number.
    flux_jy : float, Jy
        Stokes I at the frequency.
    frequency_hz : float, Hz
        Where it holds.
    spectral_index : float
        Of flux over frequency.
    """

    name: str
    flux_jy: float
    frequency_hz: float
    spectral_index: float

    @classmethod
    def parse(cls, text: str) -> GivenFlux:
        """Return the flux of ``NAME=Jy@GHz,alpha``; the index may be left out.

        Raises
        ------
        PlanError
            It does not read so.
        """
        name, _, rest = text.rpartition("=")
        flux, _, rest = rest.partition("@")
        frequency, _, index = rest.partition(",")
        try:
            given = cls(name.strip(), float(flux), float(frequency) * 1e9, float(index or "0"))
        except ValueError as fault:
            raise PlanError(
                f"{text!r} is no flux", repair="write NAME=Jy@GHz,alpha, e.g. 3c279=12.1@97.5,-0.5"
            ) from fault
        if not (given.name and given.flux_jy > 0 and given.frequency_hz > 0):
            raise PlanError(f"{text!r} has no name, or a number not above zero", repair="write NAME=Jy@GHz,alpha")
        return given


@dataclass(frozen=True, slots=True)
class CalibrationOptions:
    """Options of a calibration plan.

    Parameters
    ----------
    asdm : str
        Name of the ASDM's directory; empty when the plan is made from an MS alone.
    ms : str
        Name of the MS, empty for the one that the uid gives.
    expected_rows : mapping of str to int
        Rows that each table of the MS has to have after the import.
    build : str
        The casatasks build to plan for, empty for the installed one.
    refant : str
        Reference antenna, empty for an automatic choice.
    bandpass_field : int or None
        Bandpass calibrator, None for an automatic choice.
    antenna_offsets : tuple
        Per antenna its position correction (m, ITRF).
    antenna_positions_file : str
        The service's JSON with absolute positions, relative to the script.
    fluxes : tuple of GivenFlux
        Known flux densities.
    tsys_channel_tolerance : float
        Tolerance of the Tsys map in channels of Tsys.
    time_bin_s : float, s
        Averaging in the first split, 0 for none.
    has_wvr_correction, is_long_baseline, is_low_snr, keeps_all_antennas, is_lazy : bool
        ``--no-wvr`` unset, ``--lbc``, ``--low-snr``, ``--allow-hybrid``, ``--lazy``.
    tbuff_s : float, s
        Padding of the online flags at the import.
    """

    asdm: str = ""
    ms: str = ""
    expected_rows: Mapping[str, int] = field(default_factory=dict)
    build: str = ""
    refant: str = ""
    bandpass_field: int | None = None
    antenna_offsets: Offsets = ()
    antenna_positions_file: str = ""
    fluxes: tuple[GivenFlux, ...] = ()
    tsys_channel_tolerance: float = 1.0
    time_bin_s: float = 0.0
    has_wvr_correction: bool = True
    is_long_baseline: bool = False
    is_low_snr: bool = False
    keeps_all_antennas: bool = False
    is_lazy: bool = False
    tbuff_s: float = 0.0
