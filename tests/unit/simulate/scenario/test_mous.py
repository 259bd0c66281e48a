"""Several executions of one MOUS: what a scenario may say, and how frequencies follow the date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from almared.errors import InputError, ScenarioError
from almared.simulate import read_executions, read_scenario
from almared.simulate.scenario.files import SHIPPED
from almared.simulate.scenario.mous import execution_seed, read_mous_truth
from almared.simulate.world.doppler import set_for_date, topocentric_factor

TINY = (SHIPPED / "tiny-mous.toml").read_text()


def changed(tmp_path: Path, old: str, new: str, *, count: int = 1) -> Path:
    assert old in TINY
    path = tmp_path / "mine.toml"
    path.write_text(TINY.replace(old, new, count))
    return path


def test_an_execution_differs_in_what_it_says_and_in_nothing_else() -> None:
    one, two = read_executions("tiny-mous")
    assert one.mous == two.mous
    assert (one.project, one.block, one.source, one.spectral) == (two.project, two.block, two.source, two.spectral)
    assert one.uid != two.uid
    assert one.time.date != two.time.date
    assert (one.atmosphere.pwv, two.atmosphere.pwv) == pytest.approx((2.5e-3, 1.9e-3))
    assert one.atmosphere.path_rms == two.atmosphere.path_rms


def test_a_calibrator_may_vary_and_the_array_be_another(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(
        TINY
        + '[execution.source.phase]\nflux = "0.9 Jy"\n[[execution.array.group]]\nconfiguration = "alma.cycle8.2.cfg"\n'
        + "antennas = 5\n"
    )
    one, two = read_executions(path)
    assert (one.source["phase"].flux, two.source["phase"].flux) == (0.8, 0.9)
    assert two.source["phase"].model_copy(update={"flux": 0.8}) == one.source["phase"]
    assert [sum(g.antennas for g in each.array.group) for each in (one, two)] == [6, 5]


def test_a_set_key_holds_for_all_executions_that_do_not_say_otherwise() -> None:
    one, two = read_executions("tiny-mous", overrides={"atmosphere.pwv": "3 mm", "atmosphere.wind_speed": "3 m/s"})
    assert (one.atmosphere.pwv, two.atmosphere.pwv) == pytest.approx((3e-3, 1.9e-3))
    assert (one.atmosphere.wind_speed, two.atmosphere.wind_speed) == (3.0, 3.0)


def line_of(text: str, needle: str) -> int:
    return next(i for i, line in enumerate(text.splitlines(), start=1) if needle in line)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('pwv = "1.9 mm"', 'pvw = "1.9 mm"', "atmosphere.pvw .*there is no such key"),
        ('pwv = "1.9 mm"', "pwv = 1.9", "atmosphere.pwv .*write a number and a unit"),
        ('pwv = "2.5 mm"', "pwv = 2.5", "atmosphere.pwv .*write a number and a unit"),
    ],
)
def test_wrong_keys_and_units_of_an_execution_are_told_with_their_line(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    path = changed(tmp_path, old, new)
    number = line_of(path.read_text(), new)
    with pytest.raises(ScenarioError, match=complaint) as caught:
        read_executions(path)
    assert f"(line {number})" in str(caught.value)
    assert "execution" in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('[mous]\nuid = "uid://A001/Xe1/X4"\n', "", "belong to one MOUS"),
        ("uid://A002/Xe2/X20", "uid://A002/Xe1/X10", "the same uid"),
        ('pwv = "1.9 mm"', 'pwv = "1.9 mm"\n[execution.source.target]\nflux = "0.4 Jy"', "'target' differs"),
        ("[[execution]]", "[execution]", r"tables \[\[execution\]\]|not valid TOML"),
    ],
)
def test_executions_that_do_not_belong_together_are_refused(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    with pytest.raises(ScenarioError, match=complaint):
        read_executions(changed(tmp_path, old, new))


def test_pointings_may_be_shifted_from_execution_to_execution(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(TINY + '[execution.source.target]\nshift = ["0.02 arcsec", "-0.01 arcsec"]\n')
    assert read_executions(path)[1].source["target"].shift == pytest.approx((0.02 / 206265, -0.01 / 206265), rel=1e-5)


def test_a_scenario_of_several_executions_is_not_taken_for_one() -> None:
    with pytest.raises(ScenarioError, match="2 executions"):
        read_scenario("tiny-mous")


@pytest.mark.parametrize(
    ("ra", "dec", "mjd", "factor"),
    [
        (1.5, -0.5, 60008.93, 0.9998731661960496),
        (1.5, -0.5, 60100.2, 0.9999220882743365),
        (4.0, 0.3, 59900.7, 1.000071679422425),
        (0.1, -1.0, 60250.1, 0.9999129061294558),
        (2.7, -0.2, 57000.4, 1.0000622165293875),
    ],
)
def test_lsrk_is_the_one_of_casa(ra: float, dec: float, mjd: float, factor: float) -> None:
    """What measures of casatools 6.7 turns 100 GHz at ALMA into, to 1 m/s."""
    assert topocentric_factor((ra, dec), mjd * 86400.0) == pytest.approx(factor, abs=1.0 / 299792458.0)


def test_windows_and_lines_are_set_for_the_date() -> None:
    for execution in read_executions("tiny-mous"):
        tuned, doppler = set_for_date(execution)
        for before, after in zip(execution.spectral.baseband, tuned.spectral.baseband, strict=True):
            assert after.centre == pytest.approx(before.centre * doppler.sources["target"], rel=1e-12)
        line = tuned.source["target"].line[0]
        assert line.frequency == pytest.approx(92.5e9 * doppler.windows, rel=1e-12)
        assert line.frame == "TOPO"
    assert abs(doppler.windows - 1.0) > 1e-5


def test_without_a_source_to_be_set_for_windows_stay_where_they_are() -> None:
    scenario = read_scenario("tiny")
    tuned, doppler = set_for_date(scenario)
    assert tuned.spectral == scenario.spectral
    assert doppler.windows == 1.0


def test_windows_cannot_be_set_for_what_has_no_position() -> None:
    with pytest.raises(ScenarioError, match="'flux'"):
        set_for_date(read_scenario("b6-titan", overrides={"spectral.doppler": "flux"}))


def test_seeds_of_executions_differ_and_follow_from_the_one_given() -> None:
    seeds = [execution_seed(seed, number) for seed in (1, 2) for number in range(3)]
    assert len(set(seeds)) == len(seeds)
    assert seeds == [execution_seed(seed, number) for seed in (1, 2) for number in range(3)]


@pytest.mark.parametrize("text", ["", "[1, 2", "[]", json.dumps({"format": 99, "executions": []})])
def test_a_truth_that_is_none_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "mous-truth.json").write_text(text)
    with pytest.raises(InputError, match="truth"):
        read_mous_truth(tmp_path)


def test_a_truth_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_mous_truth(tmp_path)
