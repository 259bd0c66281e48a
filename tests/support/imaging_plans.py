"""Small calibrated MSs and the plans of their images, made up for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from almared.heuristics.imaging.spectral import Band, LineWish
from almared.model import Antenna, Choice, Field, SpectralWindow
from almared.model.targets import CalibratedMs, Target
from almared.model.uv_points import UvPoints
from almared.plan import Call, Plan, Step
from almared.recipes.imaging.choices import Chooser, ImageChoices
from almared.recipes.imaging.choose import ImagingPlan, plan_imaging
from almared.recipes.imaging.continuum import LineFree
from almared.recipes.imaging.facts import ImageWishes, Machine, Overrides, SpwGroup, TargetFacts, pointings_of
from almared.recipes.imaging.prepare import CalibratedInput

INPUT = CalibratedInput("../Combination/calibrated/calibrated.ms", "corrected", (3, 4), (0, 1), True, "a reason", 1e8)


def window(number: int, *, first_hz: float = 100e9, n_channels: int = 128, step_hz: float = 15.625e6) -> SpectralWindow:
    return SpectralWindow(
        id=number, name=f"ALMA_RB_03#BB_{number + 1}#SW-01#FULL_RES", baseband=1, sideband="USB", n_channels=n_channels,
        first_channel_hz=first_hz, channel_step_hz=step_hz, channel_width_hz=step_hz, effective_bandwidth_hz=step_hz,
        resolution_hz=step_hz, ref_frequency_hz=first_hz,
    )  # fmt: skip


TWO = (window(0), window(1, first_hz=230e9, n_channels=960, step_hz=0.4883e6))


def calibrated(*windows: SpectralWindow, n_fields: int = 1, dish_m: float = 12.0) -> CalibratedMs:
    fields = tuple(Field(n, "M100", "none", 0, (1.0 + n * 1e-4, 0.2)) for n in range(n_fields))
    place = (2225060.0, -5440059.0, -2481681.0)
    antenna = Antenna(
        id=0, name="DA41", pad="A001", pad_position_m=place, offset_m=(0, 0, 0), diameter_m=dish_m, position_m=place
    )
    rows = {(field.id, w.id): 100 for field in fields for w in windows}
    return CalibratedMs(Path("x.ms"), fields, ("ICRS",) * n_fields, windows, (antenna,), rows, ("DATA",), {}, True, 10)


def moving() -> CalibratedMs:
    """Two execution blocks of Titan after concat: two places in the sky, the second with the id of a calibrator."""
    places = (Field(0, "Titan", "none", 4, (5.885, -0.2), True), Field(1, "Titan", "none", 0, (5.883, -0.201), True))
    return replace(calibrated(window(0), n_fields=2), fields=places)


def points(ms: CalibratedMs, ids: tuple[int, ...], *, n_antennas: int = 0) -> UvPoints:
    """Points all over the uv plane, or those of a short look of a few antennas, whose beam has high sidelobes."""
    rng = np.random.default_rng(len(ids))
    u, v = rng.normal(0, 3e4, (2, 5000))
    if n_antennas:
        x, y = rng.normal(0, 3e4, (2, n_antennas))
        one, two = np.triu_indices(n_antennas, 1)
        u, v = np.repeat(x[one] - x[two], 50), np.repeat(y[one] - y[two], 50)
    channels = {n: np.full(ms.windows[n].n_channels, 1e5) for n in ids}
    return UvPoints(u, v, np.ones(len(u)) * 1e3, np.hypot(u, v) * 0.003, channels)


def facts(ms: CalibratedMs, *, n_antennas: int = 0) -> TargetFacts:
    groups = tuple(
        SpwGroup(f"spw{w.id}", (w.id,), Band(*w.range_hz, w.channel_width_hz, w.n_channels), w.mean_frequency_hz)
        for w in ms.windows
    )
    target = Target("M 100", tuple(field.id for field in ms.fields), "")
    found = {g.spw_ids: points(ms, g.spw_ids, n_antennas=n_antennas) for g in groups}
    return TargetFacts(target, pointings_of(ms, target), groups, found)


def images(
    ms: CalibratedMs,
    *,
    wishes: ImageWishes | None = None,
    overrides: Overrides | None = None,
    workers: int = 1,
    n_antennas: int = 0,
) -> tuple[ImageChoices, ...]:
    chooser = Chooser(ms, wishes or ImageWishes(), overrides or Overrides(), Machine(workers, 2e10))
    return chooser.with_chunks(chooser.images_of(facts(ms, n_antennas=n_antennas)))


def plan(ms: CalibratedMs, *, is_averaged: bool = True, keeps_continuum: bool = False, **changes: object) -> Plan:
    made = images(ms, **changes)  # type: ignore[arg-type]
    free = tuple(LineFree((0,), w.id, ((3, 40), (60, w.n_channels - 4)), w.n_channels) for w in ms.windows)
    if not is_averaged:
        free = tuple(LineFree((0,), w.id, ((0, w.n_channels - 1),), w.n_channels) for w in ms.windows)
    averaging = {w.id: Choice(8 if is_averaged else 1, "a reason") for w in ms.windows}
    made = tuple(replace(image, is_line_only=image.kind == "cube" and not keeps_continuum) for image in made)
    return plan_imaging(ImagingPlan("uid://A001/X1/X9", (INPUT,), made, free, averaging))


WIDE = (window(0, first_hz=86e9), window(1, first_hz=114e9))
LINE = ImageWishes(lines=(LineWish("CO", 230.2e9, None, (-50e3, 50e3)),))


def case(name: str) -> Plan:
    """Return the plan of one of `CASES`."""
    ms, given = CASES[name]
    return plan(ms, **given)


CASES: dict[str, tuple[CalibratedMs, dict[str, Any]]] = {
    "plain": (calibrated(*TWO), {}),
    "mosaic": (calibrated(*TWO, n_fields=3), {}),
    "chunks": (calibrated(*TWO), {"wishes": LINE, "workers": 3}),
    "mosaic_chunks": (calibrated(*TWO, n_fields=3), {"wishes": LINE, "workers": 3}),
    "moving": (moving(), {}),
    "moving_chunks": (moving(), {"overrides": Overrides(chunks=3)}),
    "high_sidelobes": (calibrated(*TWO), {"n_antennas": 4}),
    "high_sidelobes_cut": (calibrated(*TWO), {"n_antennas": 4, "overrides": Overrides(imsize=(64, 64))}),
    "high_sidelobes_masks": (
        calibrated(*TWO),
        {"n_antennas": 4, "overrides": Overrides(masks={"M_100_spw0": "my.mask"})},
    ),
    "high_sidelobes_chunks": (calibrated(*TWO, n_fields=3), {"n_antennas": 4, "wishes": LINE, "workers": 3}),
    "cut": (calibrated(*TWO), {"overrides": Overrides(imsize=(64, 64))}),
    "moderate_sidelobes": (calibrated(*TWO), {"n_antennas": 16}),
    "wide_band": (calibrated(*WIDE), {}),
    "wide_band_dirty": (calibrated(*WIDE), {"overrides": Overrides(niter=0)}),
    "unaveraged": (calibrated(*TWO), {"is_averaged": False}),
    "kept_continuum": (calibrated(*TWO), {"keeps_continuum": True}),
    "mask_chunks": (calibrated(*TWO), {"overrides": Overrides(masks={"M_100_spw0": "masks/a.mask"}, chunks=2)}),
    "wide_band_sidelobes": (calibrated(*WIDE, n_fields=3), {"n_antennas": 4}),
    "seven_metre": (calibrated(*TWO, dish_m=7.0), {}),
    "seven_metre_few": (calibrated(*TWO, n_fields=2, dish_m=7.0), {"n_antennas": 4}),
    "dirty": (calibrated(*TWO), {"overrides": Overrides(niter=0)}),
    "dirty_chunks": (calibrated(*TWO), {"overrides": Overrides(niter=0, chunks=3), "n_antennas": 4}),
    "by_hand": (
        calibrated(*TWO),
        {"overrides": Overrides(weighting="natural", taper_arcsec=0.5, gridder="mosaic", cell_arcsec=0.2)},
    ),
    "masks": (calibrated(*TWO), {"overrides": Overrides(masks={"M_100_cont_B3": "masks/a.mask"}, chunks=2)}),
}


def cleans(name: str) -> dict[str, Call]:
    """Return the calls of tclean in the plan of a case, by the name of their image or chunk."""
    calls = [a for step in case(name).steps for a in step.actions if isinstance(a, Call) and a.task == "tclean"]
    return {str(call.get("imagename")): call for call in calls}


def step_of(name: str, image: str) -> Step:
    """Return the step of a case that makes an image, or a chunk of one."""
    return next(step for step in case(name).steps if f"{image}.clean.json" in step.makes)
