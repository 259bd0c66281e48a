"""Several executions of one MOUS: what is written, what is the same, what differs, and what CASA reads."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command

from almared.errors import ScenarioError
from almared.formats.asdm import read_execution_block
from almared.simulate import read_executions, simulate_mous
from almared.simulate.scenario.mous import MousTruth, read_mous_truth
from almared.simulate.verify.thermal import natural_noise

pytestmark = pytest.mark.casa


@pytest.fixture(scope="module")
def truth(tiny_mous_out: Path) -> MousTruth:
    return read_mous_truth(tiny_mous_out)


@pytest.fixture(scope="module")
def asdms(tiny_mous_out: Path, truth: MousTruth) -> list[Path]:
    return [tiny_mous_out / entry["directory"] / entry["asdm"] for entry in truth.tree["executions"]]


def test_each_execution_has_a_directory_of_its_own(tiny_mous_out: Path, truth: MousTruth) -> None:
    names = ["uid___A002_Xe1_X10", "uid___A002_Xe2_X20"]
    assert sorted(path.name for path in tiny_mous_out.iterdir()) == ["mous-truth.json", *names]
    assert truth.uid == "uid://A001/Xe1/X4"
    assert [execution.tree["asdm"] for execution in truth.executions] == names
    for name in names:
        inside = {path.name for path in (tiny_mous_out / name).iterdir()}
        assert inside == {name, "truth.json", "truth.npz", "antennapos.csv", "antennapos.json"}


def test_the_asdms_name_project_block_and_mous(asdms: list[Path]) -> None:
    for asdm in asdms:
        eb = read_execution_block(asdm)
        assert (eb.project_uid, eb.sb_uid) == ("uid://A001/Xe1/X2", "uid://A001/Xe1/X3")
        text = (asdm / "ExecBlock.xml").read_text()
        reference = re.search(r"<sessionReference>.*?</sessionReference>", text, re.DOTALL)
        assert reference is not None
        assert 'entityId="uid://A001/Xe1/X4"' in reference[0]
        assert "OUSStatus" in reference[0]


def test_the_sky_is_the_same_and_all_else_is_another(truth: MousTruth) -> None:
    one, two = truth.executions
    frequency = np.array([97.5e9])
    for name in ("Tiny_1", "J0440-2245", "J0423-0120"):
        assert one.source(name).flux(frequency) == pytest.approx(two.source(name).flux(frequency))
    assert one.source("Tiny_1").components[1:] == two.source("Tiny_1").components[1:]
    assert one.tree["seed"] != two.tree["seed"]
    assert not np.allclose(np.abs(one.instrument.amplitude), np.abs(two.instrument.amplitude))
    assert not np.allclose(one.position_error("DA41"), two.position_error("DA41"), rtol=1e-3) or not np.allclose(
        one.position_error("DV01"), two.position_error("DV01"), rtol=1e-3
    )
    scan = one.scans("target")[0]
    assert not np.allclose(one.water_path(scan)[0], two.water_path(scan)[0])


def test_both_executions_see_the_line_at_the_same_speed(truth: MousTruth) -> None:
    found = []
    for execution in truth.executions:
        factor = execution.tree["topo_over_lsrk"]["sources"]["target"]
        centres = [execution.spw(i).mean_frequency_hz / factor for i in execution.science_spws]
        found.append([*centres, execution.source("Tiny_1").components[0].lines[0].frequency_hz / factor])
    assert found[0] == pytest.approx(found[1], abs=1.0)
    sky = [execution.spw(execution.science_spws[0]).mean_frequency_hz for execution in truth.executions]
    assert abs(sky[0] - sky[1]) > 1e5


def test_rest_frequencies_are_the_same_in_both_asdms(asdms: list[Path]) -> None:
    found = []
    for asdm in asdms:
        eb = read_execution_block(asdm)
        target = next(source for source in eb.sources if source.name == "Tiny_1")
        found.append(sorted(hz for _, values in target.rest_frequencies_hz for hz in values))
    assert found[0] == found[1] == pytest.approx([90.5e9, 92.5e9, 102.5e9, 104.5e9], abs=1.0)


def test_the_catalogue_tells_true_fluxes_of_the_calibrators(asdms: list[Path], truth: MousTruth) -> None:
    for asdm, execution in zip(asdms, truth.executions, strict=True):
        sources = {source.name: source for source in read_execution_block(asdm).sources}
        for name in ("J0423-0120", "J0519-4546"):
            assert sources[name].fluxes
            for flux in sources[name].fluxes:
                expected = execution.source(name).flux(np.array([flux.frequency_hz]))[0]
                assert flux.stokes_jy[0] == pytest.approx(expected, rel=1e-5)


def digest(directory: Path) -> dict[str, str]:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(f.relative_to(directory)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_the_same_seed_gives_the_same_bytes(tiny_mous_out: Path, tmp_path: Path) -> None:
    again = simulate_mous(read_executions("tiny-mous"), tmp_path, seed=1, threads=1)
    assert digest(again.truth.parent) == digest(tiny_mous_out)


def test_nothing_is_overwritten_unless_asked_for(tiny_mous_out: Path) -> None:
    before = digest(tiny_mous_out)
    with pytest.raises(ScenarioError, match="already"):
        simulate_mous(read_executions("tiny-mous"), tiny_mous_out, seed=6)
    assert digest(tiny_mous_out) == before


def test_noise_falls_with_bandwidth_and_with_data(truth: MousTruth) -> None:
    whole = natural_noise(truth, "Tiny_1", bandwidths_hz={0: 2e9})
    assert natural_noise(truth, "Tiny_1", bandwidths_hz={0: 1e9}) == pytest.approx(whole * np.sqrt(2.0))
    assert natural_noise(truth, "Tiny_1", bandwidths_hz={0: 2e9}, used=0.25) == pytest.approx(whole * 2.0)
    one = MousTruth(truth.tree, truth.executions[:1])
    two = MousTruth(truth.tree, truth.executions[1:])
    parts = [natural_noise(part, "Tiny_1", bandwidths_hz={0: 2e9}) for part in (one, two)]
    assert whole**-2 == pytest.approx(sum(part**-2 for part in parts))


def test_the_noise_is_that_of_the_handbook(truth: MousTruth) -> None:
    """The radiometer equation with the mean system temperature, N (N - 1) / 2 baselines, two polarisations."""
    execution = truth.executions[0]
    one = MousTruth(truth.tree, (execution,))
    scan = execution.scans("target")[0]
    tsys = float(np.median(execution.tsys(scan, execution.science_spws[0])))
    seconds = sum(len(execution.times(scan)) for scan in execution.scans("target")) * 6.048
    per_jansky = float(np.mean(execution.instrument.kelvin_per_jansky))
    expected = tsys / per_jansky / 0.88 / np.sqrt(2.0 * 15 * 2 * 2e9 * seconds)
    assert natural_noise(one, "Tiny_1", bandwidths_hz={0: 2e9}) == pytest.approx(expected, rel=0.15)


IMPORT = """
import sys
from casatasks import importasdm
for asdm in sys.argv[1:]:
    importasdm(asdm=asdm, vis=asdm.rsplit("/", 1)[-1] + ".ms", asis="ExecBlock SBSummary", process_caldevice=False)
