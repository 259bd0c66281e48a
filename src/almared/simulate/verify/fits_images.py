"""Images as they are delivered: FITS files, with their axes in radians and Hz."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.simulate.geometry import tangent_offsets

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
        NaN where it is blanked.
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
        """Width of a channel (Hz)."""
        return abs(float(self.header["CDELT3"]))


def read_fits_image(path: Path) -> FitsImage:
    """Return an image or a cube of one Stokes parameter.

    Raises
    ------
    InputError
        No image of the sky as CASA exports it.
    """
    from astropy.io import fits

    try:
        with fits.open(path) as units:
            header = dict(units[0].header)
            planes = np.asarray(units[0].data, dtype=float)
            beams = _beams(header, units)
        spectral, stokes = (3, 4) if str(header["CTYPE3"]).startswith("FREQ") else (4, 3)
        data = planes[0] if stokes == 4 else planes[:, 0]
        header["CDELT3"] = header[f"CDELT{spectral}"]
        steps = np.arange(data.shape[0]) + 1.0 - header[f"CRPIX{spectral}"]
        return FitsImage(
            data=data,
            beams=beams,
            pixel_rad=float(header["CDELT2"]) * DEGREE,
            centre=(float(header["CRVAL1"]) * DEGREE, float(header["CRVAL2"]) * DEGREE),
            reference=(float(header["CRPIX1"]) - 1.0, float(header["CRPIX2"]) - 1.0),
            frequency_hz=np.asarray(header[f"CRVAL{spectral}"] + steps * header[f"CDELT{spectral}"], dtype=float),
            frame=str(header.get("SPECSYS", "LSRK")).strip(),
            header=header,
        )
    except (OSError, KeyError, IndexError, TypeError) as error:
        raise InputError(f"this is no image as CASA exports it: {error}", where=str(path)) from error


def _beams(header: Mapping[str, Any], units: Any) -> tuple[Beam, ...]:
    if "BMAJ" in header:
        return (Beam(*(float(header[key]) * DEGREE for key in ("BMAJ", "BMIN", "BPA"))),)
    if "BEAMS" not in [unit.name for unit in units]:
        return ()
    arcsecond = DEGREE / 3600.0
    rows = units["BEAMS"].data
    return tuple(Beam(r["BMAJ"] * arcsecond, r["BMIN"] * arcsecond, r["BPA"] * DEGREE) for r in rows)
