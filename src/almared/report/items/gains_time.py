"""Gains of the phase calibrators over time."""

from __future__ import annotations

from functools import partial

import numpy as np

from almared.errors import InputError
from almared.formats.caltable import CalTable
from almared.heuristics.calibration.calibrators import field_name
from almared.plots.gains_page import GainPage, draw_gains_page
from almared.records.report import ItemProducts, ReportFigure
from almared.report.item import EbContext, Item

AMPLITUDES = ("flux_inf", "ampli_inf", "cal_amp")
PHASES = ("phase_inf", "cal_phase")
"""Tables by this and older names (domain C.1)."""


def make(context: EbContext) -> ItemProducts:
    """Make ant_amp_temporal.png and ant_phase_temporal.png.

    Raises
    ------
    InputError
        There are no gains of a phase calibrator.

    References
    ----------
    domain.md C.2, C.4.
    """
    return ItemProducts((_figure(context, AMPLITUDES, is_phase=False), _figure(context, PHASES, is_phase=True)))


def _figure(context: EbContext, suffixes: tuple[str, ...], *, is_phase: bool) -> ReportFigure:
    name = context.first_of(*(context.products.of_split(suffix) for suffix in suffixes))
    fields = sorted({group.calibrator_field_id for group in context.groups})
    sources = ", ".join(field_name(context.eb, i) for i in fields)
    whole = context.table(name)
    table = whole.where(np.isin(whole.field_id, fields))
    if not len(table):
        raise InputError(
            f"{name} has no solutions of the phase calibrator ({sources or 'none known'})",
            where=name,
            repair="look whether its data are all flagged",
        )
    word = "Phase" if is_phase else "Amplitude"
    page = GainPage(f"{word} gains of {sources}", context.refant, is_phase)
    antennas = [antenna.name for antenna in context.eb.antennas]
    return context.draw(
        f"ant_{'phase' if is_phase else 'amp'}_temporal.png",
        partial(draw_gains_page, table=table, antennas=antennas, page=page),
        caption=f"{word} gains of {sources} over time, a panel per antenna; X full, Y open and dashed",
        alt=_alt(table, is_phase=is_phase),
    )


def _alt(table: CalTable, *, is_phase: bool) -> str:
    gains = table.masked()
    missing = [n for i, n in enumerate(table.antenna_names) if not np.isfinite(gains[table.antenna1 == i]).any()]
    text = f"Without solutions: {', '.join(missing)}." if missing else "All antennas have solutions."
    if is_phase:
        return text
    drifts = {name: _drift_percent(table.of_antenna(name)) for name in table.antenna_names if name not in missing}
    worst = max(drifts, key=lambda name: drifts[name], default="")
    return text + (f" Largest drift of amplitude: {worst}, {drifts[worst]:.0f} % peak to peak." if worst else "")


def _drift_percent(rows: CalTable) -> float:
    """Return the largest change of amplitude with time (%), over windows and polarisations."""
    found = [0.0]
    for spw_id in rows.spw_ids:
        amplitudes = np.abs(rows.of_spw(spw_id).masked())[:, 0]
        for column in amplitudes.T:
            good = column[np.isfinite(column)]
            found += [100 * float(np.ptp(good) / good.mean())] if good.size else []
    return max(found)


ITEM = Item(
    key="gains_time",
    title="Gains over time",
    look_for="Drifts, jumps, offsets between the polarisations, decorrelation.",
    files=("ant_amp_temporal.png", "ant_phase_temporal.png"),
    make=make,
    part=2,
    place=110,
)