"""


@pytest.fixture(scope="module")
def imported(asdms: list[Path], tmp_path_factory: pytest.TempPathFactory, casa_child: Command) -> list[Path]:
    place = tmp_path_factory.mktemp("imported")
    casa_child(IMPORT, *asdms, cwd=place)
    return [place / f"{asdm.name}.ms" for asdm in asdms]


def test_casa_reads_that_both_belong_to_the_mous(imported: list[Path]) -> None:
    for ms in imported:
        with table(str(ms / "ASDM_EXECBLOCK"), ack=False) as rows:
            assert "uid://A001/Xe1/X4" in str(rows.getcell("sessionReference", 0))
        with table(str(ms / "OBSERVATION"), ack=False) as rows:
            assert rows.getcell("PROJECT", 0) == "uid://A001/Xe1/X2"


def test_casa_sees_other_frequencies_in_both(imported: list[Path], truth: MousTruth) -> None:
    found = []
    for ms, execution in zip(imported, truth.executions, strict=True):
        with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as rows:
            seen = [float(np.mean(rows.getcell("CHAN_FREQ", i))) for i in execution.science_spws]
        assert seen == pytest.approx([execution.spw(i).mean_frequency_hz for i in execution.science_spws], abs=1.0)
        found.append(seen)
    assert min(abs(a - b) for a, b in zip(*found, strict=True)) > 1e5


TO_LSRK = """
import json, sys
from casatools import measures
me = measures()
answer = []
for ra, dec, mjd_s, hz in json.loads(sys.argv[1]):
    me.doframe(me.observatory("ALMA"))
    me.doframe(me.epoch("utc", f"{mjd_s!r}s"))
    me.doframe(me.direction("ICRS", f"{ra!r}rad", f"{dec!r}rad"))
    answer.append(me.measure(me.frequency("TOPO", f"{hz!r}Hz"), "LSRK")["m0"]["value"])
print(json.dumps(answer))
"""


def test_casa_finds_the_line_where_it_was_put(truth: MousTruth, casa_child: Command, tmp_path: Path) -> None:
    asked = []
    for execution in truth.executions:
        centre = execution.source("Tiny_1").components[0]
        asked.append([*centre.direction_rad, execution.tree["start_mjd_s"], centre.lines[0].frequency_hz])
    done = casa_child(TO_LSRK, json.dumps(asked), cwd=tmp_path)
    assert json.loads(done.stdout.splitlines()[-1]) == pytest.approx([92.5e9, 92.5e9], abs=1e3)
