"""Spectral windows of an execution block: WVR, then pointing, Tsys and science, each with its channel average."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from almared.model import SpectralWindow
from almared.physics.correlator import HANNING_EFFECTIVE, HANNING_RESOLUTION
from almared.simulate.scenario.models import Baseband, Scenario, SpectralPart

WVR_FIRST_HZ, WVR_STEP_HZ, WVR_WIDTH_HZ = 184.55e9, 2.0e9, 1.5e9
WVR_CHANNELS = 4


@dataclass(frozen=True, slots=True)
class Setups:
    """All windows and their groups.

    Parameters
    ----------
    spws : tuple of SpectralWindow
        In order of id.
    pointing, tsys, science : tuple of int
        Ids of the full-resolution windows.
    average_of : dict of int to int
        Full-resolution window -> its channel average.
    """

    spws: tuple[SpectralWindow, ...]
    pointing: tuple[int, ...]
    tsys: tuple[int, ...]
    science: tuple[int, ...]
    average_of: dict[int, int]

    def averages(self, spw_ids: Sequence[int]) -> tuple[int, ...]:
        """Return the channel-average windows that belong to full-resolution windows."""
        return tuple(self.average_of[i] for i in spw_ids if i in self.average_of)


def channel_frequencies(spw: SpectralWindow) -> NDArray[np.float64]:
    """Return the channel centres (Hz), shape (frequency,)."""
    return np.asarray(spw.first_channel_hz + spw.channel_step_hz * np.arange(spw.n_channels), dtype=np.float64)


def averaged_channels(n_channels: int) -> tuple[int, int]:
    """Return first and last-plus-one channel that the correlator averages; TDM leaves its edges out."""
    trim = n_channels // 32 if n_channels <= 256 else 0
    return trim, n_channels - trim


def make_windows(scenario: Scenario) -> Setups:
    """Return the windows of a scenario in the order of a real execution block."""
    spectral = scenario.spectral
    windows = [_radiometer_window()]
    groups: list[tuple[int, ...]] = []
    for basebands in (_pointing(spectral), _tsys(spectral), spectral.baseband):
        group = []
        for number, baseband in enumerate(basebands, start=1):
            group.append(len(windows))
            windows += list(_pair(spectral, baseband, number=number, first_id=len(windows)))
        groups.append(tuple(group))
    averages = {w.id - 1: w.id for w in windows if w.is_channel_average}
    return Setups(tuple(windows), groups[0], groups[1], groups[2], averages)


def _pointing(spectral: SpectralPart) -> tuple[Baseband, ...]:
    centres = spectral.pointing_centres or tuple(b.centre for b in spectral.baseband)
    return tuple(
        Baseband.model_construct(
            centre=centre, sideband=base.sideband, mode="TDM", channels=spectral.tsys_channels, bandwidth=2e9,
            correlations=base.correlations,
        )
        for centre, base in zip(centres, spectral.baseband, strict=False)
    )  # fmt: skip


def _tsys(spectral: SpectralPart) -> tuple[Baseband, ...]:
    changes = {"mode": "TDM", "channels": spectral.tsys_channels, "bandwidth": spectral.tsys_bandwidth}
    return tuple(base.model_copy(update=changes) for base in spectral.baseband)


def _pair(spectral: SpectralPart, baseband: Baseband, *, number: int, first_id: int) -> Iterator[SpectralWindow]:
    full = _full_resolution(spectral, baseband, number=number, spw_id=first_id)
    yield full
    if spectral.channel_average:
        yield _channel_average(full, first_id + 1)


def _full_resolution(spectral: SpectralPart, baseband: Baseband, *, number: int, spw_id: int) -> SpectralWindow:
    width = baseband.bandwidth / baseband.channels
    step = -width if baseband.sideband == "LSB" else width
    first = baseband.centre - 0.5 * (baseband.channels - 1) * step
    is_smooth = spectral.smoothing == "hanning"
    return SpectralWindow(
        id=spw_id,
        name=f"ALMA_RB_{spectral.band:02d}#BB_{number}#SW-01#FULL_RES",
        baseband=number,
        sideband=baseband.sideband,
        n_channels=baseband.channels,
        first_channel_hz=first,
        channel_step_hz=step,
        channel_width_hz=width,
        effective_bandwidth_hz=width * (HANNING_EFFECTIVE if is_smooth else 1.0),
        resolution_hz=width * (HANNING_RESOLUTION if is_smooth else 1.0),
        ref_frequency_hz=first,
        correlations=tuple(baseband.correlations),
        window_function="HANNING" if is_smooth else "UNIFORM",
    )


def _channel_average(full: SpectralWindow, spw_id: int) -> SpectralWindow:
    first, end = averaged_channels(full.n_channels)
    centre = full.first_channel_hz + 0.5 * (first + end - 1) * full.channel_step_hz
    width = (end - first) * full.channel_width_hz
    return replace(
        full,
        id=spw_id,
        name=full.name.replace("FULL_RES", "CH_AVG"),
        n_channels=1,
        first_channel_hz=centre,
        channel_step_hz=width,
        channel_width_hz=width,
        effective_bandwidth_hz=width,
        resolution_hz=width,
        ref_frequency_hz=centre,
        window_function="UNIFORM",
    )


def _radiometer_window() -> SpectralWindow:
    return SpectralWindow(
        id=0,
        name="WVR#NOMINAL",
        baseband=0,
        sideband="NOSB",
        n_channels=WVR_CHANNELS,
        first_channel_hz=WVR_FIRST_HZ,
        channel_step_hz=WVR_STEP_HZ,
        channel_width_hz=WVR_WIDTH_HZ,
        effective_bandwidth_hz=WVR_WIDTH_HZ,
        resolution_hz=WVR_WIDTH_HZ,
        ref_frequency_hz=WVR_FIRST_HZ,
        correlations=("XX",),
        processor="RADIOMETER",
        window_function="UNIFORM",
    )
