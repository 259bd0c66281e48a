"""One module finds an execution block from whatever the reducer names; nobody else knows what an ASDM looks like."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import ROOT

from almared.errors import InputError
from almared.mous.source import asdms_in, find_data_set, find_source, is_asdm, is_ms, ms_name_of
from almared.names import Products
from almared.script.locate import find_script, raw_data

NAME = "uid___A002_X1_X2"
STEMS = st.from_regex(r"uid___A002_X[0-9a-f]{1,6}_X[0-9a-f]{1,4}", fullmatch=True)
SOURCES = ROOT / "src" / "almared"


def asdm(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "ASDM.xml").write_text("<ASDM/>")
    return path


def table(path: Path) -> Path:
    path.mkdir(parents=True)
    (path / "table.dat").write_text("")
    return path


@given(stem=STEMS, ending=st.sampled_from(["", ".asdm", ".asdm.sdm", ".ms"]))
def test_every_name_of_an_execution_block_gives_the_same_ms_and_script(stem: str, ending: str) -> None:
    ms = ms_name_of(stem + ending)
    assert ms == f"{stem}.ms"
    assert Products.of_script(Products(ms).script) == Products(ms)


@pytest.mark.parametrize("ending", ["", ".asdm", ".asdm.sdm"])
def test_whatever_is_named_leads_to_the_same_source_and_script(tmp_path: Path, ending: str) -> None:
    there = asdm(tmp_path / f"{NAME}{ending}")
    script = tmp_path / f"{NAME}.ms.scriptForCalibration.py"
    script.write_text(f'asdm = "{there.name}"\n')
    for target in (there, tmp_path / NAME, tmp_path / f"{NAME}.ms", tmp_path):
        source = find_source(target)
        assert (source.asdm, source.ms, source.ms_name) == (there, None, f"{NAME}.ms"), target
        assert find_script(target) == script.resolve(), target
    assert raw_data(script) == (there,)


def test_the_ms_wins_when_it_is_named(tmp_path: Path) -> None:
    there, ms = asdm(tmp_path / NAME), table(tmp_path / f"{NAME}.ms")
    assert find_source(ms).is_asdm_read is False
    assert find_source(there).is_asdm_read is True
    assert find_source(ms).asdm == there


def test_facts_are_read_of_an_ms_of_any_name(tmp_path: Path) -> None:
    split = table(tmp_path / f"{NAME}.ms.split.cal")
    assert find_data_set(split).ms == split
    with pytest.raises(InputError, match="there is no ASDM"):
        find_source(split)


def test_a_directory_is_taken_for_its_only_data_set(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="neither an ASDM nor a MeasurementSet"):
        find_data_set(tmp_path)
    ms = table(tmp_path / f"{NAME}.ms")
    table(tmp_path / f"{NAME}.ms.split")
    assert find_data_set(tmp_path).ms == ms
    # An ASDM goes before the MS that was imported from it.
    there = asdm(tmp_path / NAME)
    assert (find_data_set(tmp_path).asdm, find_data_set(tmp_path).ms) == (there, None)
    asdm(tmp_path / "uid___A002_X1_X3")
    with pytest.raises(InputError, match="several data sets"):
        find_data_set(tmp_path)
    with pytest.raises(InputError, match="2 ASDMs"):
        find_source(tmp_path)


def test_links_to_raw_data_are_found_and_broken_ones_are_not(tmp_path: Path) -> None:
    there = asdm(tmp_path / "archive" / NAME)
    place = tmp_path / "place"
    place.mkdir()
    (place / NAME).symlink_to(there)
    (place / "uid___A002_X1_X9").symlink_to(tmp_path / "nothing")
    assert asdms_in(place) == [place / NAME]
    assert asdms_in(place / "nothing") == []


def test_a_file_is_neither(tmp_path: Path) -> None:
    file = tmp_path / f"{NAME}.ms"
    file.write_text("")
    assert not is_asdm(file)
    assert not is_ms(file)
    with pytest.raises(InputError):
        find_data_set(file)


def test_only_the_formats_and_the_finder_know_how_an_asdm_looks() -> None:
    found = {
        path.relative_to(SOURCES).as_posix()
        for path in SOURCES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value == "ASDM.xml"
    }
    assert {name for name in found if not name.startswith("formats/asdm/")} == {"mous/source.py"}
