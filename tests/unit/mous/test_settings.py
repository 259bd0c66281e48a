"""``mous.toml`` and the tree of a MOUS: what is read, and what is refused with which words."""

from __future__ import annotations

import math
import re
import tomllib
from pathlib import Path

import pytest
from support.places import ROOT

from almared.errors import InputError
from almared.mous import read_mous, read_settings
from almared.mous.settings import PlanTable
from almared.mous.write import settings_text, with_sb_name
from almared.names import Uid

UID = "uid://A001/X13e/X1fe"
WHOLE = """
uid = "uid___A001_X13e_X1fe"
part = "compact"
[project]
cycle = "2"
code = "2013.1.00001.S"
pi = "S. Somebody"
science_goal = "uid://A001/X13e/X1f0"
[request]
rms = "0.1 mJy"
bandwidth = "10 MHz"
beam = ["0.8 arcsec", "1.2 arcsec"]
[[request.line]]
name = "CO_1-0"
rest_frequency = "115.271 GHz"
channel_width = "1 km/s"
velocity = ["-100 km/s", "120 km/s"]
[[request.line]]
name = "cyanide"
rest_frequency = "100 GHz"
channel_width = "1 MHz"
[plan]
antpos = "antennapos.csv"
refant = "DA41"
time_bin = "6 s"
[plan.uid___A002_X1_X2]
refant = "DA42"
flux = ["J1733-1304=2.39@96.35,-0.70"]
[combine]
scale = false
[imaging]
cell = "0.1 arcsec"
imsize = 300
gridder = "mosaic"
masks = { "Tiny_1_cont" = "mine.mask" }
[readme]
comments = "Nothing unusual."
"""


def written(directory: Path, text: str) -> Path:
    file = directory / "mous.toml"
    file.write_text(text)
    return file


def test_every_table_is_read_into_our_units(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, WHOLE))
    assert settings.uid == UID
    assert settings.part == "compact"
    assert settings.request.rms_jy == pytest.approx(1e-4)
    assert settings.request.bandwidth_hz == 10e6
    assert settings.request.beam_rad == pytest.approx((0.8 * math.pi / 648e3, 1.2 * math.pi / 648e3))
    first, second = settings.request.line
    assert first.channel_width_m_s == 1000.0
    assert first.velocity_m_s == (-100e3, 120e3)
    assert second.channel_width_m_s == pytest.approx(2997.92458)
    assert settings.imaging.imsize == (300, 300)
    assert settings.imaging.masks == {"Tiny_1_cont": "mine.mask"}
    assert not settings.combine.scale


def test_options_of_one_execution_block_win_over_those_of_all(tmp_path: Path) -> None:
    plan = read_settings(written(tmp_path, WHOLE)).plan
    own, other = plan.for_eb(Uid.parse("uid://A002/X1/X2")), plan.for_eb(Uid.parse("uid://A002/X1/X3"))
    assert (own.refant, own.antpos, own.time_bin_s) == ("DA42", "antennapos.csv", 6.0)
    assert own.flux == ("J1733-1304=2.39@96.35,-0.70",)
    assert (other.refant, other.flux) == ("DA41", None)


