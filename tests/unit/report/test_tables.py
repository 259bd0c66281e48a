"""Texts and panels of the measured items: what is marked, what is told, what stays readable."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from support.caltables import made_up_table

from almared.measure.bandpass import measure_scatter
from almared.measure.coherence import PhaseNoise
from almared.measure.gains import measure_relative_gains
from almared.measure.phases import PhaseRequest, ScanPhases, read_wvrgcal_table
from almared.plots.gains_page import GainPage, draw_gains_page
from almared.plots.palette import grid_shape, mark, robust_limits
from almared.plots.wvr_page import draw_wvr_page
from almared.report.tables.bandpass import bandpass_rms_text
from almared.report.tables.columns import quantity_text, table_text
from almared.report.tables.gains import gain_check_text
from almared.report.tables.wvr import wvr_stat_text

WVRGCAL = """\
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t     Antenna/WVR information:
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t------------------------------------------------
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t#       Name    WVR?    Flag?   RMS (um)        Disc (um)
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t0       DA41    Yes     No       305             164
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t1       DV01    Yes     Yes      277             164
2026-11-23 05:28:18\tINFO\twvrgcal::::casa+\t  Expected performance
"""


def phases_of(names: tuple[str, ...]) -> ScanPhases:
    """Return phases of antennas that drift, the first being the reference."""
    ramp = np.exp(1j * np.linspace(0.0, 1.0, 20)[:, np.newaxis] * np.arange(len(names)))
    request = PhaseRequest(Path("eb.ms"), Path("eb.ms.wvr"), 4, 17, names[0])
    return ScanPhases(request, "X", names, np.arange(20) / 10.0, ramp, ramp**0.2)


def test_the_table_of_wvrgcal_is_taken_from_its_log(tmp_path: Path) -> None:
    log = tmp_path / "eb.ms.wvrgcal"
    assert read_wvrgcal_table(log) == ()
    log.write_text(WVRGCAL)
    assert [line.split()[:4] for line in read_wvrgcal_table(log)] == [
        ["#", "Name", "WVR?", "Flag?"],
        ["0", "DA41", "Yes", "No"],
        ["1", "DV01", "Yes", "Yes"],
    ]


def test_wvr_text_marks_what_does_not_improve() -> None:
    names = ("DA41", "DA42", "DV01")
    noises = [
        PhaseNoise("DA41", 0.0, np.nan, np.nan),
        PhaseNoise("DA42", 50.0, 30.0, 6.0),
        PhaseNoise("DV01", 90.0, 20.0, 24.0),
    ]
    text = wvr_stat_text(phases_of(names), noises, own_table=("0 DA41 Yes No 305 164",))
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line.startswith(("DA42", "DV01"))}
    assert rows["DA42"] == ["DA42", "50.0", "30.0", "6.0", "20.0", "87.2", "99.5"]
    assert rows["DV01"][-1] == "NI"
    assert "Not improved: DV01" in text
    assert "0 DA41 Yes No 305 164" in text


def test_gain_text_has_its_markers() -> None:
    gains = np.ones((5, 1, 2), dtype=complex)
    gains[1, 0, 0] = 0.7
    gains[3] = np.nan
    text = gain_check_text(
        measure_relative_gains(made_up_table(gains, antenna=list(range(5)), spw=[17] * 5), [0]),
        source="J0423-0120",
        table="t",
    )
    rows = {line.split()[0]: line.split() for line in text.splitlines() if line.startswith("DA4")}
    assert rows["DA42"] == ["DA42", "17", "0.700*", "1.000", "**"]
    assert rows["DA44"] == ["DA44", "17", "flagged", "flagged"]
    single = measure_relative_gains(made_up_table(gains[..., :1], antenna=list(range(5)), spw=[17] * 5), [0])
    assert "Tsol" in gain_check_text(single, source="J0423-0120", table="t").split("antenna  spw")[1]


@pytest.mark.parametrize(("noise", "advice"), [(0.001, "no more smoothing"), (0.09, "smooth or average more")])
def test_noisy_bandpasses_ask_for_smoothing(noise: float, advice: str) -> None:
    gains = 1.0 + noise * np.random.default_rng(1).normal(size=(4, 128, 2)) + 0j
    text = bandpass_rms_text(
        measure_scatter(made_up_table(gains, antenna=list(range(4)), spw=[17] * 4, kind="B Jones")), table="t"
    )
    assert advice in text


def test_columns_line_up_and_quantities_have_prefixes() -> None:
    assert table_text(("name", "n"), [("DA41", "7"), ("x", "1234")]) == "name     n\nDA41     7\nx     1234\n"
    assert quantity_text(0.1451, "Jy/beam") == "145.100 mJy/beam"
    assert quantity_text(5.4e-5, "Jy/beam") == "54.0 uJy/beam"
    assert quantity_text(3.25, "Jy") == "3.250 Jy"
    assert quantity_text(float("nan"), "Jy") == "-"


def test_grids_reach_nine_by_eight_and_series_differ_in_more_than_colour() -> None:
    assert [grid_shape(n) for n in (1, 12, 46, 66, 72, 80)] == [(1, 1), (3, 4), (7, 7), (9, 8), (9, 8), (10, 8)]
    looks = {(mark(n).color, mark(n).marker) for n in range(64)}
    assert len(looks) == 64
    assert robust_limits([]) is None
    limits = robust_limits([*np.linspace(1.0, 1.1, 100), 50.0])
    assert limits is not None
    assert limits[1] < 1.2


def test_panels_tell_what_cannot_be_drawn() -> None:
    gains = np.full((12, 1, 2), 0.17 + 0j) * (1 + 0.01 * np.random.default_rng(1).normal(size=(12, 1, 2)))
    gains[4] = np.nan
    gains[7] *= 5.0
    table = made_up_table(gains, antenna=list(range(12)), spw=[17] * 12)
    figure = Figure(layout="constrained")
    draw_gains_page(figure, table, antennas=table.antenna_names, page=GainPage("gains", "DA41", is_phase=False))
    notes = {axes.get_title(loc="left"): [text.get_text() for text in axes.texts] for axes in figure.axes}
    assert notes["DA45"] == ["all flagged"]
    assert notes["DA48"][0].startswith("out of scale")
    assert all(not texts for name, texts in notes.items() if name not in ("DA45", "DA48"))


def test_wrapped_phases_have_a_panel_per_antenna_and_one_scale() -> None:
    names = tuple(f"DA{41 + n}" for n in range(7))
    noises = [PhaseNoise(name, 10.0 * n, 20.0, 3.0) for n, name in enumerate(names)]
    figure = Figure(layout="constrained")
    draw_wvr_page(figure, phases_of(names), noises=noises, is_fixed=True)
    shown = [axes for axes in figure.axes if axes.get_visible()]
    assert [axes.get_title(loc="left").split()[0] for axes in shown] == list(names)
    assert {axes.get_ylim() for axes in shown} == {(-200.0, 200.0)}
