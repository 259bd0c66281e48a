"""Our choices against those of scripts that calibrated real data; differences are documented, and no others exist.

One execution block is replicated from its listobs; the other six are made from what their decisions reveal.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support.decided_eb import execution_block_of
from support.decisions import DOCUMENT, FIXTURES, choices_of, differences, documented, facts_of_script, told_by
from support.places import REAL

from almared.cli.main import almared
from almared.model import ExecutionBlock
from almared.recipes import CalibrationOptions, parse_flux, plan_calibration
from almared.script import render_script
from almared.simulate.replica.contents import write_metadata_replica

MOSAIC = "uid___A002_X9cffbd_Xefe"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.json"))
MADE = [name for name in NAMES if name != MOSAIC]

needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real material (ALMARED_REAL) is not here")


def given_fluxes(eb: ExecutionBlock, old: dict[str, Any]) -> list[str]:
    """The flux that the calibrator service told the old generator, as ``--flux`` takes it."""
    model = old["model"]
    if model["standard"] != "manual":
        return []
    name = eb.fields[int(model["field"])].name if model["field"].isdigit() else model["field"]
    return [f"{name}={model['flux (Jy)']}@{model['at (GHz)']},{model['index']}"]


def named_alike(ours: dict[str, Any], old: dict[str, Any], eb: ExecutionBlock) -> dict[str, Any]:
    """Old scripts named the flux calibrator where ours give the field id (W078)."""
    if not old["model"]["field"].isdigit():
        ours["model"]["field"] = eb.fields[int(ours["model"]["field"])].name
    return ours


@pytest.mark.parametrize("name", MADE)
def test_choices_for_what_the_decisions_reveal(name: str) -> None:
    told = told_by(name)
    eb = execution_block_of(name, told)
    fluxes = dict(parse_flux(text) for text in given_fluxes(eb, told["choices"]))
    plan = plan_calibration(eb, CalibrationOptions(fluxes=fluxes))
    ours = named_alike(choices_of(facts_of_script(render_script(plan))), told["choices"], eb)
    assert differences(told["choices"], ours) == documented(name)


@pytest.fixture(scope="module")
def replica(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ExecutionBlock]:
    directory = tmp_path_factory.mktemp("replica")
    return directory, write_metadata_replica(REAL / "listobs" / f"{MOSAIC}.ms.listobs", directory)


@needs_real
def test_choices_for_the_replica_of_a_real_mosaic(replica: tuple[Path, ExecutionBlock]) -> None:
    directory, eb = replica
    old = told_by(MOSAIC)["choices"]
    (given,) = given_fluxes(eb, old)
    result = CliRunner().invoke(almared, ["plan", str(directory / MOSAIC), "--flux", given], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "metadata" in result.output
    script = (directory / f"{MOSAIC}.ms.scriptForCalibration.py").read_text()
    ours = named_alike(choices_of(facts_of_script(script)), old, eb)
    assert differences(old, ours) == documented(MOSAIC)
    agreed = {
        "wvr",
        "tsys fields",
        "windows",
        "bandpass field",
        "gain fields",
        "flux reference",
        "final apply",
        "model",
    }
    assert not agreed & {key.partition(":")[0] for key in documented(MOSAIC)}


def test_document_names_no_other_execution_blocks() -> None:
    headings = [line.removeprefix("## ") for line in DOCUMENT.read_text().splitlines() if line.startswith("## ")]
    assert headings == NAMES
