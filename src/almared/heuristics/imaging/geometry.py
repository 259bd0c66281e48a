"""Geometry of an image: cell, size, phase centre, gridder."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.thresholds.imaging import (
    IMAGE_CELLS_PER_BEAM,
    IMAGE_FAR_SIDELOBE,
    IMAGE_PADDING,
    IMAGE_PB_LEVEL,
)
from almared.model import Choice, Evidence
from almared.physics.beams import (
    LIT_APERTURE_M,
    gaussian_response,
    gaussian_width,
    primary_beam_arcsec,
    primary_beam_rad,
)
from almared.physics.constants import ARCSEC_PER_RAD
from almared.physics.directions import direction_text, offset_rad

NICE_CELLS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Leading digits of a readable cell."""

LEAST_PIXELS = 64
PRIMES = (2, 3, 5)
"""Factors of sizes for fast Fourier transforms; CASA needs even ones."""


@dataclass(frozen=True, slots=True)
class Pointings:
    """The pointings of the antennas.

    Parameters
    ----------
    directions_rad : tuple of (float, float), rad
        Phase centres.
    field_ids : tuple of int
        Their fields.
    frame : str
        ``ICRS`` or ``J2000``.
    dishes_m : tuple of float, m
        Diameters of the dishes, each once.
    is_moving : bool
        Whether they follow an ephemeris.
    """

    directions_rad: tuple[tuple[float, float], ...]
    field_ids: tuple[int, ...]
    frame: str
    dishes_m: tuple[float, ...]
    is_moving: bool = False

    @property
    def centre_rad(self) -> tuple[float, float]:
        """Middle of the smallest box in right ascension and declination that holds all (rad)."""
        first = self.directions_rad[0][0]
        # Right ascensions may lie on both sides of 0 h.
        east = [first + math.remainder(ra - first, 2 * math.pi) for ra, _ in self.directions_rad]
        north = [dec for _, dec in self.directions_rad]
        return ((min(east) + max(east)) / 2 % (2 * math.pi), (min(north) + max(north)) / 2)

    @property
    def extent_arcsec(self) -> tuple[float, float]:
        """East-west and north-south distance between the outermost pointings (arcsec)."""
        centre = self.centre_rad
        east, north = zip(*(offset_rad(direction, centre) for direction in self.directions_rad), strict=True)
        return (max(east) - min(east)) * ARCSEC_PER_RAD, (max(north) - min(north)) * ARCSEC_PER_RAD


def choose_cell(lengths: NDArray[np.float64]) -> Choice[float]:
    """Return the size of a pixel (arcsec) from the lengths of the baselines (wavelengths).

    References
    ----------
    domain.md D.3: the beam of the longest baseline over 5 to 8; rounded down to a readable number.
    """
    longest = float(lengths.max())
    beam = ARCSEC_PER_RAD / longest
    cell = round_down(beam / IMAGE_CELLS_PER_BEAM.value)
    return Choice(
        cell,
        f'the longest baseline of {longest / 1e3:.0f} kilowavelengths resolves {beam:.3g}"; '
        f"{beam / cell:.1f} pixels across it",
        (
            Evidence("longest baseline", longest, "wavelengths"),
            Evidence("95th percentile", float(np.percentile(lengths, 95))),
        ),
        rule="domain D.3",
    )


def round_down(value: float) -> float:
    """Return the largest round number of one or two digits not above a value."""
    exponent = math.floor(math.log10(value))
    leading = value / 10.0**exponent
    best = max((figure for figure in NICE_CELLS if figure <= leading * (1 + 1e-9)), default=1.0)
    return float(f"{best * 10.0**exponent:.3g}")


def choose_imsize(
    pointings: Pointings, *, cell_arcsec: float, frequency_hz: float, sidelobe: float = 0.0
) -> Choice[tuple[int, int]]:
    """Return the size of the image in pixels, east-west and north-south.

    Parameters
    ----------
    pointings : Pointings
        The pointings.
    cell_arcsec : float, arcsec
        Size of a pixel.
    frequency_hz : float, Hz
        The lowest frequency, whose primary beam is the largest.
    sidelobe : float
        Highest sidelobe of the beam, which is known out to half of the image: with high sidelobes, sources at two ends
        of the field must be cleaned together, or cleaning diverges.

    References
    ----------
    domain.md D.3: the primary beam to its 0.2 level, a mosaic with ample padding, sizes with the factors 2, 3 and 5.
    docs/decisions/033 on high sidelobes.
    """
    dish = min(pointings.dishes_m)
    width = primary_beam_arcsec(frequency_hz, dish)
    field = gaussian_width(width, level=IMAGE_PB_LEVEL.value)
    is_doubled = sidelobe > IMAGE_FAR_SIDELOBE.value
    padding = 2.0 if is_doubled else IMAGE_PADDING.value
    sides = [padding * (extent + field) for extent in pointings.extent_arcsec]
    pixels = tuple(good_size(math.ceil(side / cell_arcsec)) for side in sides)
    east, north = pointings.extent_arcsec
    n_pointings = len(pointings.field_ids)
    whole = f'{n_pointings} pointings over {east:.0f}" x {north:.0f}" and ' if n_pointings > 1 else ""
    return Choice(
        (pixels[0], pixels[1]),
        f'{whole}the primary beam of the {dish:g} m dishes ({width:.3g}" at half maximum) down to '
        f"{IMAGE_PB_LEVEL.value:g}, "
        + (f"twice as wide for sidelobes of {sidelobe:.2f}" if is_doubled else "with padding"),
        (Evidence("primary beam", width, "arcsec"),),
        rule="domain D.3",
    )


