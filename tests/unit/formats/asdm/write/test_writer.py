"""The writer of ASDM tables against the reader, and what it refuses."""

from __future__ import annotations

import hashlib
import math
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import tiny_eb

from almared.errors import ScenarioError
from almared.formats.asdm import read_execution_block
from almared.formats.asdm.write.tables import BINARY_FORM
from almared.model import Field, OnlineFlag, SpwRole
from almared.simulate.asdm.setup import make_setup
from almared.simulate.asdm.spectral import full_resolution_twin
from almared.simulate.asdm.writer import write_asdm_metadata
from almared.simulate.replica.contents import MARKER

MICROSECONDS = 2e-6


def assert_alike(found: Any, expected: Any, path: str = "eb") -> None:
    """Compare facts; times may differ by the step of a float64 of MJD seconds, 1 us."""
    if is_dataclass(expected):
        for field in fields(expected):
            if field.compare:
                assert_alike(getattr(found, field.name), getattr(expected, field.name), f"{path}.{field.name}")
    elif isinstance(expected, tuple):
        assert len(found) == len(expected), path
        for number, (a, b) in enumerate(zip(found, expected, strict=True)):
            assert_alike(a, b, f"{path}[{number}]")
    elif isinstance(expected, float):
        assert math.isclose(found, expected, rel_tol=1e-12, abs_tol=MICROSECONDS), (path, found, expected)
    else:
        assert found == expected, path


@pytest.mark.parametrize(
    ("binary", "big_endian"), [(frozenset(), False), (BINARY_FORM, False), (BINARY_FORM, True)], ids=["xml", "le", "be"]
)
def test_what_is_written_is_read_back(tmp_path: Path, binary: frozenset[str], big_endian: bool) -> None:
    made = tiny_eb.contents(binary_tables=binary, big_endian=big_endian)
    eb = tiny_eb.write_asdm(tmp_path / made.eb.name, made)
    found = read_execution_block(tmp_path / made.eb.name)
    assert_alike(replace(found, tsys=(), weather=None), replace(eb, tsys=(), weather=None))
    assert found.raw_bytes == eb.raw_bytes > 0
    assert found.has_binary_data


def test_tsys_and_weather_are_read_back(tmp_path: Path) -> None:
    made = tiny_eb.contents()
    tiny_eb.write_asdm(tmp_path / made.eb.name, made)
    found = read_execution_block(tmp_path / made.eb.name)
    assert {(t.antenna_id, t.spw_id) for t in found.tsys} == {(a, s) for a in range(5) for s in (1, 3)}
    record = next(t for t in found.tsys if (t.antenna_id, t.spw_id) == (2, 3))
    inner = [np.median(tiny_eb.tsys_spectrum(2, 3, receptor)[8:-8]) for receptor in (0, 1)]
    assert record.median_tsys_k == pytest.approx(inner)
    assert record.n_bad_tsys == 0
    assert found.weather is not None
    assert found.weather.temperature_k == pytest.approx(269.0)


def test_same_contents_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("a", "b"):
        tiny_eb.write_asdm(tmp_path / name, tiny_eb.contents())
        files = sorted(p for p in (tmp_path / name).rglob("*") if p.is_file())
        digests.append([(p.name, hashlib.sha256(p.read_bytes()).hexdigest()) for p in files])
    assert digests[0] == digests[1]
    assert len(digests[0]) > 30


def test_list_of_tables_tells_true_row_counts(tmp_path: Path) -> None:
    from xml.etree.ElementTree import parse

    write_asdm_metadata(tiny_eb.contents(binary_tables=frozenset()), tmp_path)
    spaced = "{http://Alma/XASDM/ASDM}"
    listed = {
        row.findtext(f"{spaced}Name"): int(row.findtext(f"{spaced}NumberRows") or -1)
        for row in parse(tmp_path / "ASDM.xml").getroot().iter(f"{spaced}Table")
    }
    for name, count in listed.items():
        text = (tmp_path / f"{name}.xml").read_text() if count else ""
        assert text.count("<row>") == count, name
        assert (tmp_path / f"{name}.xml").exists() == bool(count), name
    assert listed["Main"] == 18
    assert listed["Ephemeris"] == 0


def test_uids_of_tables_and_data_do_not_collide(tmp_path: Path) -> None:
    import re

    write_asdm_metadata(tiny_eb.contents(), tmp_path)
    listed = re.findall(r'<Entity entityId="([^"]+)"', (tmp_path / "ASDM.xml").read_text())
    data = re.findall(r'entityId="([^"]+)" partId', (tmp_path / "Main.xml").read_text())
    assert len(set(listed)) == len(listed) > 25
    assert len(set(data)) == len(data) == 18
    assert not set(listed) & set(data)


