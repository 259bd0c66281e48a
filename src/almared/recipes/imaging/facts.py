"""What the choices of an image rest on: the facts of its data, and what people asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.imaging.geometry import Pointings
from almared.heuristics.imaging.noise import INDEPENDENT, channel_excess, continuum_excess
from almared.heuristics.imaging.psf import PredictedPsf, WeightedPoints, predict_psf
from almared.heuristics.imaging.spectral import Band, LineWish
from almared.model.noise import WindowScatter
from almared.model.targets import CalibratedMs, Target
from almared.model.uv_points import UvPoints


@dataclass(frozen=True, slots=True)
class SpwGroup:
    """Windows of one rest frequency, one of each execution block.

    Parameters
    ----------
    name : str
        Such as ``spw0``; the first window's id.
    spw_ids : tuple of int
        Its windows.
    band : Band
        What they cover in common.
    rest_hz : float, Hz
        Rest frequency, or the middle where none is known.
    """

    name: str
    spw_ids: tuple[int, ...]
    band: Band
    rest_hz: float


@dataclass(frozen=True, slots=True)
class TargetFacts:
    """A source and its data.

    Parameters
    ----------
    target : Target
        The source.
    pointings : Pointings
        Where the dishes looked.
    groups : tuple of SpwGroup
        Its windows.
    points : mapping of tuple of int to UvPoints
        Uv points of the windows of each group, by their ids.
    scatter : mapping of int to WindowScatter
        Per window, the noise of the visibilities over that predicted by their weights, and its channel correlation.
    factors : mapping of int to (float, float)
        Per window, the smallest and largest frequency in LSRK over that of the window.
    """

    target: Target
    pointings: Pointings
    groups: tuple[SpwGroup, ...]
    points: Mapping[tuple[int, ...], UvPoints]
    scatter: Mapping[int, WindowScatter] = field(default_factory=dict)
    factors: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def weights_scale(self) -> float:
        """Noise of the visibilities over that predicted by their weights; 1 when there are too few to know."""
        ratios = [each.ratio for each in self.scatter.values() if each.ratio > 0]
        return float(np.median(ratios)) if ratios else 1.0

    def noise_scale(self, spw_ids: tuple[int, ...], *, channels: float | None = None) -> float:
        """Return the noise over that predicted by the weights for independent channels.

        Parameters
        ----------
        spw_ids : tuple of int
            The windows that are imaged.
        channels : float, optional
            Width of a channel of the cube over that of the data; a continuum image without.
        """
        shared = [self.scatter[spw].neighbours for spw in spw_ids if spw in self.scatter] or [INDEPENDENT]
        excess = [
            continuum_excess(each) if channels is None else channel_excess(each, channels=channels) for each in shared
        ]
        return self.weights_scale * float(np.sqrt(np.mean(excess)))

    def points_of(self, spw_ids: tuple[int, ...]) -> UvPoints:
        """Return the uv points of windows of one or several groups."""
        parts = [p for ids, p in self.points.items() if set(ids) <= set(spw_ids)]
        channels = {spw: weight for part in parts for spw, weight in part.channel_weight.items()}

        def joined(name: str) -> NDArray[np.float64]:
            return np.concatenate([getattr(part, name) for part in parts])

        return UvPoints(joined("u"), joined("v"), joined("weight"), joined("length_m"), channels)


@dataclass(frozen=True, slots=True)
class Overrides:
    """What a person set in place of a choice.

    Parameters
    ----------
    cell_arcsec : float, arcsec, optional
        Size of a pixel.
    imsize : tuple of int, optional
        Pixels.
    robust : float, optional
        Of Briggs' weighting.
    gridder, phase_centre, weighting : str
        CASA's own words, empty for our choice.
    taper_arcsec : float, arcsec, optional
        Width of a Gaussian taper on the sky.
    threshold_jy : float, Jy, optional
        Where cleaning stops.
    niter : int, optional
        Most iterations.
    masks : mapping of str to str
        Name of an image -> its mask.
    chunks : int, optional
        Pieces of each cube.
    """

    cell_arcsec: float | None = None
    imsize: tuple[int, int] | None = None
    robust: float | None = None
    gridder: str = ""
    phase_centre: str = ""
    weighting: str = ""
    taper_arcsec: float | None = None
    threshold_jy: float | None = None
    niter: int | None = None
    masks: Mapping[str, str] = field(default_factory=dict)
    chunks: int | None = None


@dataclass(frozen=True, slots=True)
class ImageWishes:
    """What is to be made.

    Parameters
    ----------
    beam_arcsec : tuple of float, arcsec, optional
        Smallest and largest beam asked for.
    rms_jy : float, Jy, optional
        Noise asked for.
    rms_bandwidth_hz : float, Hz, optional
        Over which bandwidth; without it that of the continuum.
    lines : tuple of LineWish
        Lines; without any there is a cube of each window.
    has_continuum, has_cubes : bool
        What is made.
    pb_name : str
        ``flux`` or ``pb``: how FITS files of the primary beam are named.
    """

    beam_arcsec: tuple[float, float] | None = None
    rms_jy: float | None = None
    rms_bandwidth_hz: float | None = None
    lines: tuple[LineWish, ...] = ()
    has_continuum: bool = True
    has_cubes: bool = True
    pb_name: str = "flux"


@dataclass(frozen=True, slots=True)
class Machine:
    """What the images may take.

    Parameters
    ----------
    workers : int
        Processes side by side.
    memory_bytes : float, bytes
        Memory that is free.
    """

    workers: int = 1
    memory_bytes: float = 8e9


def pointings_of(ms: CalibratedMs, target: Target) -> Pointings:
    """Return where the dishes looked for a source; pointings that are in the MS twice count once.

    The fields of a source that moves are its places at the beginning of each execution: one pointing, which follows it.
    """
    is_moving = any(ms.fields[n].is_ephemeris for n in target.field_ids)
    if is_moving:
        target = replace(target, field_ids=target.field_ids[:1])
    directions = {tuple(round(x, 9) for x in ms.fields[n].direction_rad): n for n in reversed(target.field_ids)}
    ids = sorted(directions.values())
    return Pointings(
        directions_rad=tuple(ms.fields[n].direction_rad for n in ids),
        field_ids=tuple(ids),
        frame=ms.field_frames[ids[0]],
        dishes_m=tuple(sorted({a.diameter_m for a in ms.antennas})),
        is_moving=is_moving,
    )


def predicted(points: UvPoints, *, robust: float, cell_arcsec: float, pixels: int) -> PredictedPsf:
    """Return the beam that a weighting will give for these points."""
    weighted = WeightedPoints(points.u, points.v, points.weight)
    return predict_psf(weighted, robust=robust, cell_arcsec=cell_arcsec, pixels=pixels)


def common_band(
    ms: CalibratedMs, spw_ids: tuple[int, ...], *, points: UvPoints, factors: Mapping[int, tuple[float, float]]
) -> Band:
    """Return what windows cover in common in LSRK, channels without data at their ends left out.

    Parameters
    ----------
    ms : CalibratedMs
        The data.
    spw_ids : tuple of int
        The windows.
    points : UvPoints
        What is left in each channel.
    factors : mapping of int to tuple of float
        Smallest and largest frequency in LSRK over that of the window.
    """
    lows, highs, widths = [], [], []
    for spw in spw_ids:
        window = ms.windows[spw]
        left = np.nonzero(points.channel_weight.get(spw, np.ones(window.n_channels)) > 0)[0]
        first, last = (int(left[0]), int(left[-1])) if len(left) else (0, window.n_channels - 1)
        centres = sorted(window.first_channel_hz + n * window.channel_step_hz for n in (first, last))
        low, high = factors[spw]
        lows.append((centres[0] - window.channel_width_hz / 2) * high)
        highs.append((centres[1] + window.channel_width_hz / 2) * low)
        widths.append(window.channel_width_hz * high)
    return Band(max(lows), min(highs), max(widths), ms.windows[spw_ids[0]].n_channels)


def round_threshold(value_jy: float) -> str:
    """Return a flux density as CASA reads it, to three figures."""
    return f"{float(f'{value_jy * 1e3:.3g}'):g}mJy" if value_jy > 0 and math.isfinite(value_jy) else "0.0mJy"
