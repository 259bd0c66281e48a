"""Compares images with the sky that was put in: fluxes, positions, line fluxes, and noise.

Fluxes and positions are fitted where beam and noise are the same everywhere: in the corrected image times its primary
beam. The primary beam at the component's place then corrects the flux. (Dividing by a primary beam that falls by 5 %
per arcsecond, as it does at half power, moves what is 4 arcsec wide by 0.14 arcsec, and is no fault of the image.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.truth import Truth
from almared.simulate.scenario.mous import MousTruth
from almared.simulate.scenario.spectrum import channel_frequencies
from almared.simulate.verify.comparison import Comparison, compare_relative
from almared.simulate.verify.fits_images import FitsImage
from almared.simulate.verify.sky_fit import FittedComponent, fit_components, fit_fluxes, support
from almared.simulate.world.sky import SkyComponent, SpectralLine

CONTINUUM_LIMIT_PERCENT = 4.0
MOSAIC_LIMIT_PERCENT = 5.0
LINE_LIMIT_PERCENT = 6.0
POSITION_LIMIT_PERCENT = 5.0
RMS_LIMIT_PERCENT = 15.0
"""How far fluxes, places (of the beam's width) and noise may be off (the aims of the imaging stage)."""

LINE_WIDTHS = 1.5
"""Channels up to so many full widths from a line's middle are summed: all but 0.04 % of a Gaussian."""

MASK_BEAMS = 1.5
"""Noise is measured beyond so many seen full widths of any component."""

LEAST_BEAM = 0.2
"""Least primary beam at which components and noise are compared."""

JANSKY_KM_S = "Jy km/s"

FloatArray = NDArray[np.float64]


def compare_continuum(
    image: FitsImage,
    truth: MousTruth,
    *,
    source: str,
    pb: FitsImage | None = None,
    limit_percent: float | None = None,
) -> Iterator[Comparison]:
    """Yield flux and place of each component of a source in a continuum image, and the flux of all together.

    Parameters
    ----------
    image : FitsImage
        Corrected for the primary beam.
    truth : MousTruth
        What was put in.
    source : str
        Its name.
    pb : FitsImage, optional
        Primary beam of the image; components below a fifth of it are left out.
    limit_percent : float, %, optional
        How far fluxes may be off; 4, and 5 for a mosaic, by default.
    """
    limit = limit_percent or (MOSAIC_LIMIT_PERCENT if _is_mosaic(truth, source) else CONTINUUM_LIMIT_PERCENT)
    components = [
        replace(c, lines=()) for c in _inside(image, pb, components=truth.executions[0].source(source).components)
    ]
    found = _fitted(image, pb, components=components)
    for number, (component, one) in enumerate(zip(components, found, strict=True), start=1):
        where = f"continuum, component {number} ({component.shape})"
        expected = _mean_flux(component, truth.executions[0])
        yield compare_relative(
            f"flux of {source}", where, put_in=expected, found=one.flux_jy, unit="Jy", limit_percent=limit
        )
        yield _compare_place(image, source, where=where, distance_rad=one.distance_rad)
    expected = sum(_mean_flux(component, truth.executions[0]) for component in components)
    total = sum(one.flux_jy for one in found)
    yield compare_relative(
        f"flux of {source}", "continuum, all", put_in=expected, found=total, unit="Jy", limit_percent=limit
    )


def compare_lines(
    cube: FitsImage,
    truth: MousTruth,
    *,
    source: str,
    pb: FitsImage | None = None,
    limit_percent: float = LINE_LIMIT_PERCENT,
) -> Iterator[Comparison]:
    """Yield the integrated flux of each line of a source that lies within a cube without continuum.

    Parameters
    ----------
    cube : FitsImage
        Corrected for the primary beam.
    truth, source, pb
        As for `compare_continuum`.
    limit_percent : float, %
        How far each may be off.
    """
    components = _inside(cube, pb, components=truth.executions[0].source(source).components)
    for number, component in enumerate(components, start=1):
        for line in component.lines:
            placed = _in_frame(line, cube, truth=truth.executions[0], source=source)
            channels = np.flatnonzero(np.abs(cube.frequency_hz - placed.frequency_hz) < LINE_WIDTHS * placed.width_hz)
            if not _is_covered(cube, placed):
                continue
            flat = _flat(cube, pb)
            seen = [fit_fluxes(flat, components, channel=int(c))[number - 1] for c in channels]
            response = [_response(cube, pb, component=component, channel=int(c)) for c in channels]
            fluxes = np.array(seen) / np.array(response)
            to_speed = LIGHT_M_S / placed.frequency_hz / 1e3
            yield compare_relative(
                f"line flux of {source}",
                f"{placed.frequency_hz / 1e9:.3f} GHz, component {number}",
                put_in=placed.peak_jy * placed.width_hz * np.sqrt(np.pi / (4.0 * np.log(2.0))) * to_speed,
                found=float(fluxes.sum()) * cube.channel_width_hz * to_speed,
                unit=JANSKY_KM_S,
                limit_percent=limit_percent,
            )


def compare_noise(
    image: FitsImage,
    truth: MousTruth,
    *,
    source: str,
    theory_jy: float,
    pb: FitsImage | None = None,
    limit_percent: float = RMS_LIMIT_PERCENT,
) -> Comparison:
    """Return the comparison of an image's noise away from its sources with the theory.

    Parameters
    ----------
    image : FitsImage
        Corrected for the primary beam if `pb` is given, else not; of a cube the channels without lines are used.
    truth, source
        As for `compare_continuum`.
    theory_jy : float, Jy/beam
        Expected noise where the primary beam is one.
    pb : FitsImage, optional
        Primary beam by which the image was divided.
    limit_percent : float, %
        How far they may be apart.
    """
    return compare_relative(
        f"noise of {source}",
        "continuum" if len(image.data) == 1 else f"cube at {image.frequency_hz.mean() / 1e9:.2f} GHz",
        put_in=1e3 * theory_jy,
        found=1e3 * measure_noise(image, truth, source=source, pb=pb),
        unit="mJy/beam",
        limit_percent=limit_percent,
    )


def measure_noise(image: FitsImage, truth: MousTruth, *, source: str, pb: FitsImage | None = None) -> float:
    """Return the rms (Jy/beam) of an image away from its sources, before the correction for the primary beam."""
    components = truth.executions[0].source(source).components
    lines = [_in_frame(line, image, truth=truth.executions[0], source=source) for c in components for line in c.lines]
    squares = []
    for channel, frequency in enumerate(image.frequency_hz):
        if len(image.data) > 1 and any(abs(frequency - x.frequency_hz) < LINE_WIDTHS * x.width_hz for x in lines):
            continue
        plane = image.data[channel] if pb is None else image.data[channel] * _plane(pb, channel)
        away = ~support(image, components, channel=channel, beams=MASK_BEAMS) & np.isfinite(plane)
        if pb is not None:
            away &= _plane(pb, channel) > LEAST_BEAM
        squares.append(np.mean(plane[away] ** 2))
    return float(np.sqrt(np.nanmedian(squares)))


def _fitted(image: FitsImage, pb: FitsImage | None, *, components: Sequence[SkyComponent]) -> list[FittedComponent]:
    found = fit_components(_flat(image, pb), components)
    response = [_response(image, pb, component=component) for component in components]
    return [replace(one, flux_jy=one.flux_jy / seen) for one, seen in zip(found, response, strict=True)]


def _flat(image: FitsImage, pb: FitsImage | None) -> FitsImage:
    """Return the image before it was corrected for the primary beam."""
    if pb is None:
        return image
    return replace(image, data=np.stack([plane * _plane(pb, i) for i, plane in enumerate(image.data)]))


def _compare_place(image: FitsImage, source: str, *, where: str, distance_rad: float) -> Comparison:
    arcsecond = np.pi / 648e3
    return Comparison(
        quantity=f"place of {source}",
        selection=where,
        put_in=0.0,
        found=distance_rad / arcsecond,
        unit="arcsec",
        deviation=100.0 * distance_rad / image.beam(0).size_rad,
        limit=POSITION_LIMIT_PERCENT,
        deviation_unit="% of beam",
    )


def _is_mosaic(truth: MousTruth, source: str) -> bool:
    return len([facts for facts in truth.executions[0].tree["fields"] if facts["name"] == source]) > 1


def _inside(image: FitsImage, pb: FitsImage | None, *, components: Sequence[SkyComponent]) -> list[SkyComponent]:
    """Return the components that an image shows well."""
    kept = [component for component in components if _response(image, pb, component=component) > LEAST_BEAM]
    if not kept:
        raise InputError("the image shows no component of the source", where=str(image.header.get("OBJECT", "")))
    return kept


def _response(image: FitsImage, pb: FitsImage | None, *, component: SkyComponent, channel: int | None = None) -> float:
    """Return the primary beam at a component, between pixels; 0 outside of the image, 1 where there is no beam."""
    number = len(image.data) // 2 if channel is None else channel
    plane = np.where(np.isfinite(image.data[number]), 1.0, 0.0) if pb is None else np.nan_to_num(_plane(pb, number))
    x, y = image.pixel_of(component.direction_rad)
    left, low = int(np.floor(x)), int(np.floor(y))
    if not (0 <= low < plane.shape[0] - 1 and 0 <= left < plane.shape[1] - 1):
        return 0.0
    cell = plane[low : low + 2, left : left + 2]
    return float(np.array([low + 1 - y, y - low]) @ cell @ np.array([left + 1 - x, x - left]))


def _plane(pb: FitsImage, channel: int) -> FloatArray:
    return np.asarray(pb.data[min(channel, len(pb.data) - 1)])


def _mean_flux(component: SkyComponent, truth: Truth) -> float:
    """Return the flux density in the middle of all science windows, each by its bandwidth."""
    frequencies = [channel_frequencies(truth.spw(spw_id)) for spw_id in truth.science_spws]
    widths = [len(f) * truth.spw(i).channel_width_hz for f, i in zip(frequencies, truth.science_spws, strict=True)]
    return float(np.average([component.flux(f).mean() for f in frequencies], weights=widths))


def _in_frame(line: SpectralLine, cube: FitsImage, *, truth: Truth, source: str) -> SpectralLine:
    """Return a line at its frequency in the frame of a cube."""
    if cube.frame.startswith("TOPO"):
        return line
    key = next(facts["key"] for facts in truth.tree["sources"] if facts["name"] == source)
    factor = truth.tree["topo_over_lsrk"]["sources"][key]
    return replace(line, frequency_hz=line.frequency_hz / factor, width_hz=line.width_hz / factor)


def _is_covered(cube: FitsImage, line: SpectralLine) -> bool:
    edge = LINE_WIDTHS * line.width_hz
    low, high = float(cube.frequency_hz.min()), float(cube.frequency_hz.max())
    return bool(low <= line.frequency_hz - edge and line.frequency_hz + edge <= high)
