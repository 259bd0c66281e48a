"""The planes of a FITS image or cube, and what its header tells of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError


@dataclass(frozen=True, slots=True)
class Planes:
    """An image or a cube.

    Parameters
    ----------
    values : ndarray of float, shape (frequency, y, x)
        Pixels; one plane for a continuum image.
    cell_arcsec : float, arcsec
        Size of a pixel.
    beam_arcsec : tuple of float, arcsec, optional
        Major and minor axis of the beam.
    beam_angle_deg : float, deg
        Position angle.
    """

    values: NDArray[np.float64]
    cell_arcsec: float
    beam_arcsec: tuple[float, float] | None
    beam_angle_deg: float

    @property
    def beam_pixels(self) -> float:
        """Area of the beam in pixels, 0 where there is none."""
        if self.beam_arcsec is None:
            return 0.0
        return float(np.pi * self.beam_arcsec[0] * self.beam_arcsec[1] / (4 * np.log(2)) / self.cell_arcsec**2)


def read_planes(path: Path) -> Planes:
    """Return the planes of a FITS file.

    Raises
    ------
    InputError
        It is no FITS image.
    """
    from astropy.io import fits

    try:
        with fits.open(path) as file:
            data = np.asarray(file[0].data, dtype=np.float64)
            header = file[0].header.copy()
            planes = data.reshape(-1, *data.shape[-2:])
            cell = abs(float(header["CDELT2"])) * 3600
    except (OSError, ValueError, KeyError, IndexError, TypeError) as error:
        raise InputError(f"this is no FITS image ({error})", where=str(path), repair="image it again") from error
    beam = (float(header["BMAJ"]) * 3600, float(header["BMIN"]) * 3600) if header.get("BMAJ") else None
    return Planes(planes, cell, beam, float(header.get("BPA", 0.0)))
