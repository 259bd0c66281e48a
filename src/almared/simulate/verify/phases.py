"""Compares calibrated phases with zero, or with the residuals expected from the truth."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.physics.constants import LIGHT_M_S
from almared.simulate.observe.truth import Truth
from almared.simulate.verify.comparison import Comparison
from almared.simulate.verify.fluxes import fields_of
from almared.simulate.verify.visibilities import BaselineAverages, measure_scans

NOISE_RATIO_LIMIT = 1.3
"""Largest mean ratio of scan-averaged phases to their noise; the errors themselves come from few steps."""

CHECK_LIMIT_DEG = 5.0
"""Most that the phases of the check source may differ, rms over baselines, from what the true paths leave."""

Real = NDArray[np.float64]


def compare_phase_calibrators(ms: Path, truth: Truth) -> Iterator[Comparison]:
    """Yield, per window, the rms of scan-averaged baseline phases of the phase calibrators over their noise."""
    for field_id, name in fields_of(truth, _sources(truth, "phase")):
        for spw_id in truth.science_spws:
            ratios = [_ratio(scan) for scan in measure_scans(ms, (field_id,), spw_id=spw_id)]
            rms = float(np.sqrt(np.mean(np.concatenate(ratios) ** 2)))
            yield Comparison(
                quantity=f"scan phases of {name} over their noise",
                selection=f"spw {spw_id}",
                put_in=0.0,
                found=rms,
                unit="sigma",
                deviation=rms,
                limit=NOISE_RATIO_LIMIT,
                deviation_unit="sigma",
            )


def _sources(truth: Truth, kind: str) -> set[str]:
    return {scan["source"] for scan in truth.tree["scans"] if scan["kind"] == kind}


def _ratio(scan: BaselineAverages) -> Real:
    """Return phases over their errors, of all baselines and polarisations with data."""
    good = np.isfinite(scan.error) & (np.abs(scan.visibility) > 0)
    return np.asarray(np.angle(scan.visibility[good]) * np.abs(scan.visibility[good]) / scan.error[good])


def compare_check_source(ms: Path, truth: Truth, *, positions_given: bool) -> Iterator[Comparison]:
    """Yield, per window, the phases of the check source against what the true paths leave, baseline by baseline.

    Parameters
    ----------
    ms : Path
        The calibrated MS.
    truth : Truth
        What was put in.
    positions_given : bool
        Whether the calibration knew the true antenna positions.
    """
    for field_id, name in fields_of(truth, _sources(truth, "check")):
        for spw_id in truth.science_spws:
            scans = list(measure_scans(ms, (field_id,), spw_id=spw_id))
            found = np.concatenate([_phases_deg(scan) for scan in scans])
            expected = np.concatenate(
                [expected_phase_deg(truth, scan, positions_given=positions_given) for scan in scans]
            )
            yield Comparison(
                quantity=f"phase rms of check source {name}",
                selection=f"spw {spw_id}",
                put_in=_rms(expected),
                found=_rms(found),
                unit="deg",
                deviation=_rms((found - expected + 180) % 360 - 180),
                limit=CHECK_LIMIT_DEG,
                deviation_unit="deg",
            )


def _rms(values: Real) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _phases_deg(scan: BaselineAverages) -> Real:
    """Return the phase of each baseline, polarisations averaged (deg)."""
    return np.asarray(np.degrees(np.angle(scan.visibility.mean(axis=1))))


def expected_phase_deg(truth: Truth, scan: BaselineAverages, *, positions_given: bool) -> Real:
    """Return the phase (deg) that phase transfer leaves on each baseline of a check-source scan.

    Parameters
    ----------
    truth : Truth
        What was put in.
    scan : BaselineAverages
        Gives scan, window and baselines.
    positions_given : bool
        Whether the position errors were corrected.

    Notes
    -----
    What is left is the phase at the check source minus that at the phase calibrator interpolated in time: of the
    position errors (unless corrected) and of the antennas' own drifts. Water is taken as removed by the radiometers.
    """
    frequency = truth.spw(scan.spw_id).mean_frequency_hz
    here = _antenna_phase(truth, scan.scan, frequency_hz=frequency, positions_given=positions_given)
    calibrators = truth.scans("phase")
    when = np.array([np.mean(truth.times(number)) for number in calibrators])
    values = np.array(
        [_antenna_phase(truth, n, frequency_hz=frequency, positions_given=positions_given) for n in calibrators]
    )
    now = np.mean(truth.times(scan.scan))
    steady = np.unwrap(values, axis=0).reshape(len(when), -1)
    there = np.array([np.interp(now, when, column) for column in steady.T]).reshape(here.shape)
    left = here - there
    difference = np.exp(1j * (left[scan.antenna1] - left[scan.antenna2]))
    return np.asarray(np.degrees(np.angle(difference.mean(axis=-1))))


def _antenna_phase(truth: Truth, scan: int, *, frequency_hz: float, positions_given: bool) -> Real:
    """Return the mean phase (rad) in a scan, of the gain and of the position error's path; (antenna_name, receptor)."""
    gains = truth.arrays[f"gains_{scan}"]
    path = np.zeros(gains.shape[1]) if positions_given else truth.position_path(scan).mean(axis=0)
    turned = gains.mean(axis=0) * np.exp(-2j * np.pi * path * frequency_hz / LIGHT_M_S)[:, None]
    return np.asarray(np.angle(turned))
