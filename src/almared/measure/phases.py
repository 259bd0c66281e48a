"""Phases of a bright scan without and with the radiometer correction, solved by CASA."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.engine.jobs import run_job
from almared.engine.quicklook import solve_phases
from almared.errors import StepError
from almared.formats.caltable import CalTable, read_caltable
from almared.measure.coherence import PhaseNoise, measure_phase_rms_deg
from almared.model import Antenna, ExecutionBlock, Intent, Scan

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class PhaseRequest:
    """Of which scan phases are solved.

    Parameters
    ----------
    ms, wvr : Path
        Imported MS and the table of wvrgcal.
    scan, spw_id : int
        Scan and window.
    refant : str
        Reference antenna.
    """

    ms: Path
    wvr: Path
    scan: int
    spw_id: int
    refant: str


@dataclass(frozen=True, slots=True, eq=False)
class ScanPhases:
    """Gains of all antennas in one scan, window and polarisation.

    Parameters
    ----------
    request : PhaseRequest
        Of what.
    polarization : str
        ``X`` or ``Y``.
    antenna_names : tuple of str
        Antennas, the reference antenna among them.
    minutes : ndarray of float, shape (time,)
        Since the first solution.
    before, after : ndarray of complex, shape (time, antenna_name)
        Gains without and with the correction; NaN where flagged.
    """

    request: PhaseRequest
    polarization: str
    antenna_names: tuple[str, ...]
    minutes: Array
    before: Array
    after: Array


def choose_phase_scan(eb: ExecutionBlock) -> Scan | None:
    """Return the scan whose phases are compared: the first for the bandpass, else the longest of a calibrator.

    References
    ----------
    domain.md C.3, WVR.
    """
    calibrators = [scan for scan in eb.scans if not scan.has(Intent.ATMOSPHERE, Intent.POINTING, Intent.SIDEBAND_RATIO)]
    bandpass = [scan for scan in calibrators if scan.has(Intent.BANDPASS)]
    if bandpass:
        return bandpass[0]
    others = [scan for scan in calibrators if scan.has(Intent.PHASE, Intent.FLUX, Intent.AMPLI)]
    return max(others, key=lambda scan: scan.end_mjd_s - scan.start_mjd_s, default=None)


def solve_scan_phases(request: PhaseRequest, directory: Path) -> ScanPhases:
    """Return the phases of a scan.

    Parameters
    ----------
    request : PhaseRequest
        Of what.
    directory : Path
        Where CASA works, and its log stays.

    Raises
    ------
    StepError
        CASA made no solutions.
    """
    tables: dict[str, list[str]] = {"wvr_without.g": [], "wvr_with.g": [str(request.wvr.resolve())]}
    order = {
        "vis": str(request.ms.resolve()),
        "scan": request.scan,
        "spw_id": request.spw_id,
        "refant": request.refant,
        "outputs": tables,
    }
    directory.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=directory) as place:
        made = run_job(solve_phases, order, directory=Path(place), log=str(directory.resolve() / "wvr_phases.log"))
        return _read(request, made)


def _read(request: PhaseRequest, made: Mapping[str, str]) -> ScanPhases:
    missing = [name for name in ("wvr_without.g", "wvr_with.g") if name not in made]
    if missing:
        raise StepError(
            f"gaincal found no phases in scan {request.scan} of spw {request.spw_id}",
            where=request.ms.name,
            repair="look at the data of that scan; see wvr_phases.log",
        )
    before, after = (read_caltable(Path(made[name])) for name in ("wvr_without.g", "wvr_with.g"))
    pol = _best_polarization(before)
    times = np.union1d(_rounded(before.time_mjd_s), _rounded(after.time_mjd_s))
    return ScanPhases(
        request=request,
        polarization="XY"[pol],
        antenna_names=before.antenna_names,
        minutes=(times - times[0]) / 60.0,
        before=_on_grid(before, times, pol=pol),
        after=_on_grid(after, times, pol=pol),
    )


def _best_polarization(table: CalTable) -> int:
    """Return X, or Y where that has more solutions (domain C.3: one polarisation)."""
    good = (~table.flag).sum(axis=(0, 1))
    return int(np.argmax(good))


def _rounded(time_mjd_s: Array) -> Array:
    """Return times to a hundredth of a second: two solutions of the same data differ by microseconds."""
    return np.asarray(np.round(time_mjd_s, 2))


def _on_grid(table: CalTable, times: Array, *, pol: int) -> Array:
    """Return the gains by time and antenna, NaN where there is none."""
    gains = np.full((len(times), len(table.antenna_names)), np.nan + 0j)
    gains[np.searchsorted(times, _rounded(table.time_mjd_s)), table.antenna1] = table.masked()[:, 0, pol]
    return gains


def measure_phase_noises(phases: ScanPhases, antennas: Mapping[str, Antenna]) -> tuple[PhaseNoise, ...]:
    """Return the phase noise of every antenna, nearest to the reference antenna first.

    Parameters
    ----------
    phases : ScanPhases
        Gains.
    antennas : mapping of str to Antenna
        By name, for the distances.
    """
    centre = np.array(antennas[phases.request.refant].position_m)
    found = [
        PhaseNoise(
            antenna=name,
            distance_m=float(np.linalg.norm(np.array(antennas[name].position_m) - centre)),
            before_deg=_rms_deg(phases, phases.before[:, place], name=name),
            after_deg=_rms_deg(phases, phases.after[:, place], name=name),
        )
        for place, name in enumerate(phases.antenna_names)
    ]
    return tuple(sorted(found, key=lambda noise: noise.distance_m))


def _rms_deg(phases: ScanPhases, gains: Array, *, name: str) -> float:
    """Return the phase noise; none for the reference antenna, whose phases are zero by definition."""
    return float("nan") if name == phases.request.refant else measure_phase_rms_deg(gains)


def read_wvrgcal_table(path: Path) -> tuple[str, ...]:
    """Return the lines of wvrgcal's own table of antennas from its log; empty where it has none.

    References
    ----------
    domain.md C.3: antenna, radiometer, flag, rms, discrepancy (micrometres).
    """
    if not path.is_file():
        return ()
    lines = [line.split("\t", 3)[-1].rstrip() for line in path.read_text(errors="replace").splitlines()]
    begins = [n for n, line in enumerate(lines) if "Antenna/WVR information" in line]
    if not begins:
        return ()
    rest = lines[begins[-1] + 2 :]
    end = next((n for n, line in enumerate(rest) if "Expected performance" in line), len(rest))
    return tuple(line for line in rest[:end] if line.strip())
