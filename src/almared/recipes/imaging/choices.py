"""Every choice of one image: where, how fine, which weighting, how deep."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.heuristics.imaging.chunks import CubeSize, choose_chunks
from almared.heuristics.imaging.clean import (
    SAFETY_ITERATIONS,
    Automask,
    choose_automask,
    choose_deconvolver,
    choose_robust,
    choose_threshold,
)
from almared.heuristics.imaging.geometry import (
    choose_aperture,
    choose_cell,
    choose_gridder,
    choose_imsize,
    choose_phase_centre,
    mosaic_noise_factor,
)
from almared.heuristics.imaging.psf import PredictedPsf
from almared.heuristics.imaging.spectral import CubeAxis, LineWish, choose_cube_axis, wishes_in
from almared.heuristics.thresholds.imaging import IMAGE_FAR_SIDELOBE, IMAGE_LEAST_CHANNELS, IMAGE_PB_LEVEL
from almared.model import Choice
from almared.model.targets import CalibratedMs
from almared.model.uv_points import UvPoints
from almared.names import safe_file_name
from almared.physics.bands import nearest_band
from almared.physics.beams import gaussian_width, primary_beam_arcsec
from almared.plan import NamedChoice
from almared.recipes.imaging.facts import (
    ImageWishes,
    Machine,
    Overrides,
    SpwGroup,
    TargetFacts,
    predicted,
    round_threshold,
)

BY_HAND = "set by hand"
WHOLE: Choice[tuple[int, ...]] = Choice((1,), "one plane")


@dataclass(frozen=True, slots=True)
class ImageChoices:
    """One image with all its choices.

    Parameters
    ----------
    name : str
        Base of the names of its files.
    source : str
        Name of the source.
    kind : str
        ``cont`` or ``cube``.
    field_ids, spw_ids : tuple of int
        Which data.
    frequency_hz : float, Hz
        Their middle.
    cell_arcsec, imsize, phase_centre, gridder, robust, deconvolver, threshold_jy, automask : Choice
        The choices.
    psf : PredictedPsf
        The beam that is expected.
    expected_rms_jy : float, Jy
        The noise that is expected, of a channel in a cube.
    weighting, taper_arcsec, niter, mask
        What a person set.
    axis : Choice of CubeAxis, optional
        Channels of a cube.
    chunks : Choice of tuple of int
        Channels of each chunk.
    is_line_only : bool
        Whether the continuum is subtracted first.
    middle_channel : int
        A channel of the data from the middle of its windows.
    width_hz : float, Hz
        Width of a channel of the data.
    noise_scale : float
        Ratio of the noise to that predicted by all weights: scatter of the visibilities over weights, noise
        that channels share, overlap of a mosaic.
    beam_reaches : bool
        Whether the image is so large that the beam is known across its field, where sidelobes are high.
    aperture_m : Choice of float, m, optional
        Evenly lit aperture whose primary beam is given to tclean, where its own is not right.
    """

    name: str
    source: str
    kind: str
    field_ids: tuple[int, ...]
    spw_ids: tuple[int, ...]
    frequency_hz: float
    cell_arcsec: Choice[float]
    imsize: Choice[tuple[int, int]]
    phase_centre: Choice[str]
    gridder: Choice[str]
    robust: Choice[float]
    deconvolver: Choice[str]
    threshold_jy: Choice[float]
    automask: Choice[Automask]
    psf: PredictedPsf
    expected_rms_jy: float
    weighting: str = "briggs"
    taper_arcsec: float | None = None
    niter: int = SAFETY_ITERATIONS
    mask: str = ""
    axis: Choice[CubeAxis] | None = None
    chunks: Choice[tuple[int, ...]] = WHOLE
    is_line_only: bool = False
    middle_channel: int = 0
    width_hz: float = 0.0
    noise_scale: float = 1.0
    beam_reaches: bool = True
    aperture_m: Choice[float] | None = None

    @property
    def has_high_sidelobes(self) -> bool:
        """Whether sources one sidelobe apart must be cleaned with care."""
        return self.psf.sidelobe > IMAGE_FAR_SIDELOBE.value

    @property
    def size(self) -> CubeSize:
        """How large it is."""
        return CubeSize(
            self.imsize.value[0] * self.imsize.value[1],
            self.axis.value.n_channels if self.axis else 1,
            self.gridder.value,
        )

    def named_choices(self) -> tuple[NamedChoice, ...]:
        """Return its choices under names with the image."""
        robust = f" robust {self.robust.value:g}" if self.weighting.startswith("briggs") else ""
        mask: Choice[Any] = Choice(self.mask, BY_HAND) if self.mask else self.automask
        listed: list[tuple[str, Choice[Any] | None]] = [
            ("cell", _shown(self.cell_arcsec, f"{self.cell_arcsec.value:g} arcsec")),
            ("size", _shown(self.imsize, "{} x {}".format(*self.imsize.value))),
            ("phase centre", self.phase_centre),
            ("gridder", self.gridder),
            ("primary beam", self.aperture_m and _shown(self.aperture_m, f"aperture of {self.aperture_m.value:g} m")),
            ("weighting", _shown(self.robust, f"{self.weighting}{robust}")),
            ("deconvolver", self.deconvolver),
            ("threshold", _shown(self.threshold_jy, round_threshold(self.threshold_jy.value))),
            ("mask", mask),
            ("channels", self.axis),
            ("chunks", _shown(self.chunks, _parts_text(self.chunks.value)) if self.kind == "cube" else None),
        ]
        return tuple(NamedChoice(f"{self.name}: {word}", choice) for word, choice in listed if choice is not None)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Makes the choices of all images of an MS.

    Parameters
    ----------
    ms : CalibratedMs
        The data.
    wishes : ImageWishes
        What is to be made.
    overrides : Overrides
        What a person set.
    machine : Machine
        What the images may take.
    """

    ms: CalibratedMs
    wishes: ImageWishes
    overrides: Overrides
    machine: Machine

    def images_of(self, facts: TargetFacts) -> tuple[ImageChoices, ...]:
        """Return the images of a source: continuum of each band, then cubes."""
        found: list[ImageChoices] = []
        if self.wishes.has_continuum:
            found += self._continua(facts)
        if self.wishes.has_cubes:
            found += self._cubes(facts)
        return tuple(found)

    def with_chunks(self, images: tuple[ImageChoices, ...]) -> tuple[ImageChoices, ...]:
        """Return the images with their cubes cut as memory and workers ask for."""
        n_cubes = sum(image.kind == "cube" for image in images)

        def cut(image: ImageChoices) -> ImageChoices:
            if image.kind != "cube":
                return image
            choice = choose_chunks(
                image.size,
                workers=self.machine.workers,
                n_cubes=n_cubes,
                memory_bytes=self.machine.memory_bytes,
                asked=self.overrides.chunks,
            )
            return replace(image, chunks=choice)

        return tuple(cut(image) for image in images)

    def _continua(self, facts: TargetFacts) -> Iterator[ImageChoices]:
        bands: dict[int, list[SpwGroup]] = {}
        for group in facts.groups:
            bands.setdefault(nearest_band(group.rest_hz), []).append(group)
        for band, groups in bands.items():
            spws = tuple(sorted(spw for group in groups for spw in group.spw_ids))
            suffix = f"_B{band}" if len(bands) > 1 else ""
            yield self._image(facts, spws, name=f"{safe_file_name(facts.target.name)}_cont{suffix}", axis=None)

    def _cubes(self, facts: TargetFacts) -> Iterator[ImageChoices]:
        source = safe_file_name(facts.target.name)
        for group in facts.groups:
            if group.band.n_channels < IMAGE_LEAST_CHANNELS.value:
                continue
            wishes: tuple[LineWish | None, ...] = wishes_in(self.wishes.lines, group.band)
            for wish in wishes or ((None,) if not self.wishes.lines else ()):
                axis = choose_cube_axis(group.band, group.rest_hz, wish=wish)
                label = safe_file_name(wish.name) if wish else group.name
                yield self._image(facts, group.spw_ids, name=f"{source}_{label}", axis=axis)

    def _image(
        self, facts: TargetFacts, spws: tuple[int, ...], *, name: str, axis: Choice[CubeAxis] | None
    ) -> ImageChoices:
        points, over = facts.points_of(spws), self.overrides
        low, high = self._span(spws)
        cell = _over(over.cell_arcsec, choose_cell(points.lengths))
        size = partial(choose_imsize, facts.pointings, cell_arcsec=cell.value, frequency_hz=low)
        imsize = _over(over.imsize, size())
        robust, psf = self._weighting(points, cell=cell.value, pixels=max(imsize.value))
        wide = size(sidelobe=psf.sidelobe)
        if over.imsize is None and wide.value != imsize.value:
            imsize = wide
            robust, psf = self._weighting(points, cell=cell.value, pixels=max(imsize.value))
        mosaic = mosaic_noise_factor(facts.pointings, frequency_hz=(low + high) / 2)
        scale = facts.noise_scale(spws, channels=self._channels_in(axis, spws)) * mosaic
        rms = self._rms(points, psf, axis=axis) * scale
        deconvolver = choose_deconvolver(low, high)
        if axis is not None:
            deconvolver = Choice("hogbom", "channels are cleaned one by one", rule="domain D.4")
        gridder = _over(over.gridder or None, choose_gridder(facts.pointings))
        automask = choose_automask(
            facts.pointings.dishes_m,
            baseline_75_m=float(np.percentile(points.length_m, 75)),
            psf=psf,
            is_cube=axis is not None,
        )
        return ImageChoices(
            name=name,
            source=facts.target.name,
            kind="cont" if axis is None else "cube",
            field_ids=facts.target.field_ids,
            spw_ids=spws,
            frequency_hz=(low + high) / 2,
            cell_arcsec=cell,
            imsize=imsize,
            phase_centre=_over(over.phase_centre or None, choose_phase_centre(facts.pointings)),
            gridder=gridder,
            aperture_m=choose_aperture(facts.pointings, gridder=gridder.value),
            robust=robust,
            deconvolver=deconvolver,
            threshold_jy=_over(over.threshold_jy, choose_threshold(rms, scale=facts.weights_scale)),
            automask=automask,
            psf=psf,
            expected_rms_jy=rms,
            weighting=over.weighting or "briggs",
            taper_arcsec=over.taper_arcsec,
            niter=SAFETY_ITERATIONS if over.niter is None else over.niter,
            mask=over.masks.get(name, ""),
            axis=axis,
            middle_channel=_middle(points.channel_weight[spws[0]]),
            width_hz=self.ms.windows[spws[0]].channel_width_hz,
            noise_scale=scale,
            beam_reaches=all(a >= b for a, b in zip(imsize.value, wide.value, strict=True)),
        )

    def _weighting(self, points: UvPoints, *, cell: float, pixels: int) -> tuple[Choice[float], PredictedPsf]:
        def predict(robust: float) -> PredictedPsf:
            return predicted(points, robust=robust, cell_arcsec=cell, pixels=pixels)

        if self.overrides.robust is not None:
            return Choice(self.overrides.robust, BY_HAND), predict(self.overrides.robust)
        choice = choose_robust(predict, beam_arcsec=self.wishes.beam_arcsec)
        return choice, predict(choice.value)

    def _rms(self, points: UvPoints, psf: PredictedPsf, *, axis: Choice[CubeAxis] | None) -> float:
        """Return the noise of the image, or of a channel of the cube, if the weights are right (Jy)."""
        rms = points.natural_rms_jy * psf.noise_factor
        if axis is None:
            return rms
        width = {spw: self.ms.windows[spw].channel_width_hz for spw in points.channel_weight}
        per_channel = sum(float(np.median(w[w > 0])) * axis.value.width_hz / width[spw]
                          for spw, w in points.channel_weight.items() if (w > 0).any())  # fmt: skip
        return float(psf.noise_factor / np.sqrt(per_channel)) if per_channel > 0 else math.inf

    def _channels_in(self, axis: Choice[CubeAxis] | None, spws: tuple[int, ...]) -> float | None:
        """Return the width of a channel of the cube in channels of the data, None for a continuum image."""
        return axis.value.width_hz / self.ms.windows[spws[0]].channel_width_hz if axis else None

    def _span(self, spws: tuple[int, ...]) -> tuple[float, float]:
        ranges = [self.ms.windows[spw].range_hz for spw in spws]
        return min(low for low, _ in ranges), max(high for _, high in ranges)


def image_radius_arcsec(image: ImageChoices, dish_m: float) -> float:
    """Return how far from a phase centre sources are expected: the 0.2 level of the primary beam (arcsec)."""
    return gaussian_width(primary_beam_arcsec(image.frequency_hz, dish_m), level=IMAGE_PB_LEVEL.value) / 2


def _over(value: Any, choice: Choice[Any]) -> Choice[Any]:
    return choice if value is None else Choice(value, BY_HAND, choice.evidence)


def _middle(weight: NDArray[np.float64]) -> int:
    """Return the channel with data that is next to the middle."""
    left = np.flatnonzero(weight > 0)
    return int(left[np.argmin(np.abs(left - len(weight) / 2))]) if len(left) else len(weight) // 2


def _shown(choice: Choice[Any], value: str) -> Choice[Any]:
    """Return a choice with its value as people write it."""
    return Choice(value, choice.reason, choice.evidence, choice.rule, choice.warning)


def _parts_text(counts: tuple[int, ...]) -> str:
    return "whole" if len(counts) == 1 else f"{len(counts)} of {min(counts)} to {max(counts)} channels"
