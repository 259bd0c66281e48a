"""Source visibilities: points, Gaussians and disks with spectra and lines, seen through the primary beam.

References
----------
asdm-facts 4 for the sign: ``V = S exp(+2 pi i (u l + v m + w (n - 1)) nu / c)`` with the uvw of the MS.
Primary beam: CASA's own, ``PBMath1DAiry`` with the diameters of its vpmanager for ALMA. At 12 m the half power is 1.15
wavelengths over 12 m wide, not 1.13 as in the ALMA Technical Handbook. What tclean shows as ``.pb`` with the gridder
mosaic agrees within 0.5 % down to a fifth; with the gridder standard it is higher from some arcseconds off the axis
on, by 1 to 2 % (7 m: 3 to 6 %): its figures agree to 1e-4 with an aperture whose hole is taken for 10.7 m * 10.7 / 0.75
wide (``PBMath1DAiry`` applies the ratio the wrong way round; docs/decisions/035).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf_layout import baseline_pairs
from almared.physics.beams import FWHM_PER_SIGMA, HOLE_M, LIT_APERTURE_M
from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.kernel import phase_ramps
from almared.simulate.world.geometry import tangent_offsets

FloatArray = NDArray[np.float64]

UNRESOLVED_RAD = 1e-9


@dataclass(frozen=True, slots=True)
class SpectralLine:
    """A Gaussian line: centre and full width at half maximum (Hz), peak flux density (Jy)."""

    frequency_hz: float
    width_hz: float
    peak_jy: float


@dataclass(frozen=True, slots=True)
class SkyComponent:
    """One component of a source.

    Parameters
    ----------
    direction_rad : tuple of float, rad, ICRS
        Where it is.
    shape : str
        ``point``, ``gaussian`` or ``disk``.
    size_rad : float, rad
        Full width at half maximum, or diameter.
    flux_jy, reference_hz, alpha : float
        Power law of its flux density.
    lines : tuple of SpectralLine
        Added to it.
    table : tuple of ndarray
        Frequencies (Hz) and flux densities (Jy) that replace the power law, for planets; empty for none.
    """

    direction_rad: tuple[float, float]
    shape: str
    size_rad: float
    flux_jy: float
    reference_hz: float
    alpha: float = 0.0
    lines: tuple[SpectralLine, ...] = ()
    table: tuple[FloatArray, ...] = field(default=())

    def flux(self, frequency_hz: FloatArray) -> FloatArray:
        """Return the flux density (Jy) at frequencies."""
        if self.table:
            flux = np.interp(frequency_hz, self.table[0], self.table[1])
        else:
            flux = self.flux_jy * (frequency_hz / self.reference_hz) ** self.alpha
        for line in self.lines:
            sigma = line.width_hz / FWHM_PER_SIGMA
            flux = flux + line.peak_jy * np.exp(-0.5 * ((frequency_hz - line.frequency_hz) / sigma) ** 2)
        return np.asarray(flux)

    def envelope(self, wavelengths: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the visibility of the shape at unit flux for baselines in wavelengths."""
        from scipy.special import j1

        if self.shape == "gaussian":
            return np.asarray(np.exp(-((np.pi * self.size_rad * wavelengths) ** 2) / (4.0 * np.log(2.0))))
        if self.shape == "disk":
            x = np.maximum(np.pi * self.size_rad * wavelengths, 1e-9)
            return np.asarray(2.0 * j1(x) / x)
        return np.ones_like(wavelengths)


