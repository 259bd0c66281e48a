"""Delivered images: FITS files, with their axes in radians and Hz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.physics.constants import LIGHT_M_S
from almared.simulate.world.geometry import tangent_offsets

FloatArray = NDArray[np.float64]
DEGREE = np.pi / 180.0


@dataclass(frozen=True, slots=True)
class Beam:
    """A Gaussian beam: full widths at half maximum (rad), and position angle (rad, north over east)."""

    major_rad: float
    minor_rad: float
    angle_rad: float

    @property
    def area_rad2(self) -> float:
        """Solid angle (rad^2)."""
        return float(np.pi * self.major_rad * self.minor_rad / (4.0 * np.log(2.0)))

    @property
    def size_rad(self) -> float:
        """Geometric mean of both widths (rad)."""
        return float(np.sqrt(self.major_rad * self.minor_rad))


@dataclass(frozen=True, slots=True)
class FitsImage:
    """An image or a cube.

    Parameters
    ----------
    data : ndarray of float, Jy/beam, shape (frequency, y, x)
        NaN where blanked.
    beams : tuple of Beam
        One for all channels, or one for each; empty for an image without (a primary beam).
    pixel_rad : float, rad
        Size of the (square) pixels.
    centre : tuple of float, rad
        Direction of the reference pixel.
    reference : tuple of float, pixel
        The reference pixel, x and y from 0.
    frequency_hz : ndarray of float, Hz, shape (frequency,)
        Channel centres.
    frame : str
        Of the frequencies, ``LSRK`` or ``TOPO``.
    header : mapping
        Cards of the file.
    """

    data: FloatArray
    beams: tuple[Beam, ...]
    pixel_rad: float
    centre: tuple[float, float]
    reference: tuple[float, float]
    frequency_hz: FloatArray
    frame: str
    header: Mapping[str, Any] = field(repr=False)

    def beam(self, channel: int) -> Beam:
        """Return the beam of a channel."""
        return self.beams[channel if len(self.beams) > 1 else 0]

    def pixel_of(self, direction_rad: tuple[float, float]) -> tuple[float, float]:
        """Return the pixel (x, y from 0) of a direction; projection SIN, as CASA writes it."""
        east, north, _ = tangent_offsets(*direction_rad, centre=self.centre)
        return self.reference[0] - east / self.pixel_rad, self.reference[1] + north / self.pixel_rad

    @property
    def channel_width_hz(self) -> float:
        """Width of a channel (Hz); nan for an image with one channel."""
        return float(np.mean(np.abs(np.diff(self.frequency_hz)))) if len(self.frequency_hz) > 1 else float("nan")


def read_fits_image(path: Path) -> FitsImage:
    """Return an image or a cube of one Stokes parameter.

    Raises
    ------
    InputError
        It is not an image of the sky as exported by CASA.
    """
    from astropy.io import fits

    try:
        with fits.open(path) as units:
            header = dict(units[0].header)
            planes = np.asarray(units[0].data, dtype=float)
            beams = _beams(header, units)
        spectral = 4 if str(header["CTYPE3"]).strip() == "STOKES" else 3
        return FitsImage(
            data=planes[0] if spectral == 3 else planes[:, 0],
            beams=beams,
            pixel_rad=float(header["CDELT2"]) * DEGREE,
            centre=(float(header["CRVAL1"]) * DEGREE, float(header["CRVAL2"]) * DEGREE),
            reference=(float(header["CRPIX1"]) - 1.0, float(header["CRPIX2"]) - 1.0),
            frequency_hz=_frequencies(header, spectral),
            frame=str(header.get("SPECSYS", "LSRK")).strip(),
            header=header,
        )
    except (OSError, KeyError, IndexError, TypeError, ValueError) as error:
        raise InputError(f"not an image as exported by CASA: {error}", where=str(path)) from error


def _frequencies(header: Mapping[str, Any], axis: int) -> FloatArray:
    """Return the frequencies of the channels (Hz), from an axis in frequency or in radio or optical velocity."""
    steps = np.arange(int(header[f"NAXIS{axis}"])) + 1.0 - float(header[f"CRPIX{axis}"])
    values = np.asarray(float(header[f"CRVAL{axis}"]) + steps * float(header[f"CDELT{axis}"]), dtype=float)
    kind = str(header[f"CTYPE{axis}"]).strip()
    if kind == "FREQ":
        return values
    if kind not in ("VRAD", "VOPT"):
        raise ValueError(f"its third axis is {kind!r}")
    rest = float(header["RESTFRQ"])
    return rest * (1.0 - values / LIGHT_M_S) if kind == "VRAD" else rest / (1.0 + values / LIGHT_M_S)


def _beams(header: Mapping[str, Any], units: Any) -> tuple[Beam, ...]:
    if "BMAJ" in header:
        return (Beam(*(float(header[key]) * DEGREE for key in ("BMAJ", "BMIN", "BPA"))),)
    if "BEAMS" not in [unit.name for unit in units]:
        return ()
    arcsecond = DEGREE / 3600.0
    rows = units["BEAMS"].data
    return tuple(Beam(r["BMAJ"] * arcsecond, r["BMIN"] * arcsecond, r["BPA"] * DEGREE) for r in rows)
