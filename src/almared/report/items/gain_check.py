"""Gains of the antennas relative to one another on the bandpass calibrator."""

from __future__ import annotations

import numpy as np

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.heuristics.calibration.calibrators import choose_bandpass_field
from almared.measure.calibration import GainMeasurement
from almared.measure.gains import AntennaGain, measure_relative_gains
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.gains import gain_check_text

TABLES = ("flux_inf", "ampli_inf", "cal_amp")
"""Amplitude gains by this and older names (domain C.1)."""


def make(context: EbContext) -> ItemProducts:
    """Make ant_gain_check.txt.

    Raises
    ------
    InputError
        There are no amplitude gains of the bandpass calibrator.

    References
    ----------
    domain.md C.2.
    """
    name = context.first_of(*(context.products.of_split(suffix) for suffix in TABLES))
    field_id = choose_bandpass_field(context.eb).value
    source = context.eb.fields[field_id].name
    gains = measure_relative_gains(context.table(name), [field_id])
    if not gains:
        raise InputError(f"{name} has no solutions of the bandpass calibrator {source}", where=name)
    text = context.write("ant_gain_check.txt", gain_check_text(gains, source=source, table=name))
    return ItemProducts(texts=(text,), findings=run_checks(GainMeasurement(gains)), numbers=_numbers(gains))


def _numbers(gains: tuple[AntennaGain, ...]) -> dict[str, float]:
    values = np.array([value for gain in gains for value in gain.relative if np.isfinite(value)])
    return {"lowest_relative_gain": float(values.min()), "highest_relative_gain": float(values.max())}


ITEM = Item(
    key="gain_check",
    title="Antenna gains",
    look_for="Antennas with low or high gain (**), and those without solutions (flagged).",
    files=("ant_gain_check.txt",),
    make=make,
    place=90,
)