@dataclass(frozen=True, slots=True)
class SkySource:
    """A source of the sky.

    Parameters
    ----------
    name : str
        Its name.
    components : tuple of SkyComponent
        The central one first.
    """

    name: str
    components: tuple[SkyComponent, ...]

    def flux(self, frequency_hz: FloatArray) -> FloatArray:
        """Return the total flux density (Jy) at frequencies."""
        return np.asarray(sum(component.flux(frequency_hz) for component in self.components))

    def is_point_at(self, direction_rad: tuple[float, float]) -> bool:
        """Return whether it is a single point at the phase centre."""
        only = self.components[0]
        offset = np.hypot(*_offset(only, direction_rad)[:2])
        return len(self.components) == 1 and only.shape == "point" and bool(offset < UNRESOLVED_RAD)

    def visibilities(
        self, frequency_hz: FloatArray, uvw_m: FloatArray, *, centre: tuple[float, float], diameters_m: FloatArray
    ) -> NDArray[np.complex64]:
        """Return the source's visibilities in a pointing.

        Parameters
        ----------
        frequency_hz : ndarray of float, Hz, shape (frequency,)
            Channels, evenly spaced.
        uvw_m : ndarray of float, m, shape (time, baseline_id, 3)
            As in the MS.
        centre : tuple of float, rad, ICRS
            Phase and pointing centre.
        diameters_m : ndarray of float, m, shape (antenna_name,)
            Of the dishes.

        Returns
        -------
        ndarray of complex64, Jy, shape (time, baseline_id, frequency)
        """
        waves = frequency_hz / LIGHT_M_S
        length = (np.hypot(uvw_m[..., 0], uvw_m[..., 1])[..., None] * waves).astype(np.float32)
        total = np.zeros(length.shape, dtype=np.complex64)
        for component in self.components:
            lmn = np.array(_offset(component, centre))
            beam = _baseline_beam(float(np.hypot(lmn[0], lmn[1])), frequency_hz, diameters_m=diameters_m)
            size = (component.flux(frequency_hz) * beam).astype(np.float32)
            if component.shape != "point":
                size = size * component.envelope(length)
            total += size * phase_ramps((uvw_m @ lmn) / LIGHT_M_S, frequency_hz) if lmn.any() else size
        return total


def voltage_beam(offset_rad: float, frequency_hz: FloatArray, *, diameter_m: float) -> FloatArray:
    """Return the voltage response of a dish at an angle from its axis: a uniform aperture with a central hole.

    Parameters
    ----------
    offset_rad : float, rad
        Angle from the axis.
    frequency_hz : ndarray of float, Hz
        Frequencies.
    diameter_m : float, m
        Of the dish; 12 and 7 m are those of ALMA, others are uniformly illuminated.
    """
    outer = LIT_APERTURE_M.get(diameter_m, diameter_m)
    turns = np.pi * np.sin(offset_rad) * np.asarray(frequency_hz, dtype=float) / LIGHT_M_S
    whole = outer**2 * _jinc(turns * outer) - HOLE_M**2 * _jinc(turns * HOLE_M)
    return np.asarray(whole / (outer**2 - HOLE_M**2))


def primary_beam(offset_rad: float, frequency_hz: FloatArray, *, diameter_m: float) -> FloatArray:
    """Return the power response of a dish at an angle from its axis."""
    return np.asarray(voltage_beam(offset_rad, frequency_hz, diameter_m=diameter_m) ** 2)


def _jinc(x: FloatArray) -> FloatArray:
    from scipy.special import j1

    small = np.abs(x) < 1e-9
    safe = np.where(small, 1.0, x)
    return np.asarray(np.where(small, 1.0, 2.0 * j1(safe) / safe))


def _baseline_beam(offset_rad: float, frequency_hz: FloatArray, *, diameters_m: FloatArray) -> FloatArray:
    kinds, which = np.unique(diameters_m, return_inverse=True)
    voltage = np.array([voltage_beam(offset_rad, frequency_hz, diameter_m=float(d)) for d in kinds])[which]
    pairs = np.array(baseline_pairs(diameters_m.size))
    return np.asarray(voltage[pairs[:, 0]] * voltage[pairs[:, 1]])


def _offset(component: SkyComponent, centre: tuple[float, float]) -> tuple[float, float, float]:
    if component.direction_rad == centre:
        return 0.0, 0.0, 0.0
    return tangent_offsets(*component.direction_rad, centre=centre)
