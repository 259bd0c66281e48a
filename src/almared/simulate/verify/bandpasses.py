"""Compares the solved bandpass with the true one, channel by channel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.formats.caltable import CalTable, read_caltable
from almared.simulate.observe.truth import Truth
from almared.simulate.verify.comparison import Comparison

NOISE_RATIO_LIMIT = 2.0
"""Largest ratio of the deviation to the expected noise (the first capability's aim)."""

EDGE_FRACTION = 0.0625
"""Channels at each edge that are not compared (domain A.8 step 10)."""

Complex = NDArray[np.complex128]


def compare_bandpass(table: Path, truth: Truth, *, limit: float = NOISE_RATIO_LIMIT) -> Iterator[Comparison]:
    """Yield, per window, the rms deviation of solved and true bandpass over the expected noise.

    Parameters
    ----------
    table : Path
        Caltable at channel resolution.
    truth : Truth
        What was put in.
    limit : float
        Largest allowed ratio to the noise.

    Notes
    -----
    Both are normalised as ``solnorm`` does (rms amplitude one, mean phase zero) and referred to the reference antenna.
    The expected noise of a solution is its gain over its signal-to-noise ratio, as the solver recorded it.
    """
    solved = read_caltable(table)
    for spw_id in solved.spw_ids:
        window = solved.of_spw(spw_id)
        ratio = _deviation_over_noise(window, truth, spw_id=spw_id)
        yield Comparison(
            quantity="bandpass minus true one over noise",
            selection=f"spw {spw_id}",
            put_in=0.0,
            found=ratio,
            unit="sigma",
            deviation=ratio,
            limit=limit,
            deviation_unit="sigma",
        )


def _deviation_over_noise(window: CalTable, truth: Truth, *, spw_id: int) -> float:
    good = ~window.flag
    n_channels = window.param.shape[1]
    edge = int(np.ceil(EDGE_FRACTION * n_channels))
    inner = np.zeros(n_channels, dtype=bool)
    inner[edge : n_channels - edge] = True
    good = good & inner[None, :, None]
    true = np.array([truth.bandpass(truth.antenna_names[int(a)], spw_id) for a in window.antenna1])
    reference = int(window.antenna2[0])
    found = normalised(np.asarray(window.param, dtype=complex), good)
    wanted = normalised(_referred(true, window.antenna1.tolist().index(reference)), good)
    found = _referred(found, window.antenna1.tolist().index(reference))
    found, wanted = normalised(found, good), normalised(wanted, good)
    noise = np.abs(found) / np.maximum(window.snr, 1e-9)
    # Both parts of the complex solution carry the noise of one.
    ratio = np.abs(found - wanted)[good] / (np.sqrt(2) * noise[good])
    return float(np.sqrt(np.median(ratio**2) / np.log(2)))


def normalised(gains: Complex, good: NDArray[np.bool_]) -> Complex:
    """Return gains, shape (row, frequency, polarization), with rms amplitude one and mean phase zero over the good."""
    count = np.maximum(good.sum(axis=1, keepdims=True), 1)
    rms = np.sqrt(np.sum(np.where(good, np.abs(gains) ** 2, 0), axis=1, keepdims=True) / count)
    mean = np.sum(np.where(good, gains / np.maximum(np.abs(gains), 1e-30), 0), axis=1, keepdims=True)
    unit = mean / np.maximum(np.abs(mean), 1e-30)
    return np.asarray(gains / np.maximum(rms, 1e-30) / np.where(np.abs(unit) > 0, unit, 1.0))


def _referred(gains: Complex, reference_row: int) -> Complex:
    """Return gains with the reference antenna's phase taken away in every channel."""
    phase = gains[reference_row] / np.maximum(np.abs(gains[reference_row]), 1e-30)
    return np.asarray(gains / phase[None])
