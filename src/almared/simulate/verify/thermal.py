"""The noise that the true system temperatures leave in an image, from the truth alone."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from almared.formats.asdm.write.bdf_layout import baseline_pairs
from almared.simulate.observe.truth import Truth
from almared.simulate.scenario.mous import MousTruth

FloatArray = NDArray[np.float64]


def natural_noise(
    truth: MousTruth, source: str, *, bandwidths_hz: dict[int, float], used: float = 1.0, field_id: int | None = None
) -> float:
    """Return the noise (Jy/beam) of an image of a source with natural weighting, both polarisations.

    Parameters
    ----------
    truth : MousTruth
        What was put in.
    source : str
        Name of the source.
    bandwidths_hz : dict of int to float, Hz
        Per science window (in order, from 0) how much of its band goes into the image; a channel of a
        Hanning-smoothed window counts with its effective bandwidth, many together with the sum of their widths.
    used : float
        Part of the visibilities that is not flagged.
    field_id : int, optional
        One pointing of a mosaic; all together by default.

    Notes
    -----
    The noise of a visibility is ``sqrt(Tsys_i Tsys_j / (K_i K_j)) / (eta sqrt(2 B t))`` over the gains; the image's is
    one over the root of the sum of the inverse variances.
    """
    weight = sum(
        _weight(execution, scan, window=window, bandwidth_hz=bandwidth)
        for execution in truth.executions
        for scan in _scans(execution, source)
        for window, bandwidth in bandwidths_hz.items()
    )
    share = 1.0 if field_id is None else 1.0 / _pointings(truth.executions[0], source)
    return float(1.0 / np.sqrt(weight * used * share))


def _scans(truth: Truth, source: str) -> Iterable[int]:
    keys = {facts["key"] for facts in truth.tree["sources"] if facts["name"] == source}
    return [scan["number"] for scan in truth.tree["scans"] if scan["source"] in keys and scan["kind"] == "target"]


def _pointings(truth: Truth, source: str) -> int:
    return sum(facts["name"] == source for facts in truth.tree["fields"])


def _weight(truth: Truth, scan: int, *, window: int, bandwidth_hz: float) -> float:
    """Return the sum of inverse variances (1/Jy^2) of a scan in a window."""
    spw_id = truth.science_spws[window]
    tsys = np.median(truth.tsys(scan, spw_id), axis=1)
    bandpass = np.abs(truth.arrays[f"bandpass_{spw_id}"]) ** 2
    gains = np.mean(np.abs(truth.arrays[f"gains_{scan}"]) ** 2, axis=0) * np.mean(bandpass, axis=1)
    sensitivity = truth.instrument.kelvin_per_jansky[:, None] * gains / tsys
    pairs = np.array(baseline_pairs(len(sensitivity)))
    products = float(np.sum(sensitivity[pairs[:, 0]] * sensitivity[pairs[:, 1]]))
    seconds = len(truth.times(scan)) * truth.tree["scenario"]["timing"]["science"]
    efficiency = truth.tree["scenario"]["instrument"]["efficiency"]
    return float(efficiency**2 * 2.0 * bandwidth_hz * seconds * products)
