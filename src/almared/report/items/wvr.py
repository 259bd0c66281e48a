"""Phases before and after the correction by the water-vapour radiometers."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.heuristics.calibration.spws import choose_science_spws
from almared.heuristics.calibration.wvr import WITHOUT_RADIOMETER
from almared.measure.calibration import WvrMeasurement
from almared.measure.coherence import PhaseNoise, median_improvement
from almared.measure.phases import (
    PhaseRequest,
    choose_phase_scan,
    measure_phase_noises,
    read_wvrgcal_table,
    solve_scan_phases,
)
from almared.physics.robust import median
from almared.plots.wvr_page import draw_wvr_page
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.wvr import wvr_stat_text


def make(context: EbContext) -> ItemProducts:
    """Make wvr_plot.png, wvr_plot_fixedscale.png and wvr_stat.txt.

    Raises
    ------
    InputError
        The 7-m antennas are the majority, or there is no table of wvrgcal, no MS, or no scan to look at.
    StepError
        gaincal found no phases.

    References
    ----------
    domain.md C.3, WVR.
    """
    eb, request = context.eb, _request(context)
    phases = solve_scan_phases(request, context.work)
    noises = measure_phase_noises(phases, {antenna.name: antenna for antenna in eb.antennas})
    own = read_wvrgcal_table(context.directory / context.products.of_ms("wvrgcal"))
    scan = next(scan for scan in eb.scans if scan.number == request.scan)
    source = eb.fields[scan.field_ids[0]].name
    caption = f"Phase per integration of scan {request.scan} ({source}) against {request.refant}, without and with WVR"
    alt = _alt(noises)
    figures = tuple(
        context.draw(
            file,
            partial(draw_wvr_page, phases=phases, noises=noises, is_fixed=is_fixed),
            caption=f"{caption}{what}",
            alt=alt,
        )
        for file, is_fixed, what in (
            ("wvr_plot.png", False, ", unwrapped, means taken off"),
            ("wvr_plot_fixedscale.png", True, ", wrapped, on a fixed scale"),
        )
    )
    text = context.write("wvr_stat.txt", wvr_stat_text(phases, noises, own_table=own, source=source))
    return ItemProducts(figures, (text,), run_checks(WvrMeasurement(noises)), _numbers(noises))


def _request(context: EbContext) -> PhaseRequest:
    eb = context.eb
    without = [antenna for antenna in eb.antennas if antenna.name.startswith(WITHOUT_RADIOMETER[:1])]
    if 2 * len(without) > len(eb.antennas):
        raise InputError("most antennas are 7-m antennas, which have no radiometers", where=eb.name)
    scan = choose_phase_scan(eb)
    if scan is None:
        raise InputError("no scan of a calibrator is there to look at", where=eb.name)
    windows = [i for i in choose_science_spws(eb).value if i in scan.spw_ids]
    if not windows:
        raise InputError(f"scan {scan.number} has none of the science windows", where=eb.name)
    ms, wvr = context.path(context.products.ms), context.path(context.products.of_ms("wvr"))
    return PhaseRequest(ms=ms, wvr=wvr, scan=scan.number, spw_id=windows[0], refant=context.refant)


def _alt(noises: tuple[PhaseNoise, ...]) -> str:
    before, after = (median(np.array(v)) for v in zip(*((n.before_deg, n.after_deg) for n in noises), strict=True))
    worse = [noise.antenna for noise in noises if not noise.is_improved]
    text = f"One panel per antenna: median scatter {before:.0f} deg without and {after:.0f} deg with the correction; "
    return text + (f"not improved: {', '.join(worse)}." if worse else "all antennas improve.")


def _numbers(noises: tuple[PhaseNoise, ...]) -> dict[str, float]:
    return {
        "median_phase_rms_without_wvr_deg": median(np.array([noise.before_deg for noise in noises])),
        "median_phase_rms_with_wvr_deg": median(np.array([noise.after_deg for noise in noises])),
        "median_ratio_percent": median_improvement(noises),
    }


ITEM = Item(
    key="wvr",
    title="Water-vapour radiometer correction",
    look_for=(
        "With WVR flatter than without. An antenna that is noisy with WVR has a bad radiometer; when all look strange, "
        "that of the reference antenna is bad. NI marks antennas that do not improve."
    ),
    files=("wvr_plot.png", "wvr_plot_fixedscale.png", "wvr_stat.txt"),
    make=make,
    part=1,
    place=50,
)
