"""FITS images and cubes, read plane by plane: a cube may be larger than memory."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.physics.beams import gaussian_area
from almared.physics.velocities import radio_velocity_m_s

ARCSEC_PER_DEGREE = 3600.0
UNITS_ARCSEC = {"arcsec": 1.0, "deg": ARCSEC_PER_DEGREE}
FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Beam:
    """A Gaussian beam.

    Parameters
    ----------
    major_arcsec, minor_arcsec : float, arcsec
        Widths at half maximum.
    angle_deg : float, deg
        Position angle, north through east.
    """

    major_arcsec: float
    minor_arcsec: float
    angle_deg: float

    @property
    def area_arcsec2(self) -> float:
        """Area under it (arcsec^2)."""
        return gaussian_area(self.major_arcsec, self.minor_arcsec)


@dataclass(frozen=True, slots=True)
class OpenImage:
    """A FITS image or cube of one Stokes parameter open for reading.

    Parameters
    ----------
    header : astropy.io.fits.Header
        Its header cards.
    beams : tuple of Beam
        None, one for all planes, or one for each.
    cell_arcsec : float, arcsec
        Size of a pixel.
    planes : ndarray, shape (frequency, y, x)
        Pixels on disk, read when used.
    """

    header: Any
    beams: tuple[Beam, ...]
    cell_arcsec: float
    planes: NDArray[Any]

    def __len__(self) -> int:
        return len(self.planes)

    def plane(self, number: int) -> FloatArray:
        """Return the pixels of a plane, NaN where it is blanked."""
        return np.asarray(self.planes[number], dtype=np.float64)

    def beam(self, number: int) -> Beam | None:
        """Return the beam of a plane, None for an image without."""
        return self.beams[number if len(self.beams) > 1 else 0] if self.beams else None

    def beam_pixels(self, number: int) -> float:
        """Return the area of the beam of a plane in pixels, 0 where there is none."""
        beam = self.beam(number)
        return beam.area_arcsec2 / self.cell_arcsec**2 if beam else 0.0

    @property
    def median_beam(self) -> Beam | None:
        """The beam with the median area of all planes."""
        ordered = sorted(self.beams, key=lambda beam: beam.area_arcsec2)
        return ordered[len(ordered) // 2] if ordered else None

    @property
    def velocities_km_s(self) -> FloatArray | None:
        """Velocity of each plane (km/s; radio convention), None when the header has none."""
        kind, start, step, reference = (self.header.get(f"{key}3") for key in ("CTYPE", "CRVAL", "CDELT", "CRPIX"))
        if None in (kind, start, step, reference):
            return None
        values = start + step * (np.arange(len(self)) + 1 - reference)
        if str(kind).startswith(("VRAD", "VELO")):
            return np.asarray(values / 1e3, dtype=float)
        rest = self.header.get("RESTFRQ", 0.0)
        return np.asarray(radio_velocity_m_s(values, rest) / 1e3, dtype=float) if rest and kind == "FREQ" else None


@contextmanager
def open_image(path: Path) -> Iterator[OpenImage]:
    """Open a FITS image.

    Raises
    ------
    InputError
        It is not a FITS image of one Stokes parameter.
    """
    from astropy.io import fits

    with ExitStack() as stack:
        try:
            with warnings.catch_warnings():
                # A truncated file is an error below, where its last plane is read.
                warnings.simplefilter("ignore")
                file = stack.enter_context(fits.open(path, memmap=True))
            image = _opened(file)
            image.plane(len(image) - 1)
        except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
            raise InputError(f"not a FITS image ({error})", where=str(path), repair="image it again") from error
        yield image


def _opened(file: Any) -> OpenImage:
    header, pixels = file[0].header, file[0].data
    if pixels is None or pixels.ndim < 2 or np.prod(pixels.shape[:-3]) > 1:
        raise ValueError("it has no plane, or several Stokes parameters")
    planes = pixels.reshape(-1, *pixels.shape[-2:])
    return OpenImage(header, _beams(file), abs(float(header["CDELT2"])) * ARCSEC_PER_DEGREE, planes)


def _beams(file: Any) -> tuple[Beam, ...]:
    """Return the beam of the header, or the beams per plane in the table that CASA writes."""
    header = file[0].header
    if header.get("BMAJ"):
        major, minor = (float(header[key]) * ARCSEC_PER_DEGREE for key in ("BMAJ", "BMIN"))
        return (Beam(major, minor, float(header.get("BPA", 0.0))),)
    tables = [part for part in file[1:] if part.name == "BEAMS"]
    if not tables:
        return ()
    rows, columns = tables[0].data, tables[0].columns
    factor = UNITS_ARCSEC[str(columns["BMAJ"].unit or "arcsec")]
    return tuple(Beam(float(r["BMAJ"]) * factor, float(r["BMIN"]) * factor, float(r["BPA"])) for r in rows)


@dataclass(frozen=True, slots=True)
class Planes:
    """All pixels of an image or of a small cube.

    Parameters
    ----------
    values : ndarray of float, shape (frequency, y, x)
        Pixels; one plane for a continuum image.
    cell_arcsec : float, arcsec
        Size of a pixel.
    """

    values: FloatArray
    cell_arcsec: float


def read_planes(path: Path) -> Planes:
    """Return all planes of a FITS file.

    Raises
    ------
    InputError
        It is not a FITS image.
    """
    with open_image(path) as image:
        return Planes(np.asarray(image.planes, dtype=np.float64), image.cell_arcsec)