def test_a_flag_row_has_one_antenna(tmp_path: Path) -> None:
    start = tiny_eb.START
    flags = (OnlineFlag((), start, start + 1.0, "all"), OnlineFlag(("DA41", "DV02"), start, start + 2.0, "two"))
    write_asdm_metadata(tiny_eb.contents(tiny_eb.execution_block(online_flags=flags)), tmp_path)
    (tmp_path / MARKER).touch()
    found = read_execution_block(tmp_path).online_flags
    assert [flag.antenna_names for flag in found] == [(name,) for name in (*tiny_eb.NAMES, "DA41", "DV02")]


def test_hostile_names_stay_names(tmp_path: Path) -> None:
    name = """x'); import os # <b> & "q" ../.."""
    eb = tiny_eb.execution_block()
    hostile = replace(
        eb,
        fields=(replace(eb.fields[0], name=name), *eb.fields[1:]),
        sources=(replace(eb.sources[0], name=name), *eb.sources[1:]),
    )
    write_asdm_metadata(tiny_eb.contents(hostile), tmp_path)
    (tmp_path / MARKER).touch()
    found = read_execution_block(tmp_path)
    assert found.fields[0].name == name
    assert found.sources[0].name == name


def test_windows_and_averages_know_each_other() -> None:
    spws = tiny_eb.windows()
    assert [getattr(full_resolution_twin(w, spws), "id", None) for w in spws] == [None, 2, 1, 4, 3, 6, 5, 8, 7]


def test_configurations_are_one_per_kind_of_file() -> None:
    setup = make_setup(tiny_eb.execution_block())
    kinds = [(c.spw_ids, c.processor, c.spectral_type, c.antenna_ids) for c in setup.configurations]
    everyone = (0, 1, 2, 3, 4)
    assert kinds == [
        ((0,), "RADIOMETER", "FULL_RESOLUTION", (0, 1, 2, 4)),
        ((1, 3), "CORRELATOR", "FULL_RESOLUTION", everyone),
        ((2, 4), "CORRELATOR", "CHANNEL_AVERAGE", everyone),
        ((5, 7), "CORRELATOR", "FULL_RESOLUTION", everyone),
        ((6, 8), "CORRELATOR", "CHANNEL_AVERAGE", everyone),
    ]


def broken(**changes: Any) -> Any:
    return tiny_eb.contents(tiny_eb.execution_block(**changes))


def first_scan(**changes: Any) -> Any:
    first, *rest = tiny_eb.scans()
    return broken(scans=(replace(first, **changes), *rest))


def with_nan() -> Any:
    made = tiny_eb.contents()
    spectrum = made.syscal[3].tsys_k.copy()
    spectrum[1, 77] = np.nan
    rows = list(made.syscal)
    rows[3] = replace(rows[3], tsys_k=spectrum)
    return replace(made, syscal=tuple(rows))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (with_nan, "not finite"),
        (lambda: first_scan(intents=("CALIBRATE_NOTHING",)), "ScanIntent"),
        (lambda: first_scan(subscans=(replace(tiny_eb.scans()[0].subscans[0], intent="ON_MARS"),)), "SubscanIntent"),
        (lambda: broken(uid="uid://A002/Xsim/X1"), "not hexadecimal"),
        (lambda: broken(fields=(Field(3, "x", "none", 0, (0.0, 0.0)),)), "count from 0"),
        (lambda: tiny_eb.contents(binary_tables=frozenset({"Antenna"})), "binary form"),
        (lambda: tiny_eb.contents(ephemerides={2: tiny_eb.moving_positions()[:1]}), "seconds apart"),
        (lambda: broken(observer="line\nend"), "cannot be written"),
        (lambda: broken(correlator="ALMA_ABACUS"), "CorrelatorName"),
    ],
    ids=["nan", "intent", "subscan intent", "uid", "ids", "binary", "ephemeris", "text", "correlator"],
)
def test_what_casa_would_drop_silently_is_refused(tmp_path: Path, make: Any, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        write_asdm_metadata(make(), tmp_path)


def test_roles_of_the_tiny_block() -> None:
    roles = [w.role for w in tiny_eb.execution_block().spws]
    average = SpwRole.CHANNEL_AVERAGE
    assert roles == [
        SpwRole.WVR, SpwRole.TSYS, average, SpwRole.TSYS, average, SpwRole.SCIENCE, average, SpwRole.SCIENCE, average
    ]  # fmt: skip
