"""System temperatures over frequency, and their statistics."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.formats.caltable import CalTable
from almared.heuristics.calibration.spws import choose_calibration_spws
from almared.heuristics.calibration.tsys import choose_tsys_spwmap
from almared.heuristics.thresholds.general import ASSUMED_PWV
from almared.measure.calibration import TsysMeasurement
from almared.measure.tsys import TsysFault, WindowTsys, find_tsys_faults, measure_scans, measure_windows
from almared.model import ExecutionBlock
from almared.physics.atmosphere import zenith_opacity
from almared.physics.horizon import elevations_of_scans
from almared.plots.tsys_page import WINDOWS_PER_PAGE, TsysPanel, draw_tsys_page
from almared.records.report import ItemProducts, ReportFigure
from almared.report.item import EbContext, Item
from almared.report.tables.tsys import tsys_stat_text


def make(context: EbContext) -> ItemProducts:
    """Make tsys_plot.png (and 2, 3 ... for more than four windows) and tsys_stat.txt.

    Raises
    ------
    InputError
        There is no table of system temperatures, or nothing in it.

    References
    ----------
    domain.md C.2, C.3.
    """
    eb, table = context.eb, context.table(context.products.of_ms("tsys"))
    windows, faults = measure_windows(table), find_tsys_faults(table)
    if not windows:
        raise InputError("the table of system temperatures is empty", where=context.products.of_ms("tsys"))
    panels = [_panel(eb, table, window=window, faults=faults) for window in windows]
    pages = [panels[n : n + WINDOWS_PER_PAGE] for n in range(0, len(panels), WINDOWS_PER_PAGE)]
    figures = tuple(_page(context, table, number=n, panels=page) for n, page in enumerate(pages, start=1))
    text = tsys_stat_text(
        measure_scans(table),
        windows,
        faults=faults,
        names={f.id: f.name for f in eb.fields},
        elevations_deg=elevations_of_scans(eb),
    )
    numbers = {f"median_tsys_spw{w.spw_id}_k": float(np.nanmedian(w.median_k)) for w in windows}
    return ItemProducts(
        figures,
        (context.write("tsys_stat.txt", text),),
        run_checks(TsysMeasurement(windows, faults)),
        numbers,
    )


def _page(context: EbContext, table: CalTable, *, number: int, panels: list[TsysPanel]) -> ReportFigure:
    medians = ", ".join(f"spw {p.window.spw_id} {np.nanmedian(p.window.median_k):.0f} K" for p in panels)
    return context.draw(
        f"tsys_plot{number if number > 1 else ''}.png",
        partial(draw_tsys_page, tsys=table, shown=panels),
        caption="System temperatures of all antennas and scans, with the transmission of the air (dotted) and the "
        "windows that use them (bars); outliers are drawn thick and named",
        alt=f"Curves over frequency, a row per window and a column per polarisation. Medians: {medians}.",
    )


def _panel(eb: ExecutionBlock, table: CalTable, *, window: WindowTsys, faults: tuple[TsysFault, ...]) -> TsysPanel:
    science = choose_calibration_spws(eb).value
    spwmap = choose_tsys_spwmap(eb, science).value.spwmap
    users = [i for i in science if (spwmap[i] if i < len(spwmap) else i) == window.spw_id]
    pwv = float(np.median([p.pwv_m for p in eb.pwv])) if eb.pwv else ASSUMED_PWV.value
    airmass = _median_airmass(eb, table)
    return TsysPanel(
        window=window,
        transmission=np.exp(-airmass * zenith_opacity(table.frequencies_hz[window.spw_id], pwv)),
        science=[(f"spw {i}", *eb.spws[i].range_hz) for i in users],
        faults=[fault for fault in faults if fault.spw_id == window.spw_id],
    )


def _median_airmass(eb: ExecutionBlock, table: CalTable) -> float:
    elevations = elevations_of_scans(eb)
    found = [elevations[int(scan)] for scan in np.unique(table.scan) if int(scan) in elevations]
    return float(1 / np.sin(np.deg2rad(np.median(found)))) if found else 1.0


ITEM = Item(
    key="tsys",
    title="System temperatures",
    look_for=(
        "Spikes, negative values, ripples, a bad antenna; values that are high for the transmission of the air. Lines "
        "of the air are in all antennas."
    ),
    files=("tsys_plot.png", "tsys_stat.txt"),
    make=make,
    part=2,
    place=60,
)
