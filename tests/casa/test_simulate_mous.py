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

from almared.asdm import read_execution_block
from almared.errors import ScenarioError
from almared.simulate import SimulatedMous, read_executions, simulate_mous
from almared.simulate.mous import MousTruth, read_mous_truth
from almared.simulate.verify.thermal import natural_noise

pytestmark = pytest.mark.casa


SMALL = {
    "sequence.cycles": "1",
    "sequence.bandpass_time": "12 s",
    "sequence.flux_time": "12 s",
    "sequence.phase_time": "12 s",
    "sequence.check_time": "12 s",
    "sequence.target_time": "24 s",
    "array.group.0.antennas": "4",
    "instrument.moved": "2",
}


def place_of(truth: MousTruth, number: int) -> str:
    return str(truth.tree["executions"][number]["directory"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> SimulatedMous:
    return simulate_mous(read_executions("tiny-mous", overrides=SMALL), tmp_path_factory.mktemp("mous"), seed=5)


@pytest.fixture(scope="module")
def truth(made: SimulatedMous) -> MousTruth:
    return read_mous_truth(made.truth)


def test_each_execution_has_a_directory_of_its_own(made: SimulatedMous, truth: MousTruth) -> None:
    out = made.truth.parent
    assert {path.name for path in out.iterdir()} == {"mous-truth.json", *(eb.eb.name for eb in made.ebs)}
    assert truth.uid == made.uid == "uid://A001/Xe1/X4"
    for number, eb in enumerate(made.ebs):
        assert eb.asdm == out / place_of(truth, number) / eb.eb.name
        assert truth.executions[number].tree["asdm"] == eb.eb.name


def test_the_asdms_name_project_block_and_mous(made: SimulatedMous) -> None:
    for made_eb in made.ebs:
        eb = read_execution_block(made_eb.asdm)
        assert (eb.project_uid, eb.sb_uid) == ("uid://A001/Xe1/X2", "uid://A001/Xe1/X3")
        text = (made_eb.asdm / "ExecBlock.xml").read_text()
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


def test_rest_frequencies_are_the_same_in_both_asdms(made: SimulatedMous) -> None:
    found = []
    for made_eb in made.ebs:
        eb = read_execution_block(made_eb.asdm)
        target = next(source for source in eb.sources if source.name == "Tiny_1")
        found.append(sorted(hz for _, values in target.rest_frequencies_hz for hz in values))
    assert found[0] == found[1] == pytest.approx([90.5e9, 92.5e9, 102.5e9, 104.5e9], abs=1.0)


def test_the_catalogue_tells_true_fluxes_of_the_calibrators(made: SimulatedMous, truth: MousTruth) -> None:
    for made_eb, execution in zip(made.ebs, truth.executions, strict=True):
        sources = {source.name: source for source in read_execution_block(made_eb.asdm).sources}
        for name in ("J0423-0120", "J0519-4546"):
            assert sources[name].fluxes
            for flux in sources[name].fluxes:
                expected = execution.source(name).flux(np.array([flux.frequency_hz]))[0]
                assert flux.stokes_jy[0] == pytest.approx(expected, rel=1e-5)


def digest(directory: Path) -> dict[str, str]:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(f.relative_to(directory)): hashlib.sha256(f.read_bytes()).hexdigest() for f in files}


def test_the_same_seed_gives_the_same_bytes(made: SimulatedMous, tmp_path: Path) -> None:
    again = simulate_mous(read_executions("tiny-mous", overrides=SMALL), tmp_path / "again", seed=5, threads=1)
    assert digest(again.truth.parent) == digest(made.truth.parent)


def test_nothing_is_overwritten_unless_asked_for(made: SimulatedMous) -> None:
    executions = read_executions("tiny-mous", overrides=SMALL)
    before = digest(made.truth.parent)
    with pytest.raises(ScenarioError, match="already"):
        simulate_mous(executions, made.truth.parent, seed=6)
    assert digest(made.truth.parent) == before


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
    seconds = len(execution.times(scan)) * 6.048
    per_jansky = float(np.mean(execution.instrument.kelvin_per_jansky))
    expected = tsys / per_jansky / 0.88 / np.sqrt(2.0 * 6 * 2 * 2e9 * seconds)
    assert natural_noise(one, "Tiny_1", bandwidths_hz={0: 2e9}) == pytest.approx(expected, rel=0.15)


IMPORT = """
import sys
from casatasks import importasdm
for asdm in sys.argv[1:]:
    importasdm(asdm=asdm, vis=asdm.rsplit("/", 1)[-1] + ".ms", asis="ExecBlock SBSummary", process_caldevice=False)
"""


@pytest.fixture(scope="module")
def imported(made: SimulatedMous, tmp_path_factory: pytest.TempPathFactory, casa_child: Command) -> list[Path]:
    place = tmp_path_factory.mktemp("imported")
    casa_child(IMPORT, *(eb.asdm for eb in made.ebs), cwd=place)
    return [place / f"{eb.eb.name}.ms" for eb in made.ebs]


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
