"""Spectra of the target on its short baselines."""

from __future__ import annotations

from collections import defaultdict
from functools import partial

import numpy as np

from almared.errors import InputError
from almared.heuristics.calibration.calibrators import fields_of_source
from almared.measure.averages import Array, Averages
from almared.measure.quicklook import choose_quick_target
from almared.measure.visibilities import bin_channels
from almared.physics.constants import GHZ
from almared.plots.visibility_page import draw_target_spectrum
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item

AVERAGED_CHANNELS = 5
"""Domain C.1: avgchannel; windows of few channels stay as they are."""

FINE_CHANNELS = 256


def make(context: EbContext) -> ItemProducts:
    """Make target_spectrum.png.

    Raises
    ------
    InputError
        No target was observed, or all its data are flagged.

    References
    ----------
    domain.md C.2, C.3 target_spectrum, G35.
    """
    eb = context.eb
    source = choose_quick_target(eb)
    fields = [field.id for field in fields_of_source(eb, source)]
    by_window: dict[int, list[Averages]] = defaultdict(list)
    for one in context.averages(*fields):
        if one.spectrum_weight.any():
            by_window[one.spw_id].append(one)
    if not by_window:
        raise InputError(f"all data of {eb.fields[source].name} are flagged", where=eb.name)
    spectra = [(spw_id, *_mean_amplitude(found)) for spw_id, found in sorted(by_window.items())]
    name, limit = eb.fields[source].name, max(one.limit_m for found in by_window.values() for one in found)
    baselines = f"baselines up to {limit:.0f} m" if np.isfinite(limit) else "all baselines"
    n_fields = max(len(found) for found in by_window.values())
    pointings = f", mean of {n_fields} pointings" if n_fields > 1 else ""
    figure = context.draw(
        "target_spectrum.png",
        partial(draw_target_spectrum, spectra=spectra, title=f"{name}: amplitude on {baselines}{pointings}"),
        caption=f"{name}: amplitude of the mean over time and {baselines}, over frequency{pointings}",
        alt="Steps over frequency, a panel per window. "
        + "; ".join(f"spw {spw}: {_summary(frequency, values)}" for spw, frequency, values in spectra),
    )
    return ItemProducts((figure,), numbers={"longest_baseline_m": limit} if np.isfinite(limit) else {})


def _mean_amplitude(pointings: list[Averages]) -> tuple[Array, Array]:
    """Return frequencies and amplitudes, averaged over pointings."""
    first = pointings[0]
    n_channels = AVERAGED_CHANNELS if len(first.frequency_hz) > FINE_CHANNELS else 1
    binned = [
        bin_channels(p.spectrum, p.spectrum_weight, frequency_hz=p.frequency_hz, n_channels=n_channels)
        for p in pointings
    ]
    amplitudes = np.abs(np.array([mean for _, mean in binned]))
    good = np.isfinite(amplitudes)
    count = good.sum(axis=0)
    total = np.where(good, amplitudes, 0).sum(axis=0)
    return binned[0][0], np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _summary(frequency_hz: Array, amplitude: Array) -> str:
    good = np.isfinite(amplitude).any(axis=1)
    mean = np.nanmean(amplitude[good], axis=1)
    peak = int(mean.argmax())
    return f"median {np.median(mean):.3g} Jy, highest {mean[peak]:.3g} Jy at {frequency_hz[good][peak] / GHZ:.3f} GHz"


ITEM = Item(
    key="target_spectrum",
    title="Spectrum of the target",
    look_for="Lines where they are expected; nothing where the air absorbs.",
    files=("target_spectrum.png",),
    make=make,
    part=2,
    place=170,
)