def test_a_uid_is_enough(tmp_path: Path) -> None:
    settings = read_settings(written(tmp_path, f'uid = "{UID}"'))
    assert settings.combine.scale
    assert settings.request.rms_jy is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "uid: Field required"),
        ('uid = "X13e"', "is not a unique id"),
        (f'uid = "{UID}"\nrobust = 0.5', "robust: there is no such key"),
        (f'uid = "{UID}"\n[imaging]\ncel = "1 arcsec"', "imaging.cel: there is no such key"),
        (f'uid = "{UID}"\n[request]\nrms = 0.1', "is not a flux density"),
        (f'uid = "{UID}"\n[request]\nrms = "0 mJy"', "request.rms: Input should be greater than 0"),
        (f'uid = "{UID}"\n[request]\nbeam = ["2 arcsec", "1 arcsec"]', "the smaller one"),
        (f'uid = "{UID}"\n[imaging]\ncell = "1 GHz"', "unit must be one of mas, arcsec"),
        (f'uid = "{UID}"\n[plan.uid___A002_X1]\nrefant = "DA41"', "is not a unique id"),
        (f'uid = "{UID}"\n[plan.uid___A002_X1_X2]\nrefand = "DA41"', "refand: there is no such key"),
        (f'uid = "{UID}"\n[plan.eb]\nrefant = "DA41"', "after its uid"),
        (f'uid = "{UID}"\npart = "large"', "part: Input should be 'extended', 'compact' or '7m'"),
        ('uid = "', "not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        read_settings(written(tmp_path, text))
    assert words in str(caught.value)


def test_the_example_of_the_documentation_is_read_and_names_every_key(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "mous.md").read_text()
    example = page.split("```toml\n")[1].split("```")[0]
    settings = read_settings(written(tmp_path, example))
    said = tomllib.loads(example)
    for name in ("project", "request", "combine", "imaging", "readme"):
        table = type(settings).model_fields[name].default
        assert set(said[name]) == {field.alias or key for key, field in type(table).model_fields.items()}, name
    keys = {field.alias or key for key, field in PlanTable.model_fields.items()}
    listed = page.split("those of `almared plan`: ")[1].split(".\n")[0]
    assert {word.strip("`,") for word in listed.split()} == keys


@pytest.mark.parametrize("sb_name", ["", 'M83 "a" \\_03_TE'])
def test_what_prepare_writes_says_what_it_was_told_and_its_examples_are_right(tmp_path: Path, sb_name: str) -> None:
    text = settings_text(Uid.parse(UID), part="extended", reason="it is so", sb_name=sb_name)
    settings = read_settings(written(tmp_path, text))
    assert (settings.uid, settings.part, settings.project.sb_name) == (UID, "extended", sb_name)
    examples = text.split("# All keys are described in docs/mous.md.")[1]
    opened = re.sub(r"^# ", "", examples, flags=re.MULTILINE)
    assert read_settings(written(tmp_path, opened)).request.line[0].name == "CO_1-0"
    again = with_sb_name(written(tmp_path, text), "other")
    assert again.replace('sb_name = "other"\n', "") == re.sub(r"sb_name = .*\n", "", text)


def tree(tmp_path: Path) -> Path:
    """Return a MOUS with two execution blocks, the ASDMs linked from outside."""
    root = tmp_path / "uid___A001_X13e_X1fe"
    for number in (2, 3):
        asdm = tmp_path / "archive" / f"uid___A002_X1_X{number}"
        asdm.mkdir(parents=True)
        (asdm / "ASDM.xml").write_text("<ASDM/>")
        place = root / f"Calibration_X{number}"
        place.mkdir(parents=True)
        (place / asdm.name).symlink_to(asdm)
    written(root, f'uid = "{UID}"')
    return root


def test_a_mous_is_found_from_anything_inside(tmp_path: Path) -> None:
    root = tree(tmp_path)
    for place in (root, root / "Calibration_X3", root / "Calibration_X3" / "uid___A002_X1_X3"):
        mous = read_mous(place)
        assert mous.tree.root == root
        assert [(str(eb.uid), eb.name, eb.products.ms) for eb in mous.ebs] == [
            ("uid://A002/X1/X2", "X2", "uid___A002_X1_X2.ms"),
            ("uid://A002/X1/X3", "X3", "uid___A002_X1_X3.ms"),
        ]
    assert mous.is_combined


def test_what_is_no_mous_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not in a MOUS"):
        read_mous(tmp_path)
    root = tree(tmp_path)
    (root / "Calibration_X3" / "uid___A002_X1_X3").unlink()
    with pytest.raises(InputError, match="no ASDM in it, or its link leads nowhere"):
        read_mous(root)


def test_a_renamed_directory_is_refused(tmp_path: Path) -> None:
    renamed = tree(tmp_path).rename(tmp_path / "my_mous")
    with pytest.raises(InputError, match="the directory is my_mous"):
        read_mous(renamed)
