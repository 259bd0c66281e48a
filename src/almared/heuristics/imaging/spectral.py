"""The spectral axis of images: averaging of channels for the continuum, and the channels of a cube."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from almared.heuristics.thresholds.imaging import IMAGE_MOST_CHANNELS, IMAGE_SMEARING
from almared.model import Choice, Evidence
from almared.physics.bands import BANDS_GHZ
from almared.physics.velocities import radio_frequency_hz, width_hz, width_m_s

BAND_7_FROM_HZ = BANDS_GHZ[7][0] * 1e9
WIDEST_BELOW_BAND_7_HZ, WIDEST_FROM_BAND_7_HZ = 125e6, 250e6
"""Averaged channels of the continuum (domain D.2)."""

FINE_CHANNELS = 256
"""Windows with more channels are Hanning smoothed over two of them."""

WIDTH_MARGIN = 1.0004
"""tclean refuses channels narrower than the data's, which the motion of the Earth widens by up to 1e-4 and less than
3e-4 with that of the Sun."""


@dataclass(frozen=True, slots=True)
class Band:
    """The coverage in LSRK of the data of a window, or of a group of windows.

    Parameters
    ----------
    low_hz, high_hz : float, Hz
        Edges of the channels that are not flagged; common to all windows.
    width_hz : float, Hz
        The widest channel.
    n_channels : int
        Channels of a window.
    """

    low_hz: float
    high_hz: float
    width_hz: float
    n_channels: int


@dataclass(frozen=True, slots=True)
class LineWish:
    """Request for a line.

    Parameters
    ----------
    name : str
        Its name.
    rest_hz : float, Hz
        Rest frequency.
    width_m_s : float, m/s, optional
        Channel width.
    velocity_m_s : tuple of float, m/s, optional
        First and last velocity, LSRK, radio convention.
    """

    name: str
    rest_hz: float
    width_m_s: float | None = None
    velocity_m_s: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class CubeAxis:
    """The channels of a cube, in LSRK, by rising frequency.

    Parameters
    ----------
    start_hz, width_hz : float, Hz
        Centre of the first channel, and the distance to the next.
    n_channels : int
        How many.
    rest_hz : float, Hz
        Rest frequency of the velocity axis.
    """

    start_hz: float
    width_hz: float
    n_channels: int
    rest_hz: float

    def __str__(self) -> str:
        return f"{self.n_channels} of {self.width_km_s:.4g} km/s from {self.start_hz / 1e9:.6f} GHz"

    @property
    def width_km_s(self) -> float:
        """Width of a channel in velocity (km/s, radio convention)."""
        return width_m_s(self.width_hz, self.rest_hz) / 1e3

    def part(self, first: int, count: int) -> CubeAxis:
        """Return the axis of some of the channels."""
        return CubeAxis(self.start_hz + first * self.width_hz, self.width_hz, count, self.rest_hz)


def peak_left(fraction: float) -> float:
    """Return the fraction of the peak that remains after bandwidth smearing.

    Parameters
    ----------
    fraction : float
        Channel width over frequency, times distance from the phase centre over beam.

    References
    ----------
    Bridle & Schwab 1999 (Synthesis Imaging in Radio Astronomy II, ch. 18): Gaussian beam, square channel.
    """
    if fraction < 1e-6:
        return 1.0
    root = math.sqrt(math.log(2.0))
    return math.sqrt(math.pi) / (2 * root * fraction) * math.erf(root * fraction)


def widest_channel_hz(frequency_hz: float, *, beam_arcsec: float, radius_arcsec: float) -> float:
    """Return the widest channel (Hz) that keeps the peak at a distance from the phase centre (bisection)."""
    low, high = 0.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if peak_left(middle) >= IMAGE_SMEARING.value else (low, middle)
    return low * frequency_hz * beam_arcsec / radius_arcsec


def choose_averaging(
    n_channels: int, width_hz: float, *, frequency_hz: float, beam_arcsec: float, radius_arcsec: float
) -> Choice[int]:
    """Return how many channels to average for the continuum; a divisor of their number if one is near.

    Parameters
    ----------
    n_channels : int
        Channels of the window.
    width_hz, frequency_hz : float, Hz
        Of a channel, and of the window.
    beam_arcsec, radius_arcsec : float, arcsec
        Expected beam, and the distance from the phase centre to the edge of the image.

    References
    ----------
    domain.md D.2: at most 125 MHz below Band 7 and 250 MHz from there, and 95 % of the peak at the edge of the field.
    """
    rule = WIDEST_BELOW_BAND_7_HZ if frequency_hz < BAND_7_FROM_HZ else WIDEST_FROM_BAND_7_HZ
    geometry = widest_channel_hz(frequency_hz, beam_arcsec=beam_arcsec, radius_arcsec=radius_arcsec)
    most = max(1, min(n_channels, math.floor(min(rule, geometry) / width_hz * (1 + 1e-9))))
    divisors = [n for n in range(1, most + 1) if n_channels % n == 0]
    number = divisors[-1] if 2 * divisors[-1] >= most else most
    lost = 1 - peak_left(number * width_hz / frequency_hz * radius_arcsec / beam_arcsec)
    return Choice(
        number,
        f'{number * width_hz / 1e6:.3g} MHz; at {radius_arcsec:.3g}" off centre {100 * lost:.1f} % of a peak is lost',
        (
            Evidence("peak lost", lost),
            Evidence("widest by geometry", geometry, "Hz"),
            Evidence("widest by rule", rule, "Hz"),
        ),
        rule="domain D.2",
    )


def choose_cube_axis(band: Band, rest_hz: float, *, wish: LineWish | None = None) -> Choice[CubeAxis]:
    """Return the channels of a cube: the requested ones, else all of the window at a sensible width.

    Parameters
    ----------
    band : Band
        Coverage of the data.
    rest_hz : float, Hz
        Rest frequency, when no line was requested.
    wish : LineWish, optional
        The line.
    """
    native = band.width_hz * WIDTH_MARGIN
    if wish is None:
        width, reason = _sensible_width(band)
        return Choice(_axis(band.low_hz, band.high_hz, width=width, rest_hz=rest_hz), reason, rule="domain D.3")
    width, reason, warning = native, "no width was requested: that of the data", ""
    if wish.width_m_s is not None:
        asked = width_hz(wish.width_m_s, wish.rest_hz)
        request = f"{wish.width_m_s / 1e3:.4g} km/s"
        width, reason = max(asked, native), f"{request} as requested"
        if asked < native:
            reason = f"{request} was requested, the data have {width_m_s(native, wish.rest_hz) / 1e3:.4g} km/s"
            warning = "" if asked > 0.98 * band.width_hz else reason
    low, high = _velocity_range(band, wish)
    return Choice(
        _axis(low, high, width=width, rest_hz=wish.rest_hz),
        f"{wish.name}: {reason}",
        rule="domain D.3",
        warning=warning,
    )


def _sensible_width(band: Band) -> tuple[float, str]:
    """Return the channel width when none was requested, and why."""
    number, why = (
        (2, "two channels, the resolution of Hanning-smoothed data")
        if band.n_channels > FINE_CHANNELS
        else (1, "the width of the data")
    )
    span = band.high_hz - band.low_hz
    least = math.ceil(span / band.width_hz / IMAGE_MOST_CHANNELS.value)
    if least > number:
        number, why = least, f"{least} channels averaged, for at most {IMAGE_MOST_CHANNELS.value:.0f}"
    return number * band.width_hz * WIDTH_MARGIN, f"no width was requested: {why}"


def _velocity_range(band: Band, wish: LineWish) -> tuple[float, float]:
    """Return the frequencies of the requested velocities, as far as there are data (Hz)."""
    if wish.velocity_m_s is None:
        return band.low_hz, band.high_hz
    ends = sorted(radio_frequency_hz(velocity, wish.rest_hz) for velocity in wish.velocity_m_s)
    return max(ends[0], band.low_hz), min(ends[1], band.high_hz)


def _axis(low_hz: float, high_hz: float, *, width: float, rest_hz: float) -> CubeAxis:
    """Return the channels that lie completely within a range."""
    count = max(1, math.floor((high_hz - low_hz) / width * (1 + 1e-9)))
    margin = (high_hz - low_hz - count * width) / 2
    # Whole Hz: the script then states them exactly.
    return CubeAxis(float(round(low_hz + margin + width / 2)), float(round(width)), count, rest_hz)


def wishes_in(wishes: Sequence[LineWish], band: Band) -> tuple[LineWish, ...]:
    """Return the lines that lie in a band: with their velocity range, or else with their rest frequency."""

    def reaches(wish: LineWish) -> bool:
        if wish.velocity_m_s is None:
            return band.low_hz <= wish.rest_hz * (1 + 1e-3) and wish.rest_hz * (1 - 1e-3) <= band.high_hz
        low, high = _velocity_range(band, wish)
        return high - low > band.width_hz

    return tuple(wish for wish in wishes if reaches(wish))
