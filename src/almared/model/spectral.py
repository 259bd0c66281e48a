"""Spectral windows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

TDM_MOST_CHANNELS = 256
"""Maximum number of channels of a TDM spectral window over all polarisation setups (domain A.4)."""

RECEIVER_BAND = re.compile(r"(?:^|#)ALMA_RB_(\d+)(?:#|$)")
"""The receiver band in a window's name; later data put a source id before it."""


class SpwRole(StrEnum):
    """What a spectral window is for."""

    SCIENCE = "science"
    CALIBRATION = "calibration"
    TSYS = "tsys"
    POINTING = "pointing"
    CHANNEL_AVERAGE = "channel average"
    WVR = "wvr"
    SQUARE_LAW = "square law"
    UNUSED = "unused"


@dataclass(frozen=True, slots=True)
class SpectralWindow:
    """A spectral window as ASDM and MS describe it.

    Parameters
    ----------
    id : int
        Row of the SpectralWindow table; spw id of the MS.
    name : str
        Such as ``ALMA_RB_03#BB_1#SW-01#FULL_RES``.
    baseband : int
        1 to 4, 0 when none (WVR).
    sideband : str
        ``LSB``, ``USB``, ``DSB`` or ``NOSB``.
    n_channels : int
        Number of channels.
    first_channel_hz : float, Hz
        Centre of channel 0, topocentric.
    channel_step_hz : float, Hz
        Signed channel spacing; negative in lower-sideband windows.
    channel_width_hz, effective_bandwidth_hz, resolution_hz : float, Hz
        Positive widths of one channel.
    ref_frequency_hz : float, Hz
        Reference frequency as recorded.
    correlations : tuple of str
        Such as ``("XX", "YY")``.
    processor : str
        ``CORRELATOR``, ``RADIOMETER`` or ``SPECTROMETER``.
    window_function : str
        ``HANNING``, ``UNIFORM`` or another of the ASDM enumeration.
    role : SpwRole
        What it is for, from the intents of the scans that use it.
    """

    id: int
    name: str
    baseband: int
    sideband: str
    n_channels: int
    first_channel_hz: float
    channel_step_hz: float
    channel_width_hz: float
    effective_bandwidth_hz: float
    resolution_hz: float
    ref_frequency_hz: float
    correlations: tuple[str, ...] = ("XX", "YY")
    processor: str = "CORRELATOR"
    window_function: str = "HANNING"
    role: SpwRole = SpwRole.UNUSED

    @property
    def last_channel_hz(self) -> float:
        """Centre of the last channel (Hz)."""
        return self.first_channel_hz + (self.n_channels - 1) * self.channel_step_hz

    @property
    def mean_frequency_hz(self) -> float:
        """Mean of the channel centres (Hz)."""
        return 0.5 * (self.first_channel_hz + self.last_channel_hz)

    @property
    def bandwidth_hz(self) -> float:
        """Sum of the channel widths (Hz)."""
        return self.n_channels * self.channel_width_hz

    @property
    def range_hz(self) -> tuple[float, float]:
        """Lowest and highest frequency covered, channel edges included (Hz)."""
        ends = (self.first_channel_hz, self.last_channel_hz)
        half = 0.5 * self.channel_width_hz
        return min(ends) - half, max(ends) + half

    @property
    def band(self) -> int | None:
        """Receiver band from the name (``ALMA_RB_03#...``, ``X90410#ALMA_RB_07#...``), None when the name has none."""
        found = RECEIVER_BAND.search(self.name)
        return int(found[1]) if found else None

    @property
    def is_channel_average(self) -> bool:
        """Whether the correlator averaged its channels into this window."""
        return "CH_AVG" in self.name

    @property
    def is_tdm(self) -> bool:
        """Whether it is a time-division (wide, few channels) correlator window."""
        return self.processor == "CORRELATOR" and 1 < self.n_channels <= TDM_MOST_CHANNELS


def processor_from_name(name: str) -> str:
    """Return the processor of a window without data, from its name."""
    if name.startswith("WVR"):
        return "RADIOMETER"
    return "SPECTROMETER" if "SQLD" in name else "CORRELATOR"
