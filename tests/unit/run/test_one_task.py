"""Single tasks are listed and parsed from the text alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from almared.errors import SelectionError
from almared.run.one_task import TaskChange, _on_scratch, _order, list_tasks, parse_settings, task_names
from almared.script.read import read_script, step_calls

SCRIPT = """
step_title = {4: "Tsys"}
mystep = 4
if mystep in thesteps:
    for field in ("0", "1"):
        gencal(vis="a.ms", caltable="a.ms.tsys", caltype="tsys", uniform=False)
        casatasks.flagdata(vis="a.ms.tsys", spw=",".join(["9", "11"]))
    print("done")
"""


def test_calls_are_read_from_the_text(tmp_path: Path) -> None:
    path = tmp_path / "a.ms.scriptForCalibration.py"
    path.write_text(SCRIPT)
    script = read_script(path)
    assert [call.name for call in step_calls(script, 4)] == ["gencal", "flagdata", "print"]
    first, second = list_tasks(script, 4)
    assert first.arguments == {"vis": "a.ms", "caltable": "a.ms.tsys", "caltype": "tsys", "uniform": False}
    assert second.unknown == ("spw",)
    assert second.call() == "flagdata(vis='a.ms.tsys', spw=...)"


def test_tasks_are_known_without_loading_casa() -> None:
    assert {"importasdm", "flagdata", "wvrgcal", "gaincal", "applycal", "mstransform"} <= task_names()


def test_settings_are_literals_or_strings() -> None:
    assert parse_settings(["solint=60s", "minsnr=2.5", "spw='17'", "solnorm=True", "gaintable=['a','b']"]) == {
        "solint": "60s",
        "minsnr": 2.5,
        "spw": "17",
        "solnorm": True,
        "gaintable": ["a", "b"],
    }


@pytest.mark.parametrize("text", ["solint", "=3", "a b=3"])
def test_settings_without_a_name_are_refused(text: str) -> None:
    with pytest.raises(SelectionError):
        parse_settings([text])


FLUXSCALE = """
step_title = {15: "Gain calibration"}
mystep = 15
if mystep in thesteps:
    fluxscale(vis="a.ms", caltable="a.ms.ampli_inf", fluxtable="a.ms.flux_inf", reference="1")
"""


def test_a_task_run_alone_keeps_the_table_it_reads(tmp_path: Path) -> None:
    """The parameter caltable names what gaincal makes, and what fluxscale reads."""
    path = tmp_path / "a.ms.scriptForCalibration.py"
    path.write_text(FLUXSCALE)
    for name in ("a.ms.ampli_inf", "a.ms.flux_inf"):
        (tmp_path / name).mkdir()
    script = read_script(path)
    (listed,) = list_tasks(script, 15)
    order = _order(script, TaskChange(15, 1), listed=listed, arguments=listed.arguments)
    assert order["removes"] == ["a.ms.flux_inf"]
    moved = _on_scratch(tmp_path, "fluxscale", arguments=dict(listed.arguments))
    assert moved["caltable"] == "a.ms.ampli_inf"
    assert moved["fluxtable"].endswith("scratch/a.ms.flux_inf")
