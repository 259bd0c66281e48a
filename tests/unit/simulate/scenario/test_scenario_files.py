"""Quantities and scenario files: what is read, and what is refused with which words."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.basics.quantities import UNITS, parse_quantity
from almared.errors import ScenarioError
from almared.simulate import read_executions, read_scenario, shipped_scenarios

KINDS = [(kind, unit) for kind, units in UNITS.items() for unit in units]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("230 GHz", "frequency", 230e9),
        ("200 um", "length", 200e-6),
        ("1.2mm", "length", 1.2e-3),
        ("30 min", "duration", 1800.0),
        ("60 ps", "duration", 60e-12),
        ("-3 arcsec", "angle", -3.0 * math.pi / 648000.0),
        ("12 %", "fraction", 0.12),
        ("1e3 mJy", "flux density", 1.0),
    ],
)
def test_quantities_are_read_in_our_units(text: str, kind: str, value: float) -> None:
    assert parse_quantity(text, kind) == pytest.approx(value, rel=1e-12)


@given(st.floats(-1e12, 1e12, allow_nan=False), st.sampled_from(KINDS))
def test_written_quantities_are_read_back(value: float, pair: tuple[str, str]) -> None:
    kind, unit = pair
    assert parse_quantity(f"{value!r} {unit}", kind) == value * UNITS[kind][unit]


@pytest.mark.parametrize("text", ["230", 230, 230.0, "GHz", "230 gHz", "230 K", "nan GHz", "", None, "1 GHz 2"])
def test_no_frequency(text: object) -> None:
    with pytest.raises(ValueError, match="not a frequency"):
        parse_quantity(text, "frequency")


def test_shipped_scenarios_are_sound() -> None:
    assert {"tiny", "b3-quasar", "b6-titan", "tiny-mous"} <= set(shipped_scenarios())
    uids = [execution.uid for name in shipped_scenarios() for execution in read_executions(name)]
    assert len(set(uids)) == len(uids)


def test_b3_quasar_is_what_was_asked_for() -> None:
    scenario = read_scenario("b3-quasar")
    modes = [(b.mode, b.channels) for b in scenario.spectral.baseband]
    assert sum(mode == "FDM" and channels >= 480 for mode, channels in modes) == 2
    assert sum(mode == "TDM" for mode, _ in modes) == 2
    assert {b.sideband for b in scenario.spectral.baseband} == {"LSB", "USB"}
    assert sum(group.antennas for group in scenario.array.group) == 12
    assert scenario.timing.wvr == pytest.approx(1.152)
    assert scenario.sequence is not None
    assert scenario.sequence.flux != scenario.sequence.bandpass
    assert scenario.sequence.cycles == 3


def broken(tmp_path: Path, old: str, new: str) -> Path:
    text = read_text("tiny")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1))
    return path


def read_text(name: str) -> str:
    from almared.simulate.scenario.files import SHIPPED

    return (SHIPPED / f"{name}.toml").read_text()


def line_of(path: Path, start: str) -> int:
    return next(i for i, line in enumerate(path.read_text().splitlines(), 1) if line.startswith(start))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('pwv = "2.5 mm"', 'pwv = "1.2 K"', "'1.2 K' is not a length"),
        ('pwv = "2.5 mm"', "pwv = 1.2", "1.2 is not a length"),
        ('pwv = "2.5 mm"', 'pvw = "1.2 mm"', "there is no such key"),
        ("cycles = 2", 'cycles = "two"', "integer"),
        ("antennas = 6", "antennas = 0", "greater than or equal to 1"),
    ],
)
def test_a_complaint_names_file_key_and_line(tmp_path: Path, old: str, new: str, words: str) -> None:
    path = broken(tmp_path, old, new)
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    message = caught.value.text()
    assert str(path) in message
    assert new.split(" = ", maxsplit=1)[0] in message
    assert words in message
    assert f"line {line_of(path, new)}" in message


def test_a_source_needs_a_place(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"source\.check.*ra and dec"):
        read_scenario(broken(tmp_path, 'ra = "04:53:14.6468"\n', ""))


def test_no_toml_and_no_file(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_text("[array\n")
    with pytest.raises(ScenarioError, match="not valid TOML"):
        read_scenario(path)
    with pytest.raises(ScenarioError, match="no such scenario"):
        read_scenario(tmp_path / "absent.toml")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ScenarioError, match="not a text"):
        read_scenario(path)


def test_keys_are_set_from_outside() -> None:
    settings = {
        "atmosphere.pwv": "2.5 mm",
        "noise.enabled": "false",
        "spectral.baseband.1.channels": "96",
        "source.target.flux": '"1 Jy"',
    }
    scenario = read_scenario("tiny", overrides=settings)
    assert scenario.atmosphere.pwv == pytest.approx(2.5e-3)
    assert not scenario.noise.enabled
    assert scenario.spectral.baseband[1].channels == 96
    assert scenario.source["target"].flux == 1.0


@pytest.mark.parametrize("key", ["atmosphere.pvw", "spectral.baseband.9.channels", "title.x", "nothing"])
def test_keys_that_are_not_there(key: str) -> None:
    with pytest.raises(ScenarioError):
        read_scenario("tiny", overrides={key: "1"})
