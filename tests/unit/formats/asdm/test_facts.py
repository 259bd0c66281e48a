"""What the simulator writes into an ASDM is read back, from XML and from both binary forms."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support import tiny_eb
from support.facts import differences
from support.places import REAL

from almared.formats.asdm import expected_rows, read_execution_block
from almared.formats.asdm.bulk import MARKER
from almared.formats.asdm.positions import place
from almared.formats.asdm.write.tables import BINARY_FORM
from almared.model import ExecutionBlock, SpwRole
from almared.simulate.asdm.writer import write_asdm_metadata
from almared.simulate.observe.contents import WeatherRow
from almared.simulate.replica.contents import write_metadata_replica

MOSAIC = REAL / "listobs" / "uid___A002_X9cffbd_Xefe.ms.listobs"


def written(directory: Path, eb: ExecutionBlock | None = None, **changes: object) -> tuple[Path, ExecutionBlock]:
    """Write the tiny ASDM without binary data, marked so, and return it with its facts."""
    contents = tiny_eb.contents(eb, **changes)
    path = directory / contents.eb.name
    write_asdm_metadata(contents, path)
    (path / MARKER).touch()
    return path, contents.eb


def expected_facts(eb: ExecutionBlock, read: ExecutionBlock) -> list[str]:
    """Return differences, Tsys and weather apart: the writer gets those beside the facts."""
    return differences(replace(eb, tsys=(), weather=None), replace(read, tsys=(), weather=None))


@pytest.mark.parametrize("big_endian", [False, True], ids=["little", "big"])
@pytest.mark.parametrize("binary", [(), ("SysCal", "Pointing"), tuple(BINARY_FORM)], ids=["xml", "usual", "all binary"])
def test_facts_round_trip(tmp_path: Path, binary: tuple[str, ...], big_endian: bool) -> None:
    path, eb = written(tmp_path, binary_tables=frozenset(binary), big_endian=big_endian)
    assert expected_facts(eb, read_execution_block(path)) == []


def test_tsys_is_summed_up_without_edges(tmp_path: Path) -> None:
    contents = tiny_eb.contents()
    first, second = (replace(row, tsys_k=row.tsys_k.copy(), trx_k=row.trx_k.copy()) for row in contents.syscal[:2])
    first.tsys_k[0, 7] = -1.0  # in the edge: not counted
    first.tsys_k[0, 8] = -1.0
    first.tsys_k[1, 64] = 0.0
    second.trx_k[:, 119:121] = -3.0  # 119 is the last inner channel
    path, _ = written(tmp_path, syscal=(first, second, *contents.syscal[2:]))
    records = read_execution_block(path).tsys
    assert len(records) == len(contents.syscal)
    assert [(r.n_bad_tsys, r.n_bad_trx, r.n_values) for r in records[:3]] == [(2, 0, 224), (0, 2, 224), (0, 0, 224)]
    inner = contents.syscal[5].tsys_k[:, 8:-8]
    assert records[5].median_tsys_k == pytest.approx(tuple(np.median(inner, axis=1)), rel=1e-7)
    assert (records[5].antenna_id, records[5].spw_id) == (contents.syscal[5].antenna_id, contents.syscal[5].spw_id)


def test_weather_outside_scans_is_not_counted(tmp_path: Path) -> None:
    start = tiny_eb.START
    outside = WeatherRow(start - 500.0, start - 400.0, 400.0, 99999.0, 99.0)
    path, _ = written(tmp_path, weather=(*tiny_eb.contents().weather, outside))
    weather = read_execution_block(path).weather
    assert weather is not None
    assert (weather.temperature_k, weather.pressure_pa) == (269.0, 55500.0)
    assert expected_rows(path)["WEATHER"] == 3


def test_no_weather_and_no_tables_that_are_optional(tmp_path: Path) -> None:
    bare = replace(tiny_eb.execution_block(), pwv=(), online_flags=())
    path, _ = written(tmp_path, bare, syscal=(), weather=(), pointing=())
    facts = read_execution_block(path)
    assert (facts.weather, facts.tsys, facts.online_flags, facts.pwv) == (None, (), (), ())


def test_sources_carry_fluxes_and_lines(tmp_path: Path) -> None:
    eb = tiny_eb.execution_block()
    target = replace(eb.sources[2], rest_frequencies_hz=((5, (90.66e9, 90.98e9)), (7, (101.5e9,))))
    path, _ = written(tmp_path, replace(eb, sources=(*eb.sources[:2], target)))
    sources = read_execution_block(path).sources
    assert sources[0].fluxes[0].frequency_hz == 97e9
    assert sources[0].fluxes[0].stokes_jy == (2.5, 0.1, 0.0, 0.0)
    assert sources[2].rest_frequencies_hz == ((5, (90.66e9, 90.98e9)), (7, (101.5e9,)))


def test_roles_are_assigned(tmp_path: Path) -> None:
    path, _ = written(tmp_path)
    facts = read_execution_block(path)
    assert [spw.id for spw in facts.spws_with_role(SpwRole.SCIENCE)] == [5, 7]
    assert [spw.id for spw in facts.spws_with_role(SpwRole.TSYS)] == [1, 3]
    assert [spw.id for spw in facts.spws_with_role(SpwRole.WVR)] == [0]


def test_moving_field_is_an_ephemeris_field(tmp_path: Path) -> None:
    path, _ = written(tmp_path, ephemerides={1: tiny_eb.moving_positions()})
    assert [field.is_ephemeris for field in read_execution_block(path).fields] == [False, True, False]


def test_binary_data_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "uid___A002_Xabc123_X1f"
    eb = tiny_eb.write_asdm(path, tiny_eb.contents())
    facts = read_execution_block(path)
    assert facts.has_binary_data
    assert facts.raw_bytes == eb.raw_bytes == sum(f.stat().st_size for f in (path / "ASDMBinary").iterdir())


def test_expected_rows_follow_from_the_array(tmp_path: Path) -> None:
    path, eb = written(tmp_path)
    expected = expected_rows(path)
    n_subscans = sum(len(scan.subscans) for scan in eb.scans)
    # 12 WVR samples of 4 antennas; 3 and 6 integrations of 5 antennas (15 baselines and autos), 2 windows each
    assert expected["MAIN"] == n_subscans * (12 * 4 + (3 + 6) * 2 * 15)
    assert expected["POINTING"] == 4 * len(eb.scans) * len(eb.antennas)
    assert expected["SYSCAL"] == 2 * len(eb.antennas)


def test_offsets_are_rotated_at_the_geocentric_latitude() -> None:
    pad = (2225077.0, -5440058.0, -2481690.0)
    radius = np.linalg.norm(pad)
    assert place(pad, (0.0, 0.0, 7.5)) == pytest.approx(tuple(np.array(pad) * (1 + 7.5 / radius)), abs=1e-6)
    east, north = np.array(place(pad, (1.0, 0.0, 0.0))) - pad, np.array(place(pad, (0.0, 1.0, 0.0))) - pad
    assert np.dot(east, pad) == pytest.approx(0.0, abs=1e-2)
    assert east[2] == 0.0
    assert north[2] > 0.9  # northwards is up along the Earth's axis
    assert np.cross(east, north) == pytest.approx(np.array(pad) / radius, abs=1e-8)


@pytest.mark.skipif(not MOSAIC.exists(), reason="ALMARED_REAL is absent")
def test_replica_of_a_real_mosaic_is_read_fast(tmp_path: Path) -> None:
    eb = write_metadata_replica(MOSAIC, tmp_path)
    path = next(p.parent for p in tmp_path.rglob("ASDM.xml"))
    begin = time.perf_counter()
    facts = read_execution_block(path)
    spent = time.perf_counter() - begin
    assert (len(facts.antennas), len(facts.fields), facts.has_binary_data) == (28, 152, False)
    assert [spw.id for spw in facts.spws_with_role(SpwRole.SCIENCE)] == [17, 19, 21, 23]
    assert expected_facts(replace(eb, scans=()), replace(facts, scans=())) == []
    assert [scan.intents for scan in facts.scans] == [scan.intents for scan in eb.scans]
    assert spent < 5.0  # about 0.3 s; the limit only catches a change of order