def good_size(least: int) -> int:
    """Return the smallest even number with factors 2, 3 and 5 that is at least a number."""
    size = max(least + least % 2, LEAST_PIXELS)
    while not _is_smooth(size):
        size += 2
    return size


def _is_smooth(number: int) -> bool:
    for prime in PRIMES:
        while number % prime == 0:
            number //= prime
    return number == 1


def choose_gridder(pointings: Pointings) -> Choice[str]:
    """Return the gridder: ``mosaic`` for several pointings or dishes of two sizes, else ``standard`` (domain D.3)."""
    if len(pointings.field_ids) > 1:
        reason = f"{len(pointings.field_ids)} pointings are imaged together, each with its primary beam"
        return Choice("mosaic", reason, rule="domain D.3")
    if len(pointings.dishes_m) > 1:
        reason = f"dishes of {' and '.join(f'{d:g} m' for d in sorted(pointings.dishes_m))} differ in primary beam"
        return Choice("mosaic", reason, rule="domain D.3")
    return Choice("standard", "one pointing, dishes of one size", rule="domain D.3")


def choose_aperture(pointings: Pointings, *, gridder: str) -> Choice[float] | None:
    """Return the aperture (m) for the primary beam to give tclean; None when tclean's own is correct or unknown.

    References
    ----------
    docs/decisions/035: tclean's own is correct with the gridder mosaic, and too high with the gridder standard.
    """
    if gridder != "standard" or len(pointings.dishes_m) != 1 or pointings.dishes_m[0] not in LIT_APERTURE_M:
        return None
    dish = pointings.dishes_m[0]
    excess = {12.0: "1 to 2 %", 7.0: "3 to 6 %"}[dish]
    reason = f"the primary beam of the {dish:g} m dishes; tclean's own is {excess} too high off the axis"
    return Choice(LIT_APERTURE_M[dish], reason, rule="decision 035")


def choose_phase_centre(pointings: Pointings) -> Choice[str]:
    """Return the phase centre for tclean, never by default that of the first field of the MS (domain D.3)."""
    if pointings.is_moving:
        return Choice(
            "TRACKFIELD",
            "the source moves; its ephemeris is followed",
            rule="domain D.3",
            warning="tclean made no image of simulated moving sources (docs/decisions/032): look at yours",
        )
    ra, dec = pointings.centre_rad
    if len(pointings.field_ids) > 1:
        return Choice(direction_text(ra, dec, frame=pointings.frame), "the middle of the pointings", rule="domain D.3")
    return Choice(direction_text(ra, dec, frame=pointings.frame), "the centre of the field", rule="domain D.3")


def mosaic_noise_factor(pointings: Pointings, *, frequency_hz: float) -> float:
    """Return the noise of a mosaic over that of all its data on one pointing.

    Parameters
    ----------
    pointings : Pointings
        The pointings, with equal times.
    frequency_hz : float, Hz
        Middle of the data.

    References
    ----------
    A linear mosaic weights by the square of the primary beam (Cornwell, Holdaway & Uson 1993, A&A 271, 697): where it
    is most sensitive its noise is that of the sum of those squares.
    """
    centre = pointings.centre_rad
    places = np.array([offset_rad(direction, centre) for direction in pointings.directions_rad])
    width = primary_beam_rad(frequency_hz, max(pointings.dishes_m))
    tried = np.concatenate([places, (places[:, None] + places[None, :]).reshape(-1, 2) / 2])
    apart = np.hypot(*np.moveaxis(tried[:, None] - places[None, :], -1, 0))
    response = gaussian_response(apart, width)
    return float(math.sqrt(len(places) / (response**2).sum(axis=1).max()))
