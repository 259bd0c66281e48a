"""Measurements of point sources from images and visibilities, and expectations for quick images."""

from __future__ import annotations

from dataclasses import dataclass

from almared.measure.quickimage import QuickImage


@dataclass(frozen=True, slots=True)
class SensitivityFacts:
    """What the quick image of a target is compared with.

    Parameters
    ----------
    target : str
        Name.
    longest_m : float, m
        Longest baseline with data.
    frequency_hz, bandwidth_hz : float, Hz
        Mean frequency and aggregate bandwidth of the windows in the image.
    cell_arcsec, beam_arcsec : float, arcsec
        Recommended cell and primary beam.
    size : int, pixel
        Recommended size.
    seconds : float, s
        Time on the field.
    n_antennas : int
        Antennas with data.
    tsys_k : float, K
        Median over the windows.
    expected_jy : float, Jy/beam
        From Tsys, time, bandwidth and antennas.
    weights_jy : float, Jy/beam
        From the weights of the data that are left; NaN when not known.
    """

    target: str
    longest_m: float
    frequency_hz: float
    bandwidth_hz: float
    cell_arcsec: float
    beam_arcsec: float
    size: int
    seconds: float
    n_antennas: int
    tsys_k: float
    expected_jy: float
    weights_jy: float


@dataclass(frozen=True, slots=True)
class PointSource:
    """Measurements of a point source from its image and visibilities.

    Parameters
    ----------
    name, role : str
        Which, and what it was observed for.
    quick : QuickImage
        Its image.
    coherent_jy : float, Jy
        Amplitude that no phase noise has diminished, from the visibilities; NaN without two polarisations.
    known_jy : float, Jy
        Flux density that was known before; NaN when none was.
    """

    name: str
    role: str
    quick: QuickImage
    coherent_jy: float
    known_jy: float

    @property
    def peak_jy(self) -> float:
        """Peak of the fitted Gaussian (Jy/beam)."""
        return self.quick.fit().peak

    @property
    def offset_arcsec(self) -> tuple[float, float]:
        """Distance east and north of the catalogue position (arcsec)."""
        return self.quick.offset_arcsec(self.quick.fit())

    @property
    def offset_beams(self) -> float:
        """Distance from the catalogue position in parts of the beam."""
        east, north = self.offset_arcsec
        return float((east**2 + north**2) ** 0.5 / (self.quick.beam_pixels * self.quick.cell_arcsec))

    @property
    def coherence(self) -> float:
        """Part of the amplitude that is left in the image after phase noise and wrong phases."""
        return self.peak_jy / self.coherent_jy if self.coherent_jy > 0 else float("nan")
