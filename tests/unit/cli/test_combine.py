"""``almared combine`` where nothing is run: a single execution block, the figure, the table on the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from matplotlib.figure import Figure

from almared.cli.commands.combine import command
from almared.cli.show import combine as combine_display
from almared.plots.fluxes import draw_fluxes, write_flux_plot

MSS = ("uid___A002_X1_X10.ms.split.cal", "uid___A002_X1_X20.ms.split.cal")


def flux(spw: int, ghz: float, values: tuple[float, ...], known: float | None = None) -> dict[str, Any]:
    own = [
        {"ms": ms, "flux_jy": value, "error_jy": 0.01, "n_solutions": 10}
        for ms, value in zip(MSS, values, strict=False)
    ]
    mean = sum(values) / len(values)
    return {
        "source": "J1-2",
        "spw": spw,
        "frequency_ghz": ghz,
        "own": own,
        "mean_jy": mean,
        "error_jy": 0.007,
        "chi_square": 12.5,
        "degrees": len(values) - 1,
        "used_jy": dict.fromkeys(MSS, mean),
        "known_jy": known,
    }


def document() -> dict[str, Any]:
    return {
        "scales": True,
        "reason": "for a test",
        "dirtol_arcsec": 0.3,
        "dirtol_reason": "repeated pointings are 0.2 arcsec apart",
        "warnings": ["J1-2 varies"],
        "executions": [
            {
                "ms": ms,
                "middle": "2023-03-02T22:43:59",
                "fits": [{"source": "J1-2", "flux_jy": 1.0, "reference_hz": 95e9, "spectral_index": -0.7}],
            }
            for ms in MSS
        ],
        "fluxes": [flux(17, 90.5, (1.05, 0.95), known=1.01), flux(19, 102.5, (0.95,))],
    }


def test_single_execution_block_has_nothing_to_combine(tmp_path: Path) -> None:
    root = tmp_path / "uid___A001_X1_X4"
    asdm = root / "Calibration_X10" / "uid___A002_X1_X10"
    asdm.mkdir(parents=True)
    (asdm / "ASDM.xml").write_text("<ASDM/>")
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X4"\n')
    done = CliRunner().invoke(command, [str(root)])
    assert (done.exit_code, "only one execution block" in done.output) == (0, True)
    assert "nothing_because" in json.loads(CliRunner().invoke(command, [str(root), "--json"]).output)
    assert not (root / "Combination").exists()


def test_table_shows_each_execution_with_what_it_is_off(capsys: pytest.CaptureFixture[str]) -> None:
    combine_display.show_fluxes(document())
    shown = capsys.readouterr().out
    rows = [line for line in shown.splitlines() if "uid___" in line]
    assert len(rows) == 3
    assert "+5.0 %" in rows[0]
    assert "12.5/1" in rows[0]
    assert "1.01" in rows[0]
    assert "-5.0 %" in rows[1]
    assert "dirtol 0.3 arcsec" in shown
    assert "warning: J1-2 varies" in shown


def test_figure_has_the_values_and_the_fluxes_used(tmp_path: Path) -> None:
    figure = Figure()
    draw_fluxes(figure, document())
    (axes,) = figure.axes
    first, second = (container[0] for container in axes.containers)
    assert list(first.get_ydata()) == [1.05, 0.95]
    assert list(second.get_ydata()) == [0.95]
    names = axes.get_legend_handles_labels()[1]
    assert {"used", "known from elsewhere", "uid___A002_X1_X10  2023-03-02"} <= set(names)
    dashes = next(c for c in axes.collections if c.get_label() == "used")
    assert [segment[0][1] for segment in dashes.get_segments()] == [1.0, 0.95]
    write_flux_plot(tmp_path / "fluxes.png", document())
    assert (tmp_path / "fluxes.png").read_bytes().startswith(b"\x89PNG")
