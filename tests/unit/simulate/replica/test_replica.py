"""Replicas of real execution blocks from listobs texts."""

from __future__ import annotations

import math
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from support.places import REAL

from almared.errors import InputError
from almared.formats.asdm import read_execution_block
from almared.formats.listobs import read_listobs
from almared.model import ExecutionBlock, SpwRole
from almared.simulate.replica.contents import (
    MARKER,
    Thinning,
    replica_contents,
    write_metadata_replica,
)
from almared.simulate.replica.rebuild import replica_execution_block, subscan_intents
from almared.simulate.replica.thin import thin

pytestmark = pytest.mark.skipif(not REAL.is_dir(), reason="the real material (ALMARED_REAL) is not here")

NAMES = ("uid___A002_X9cffbd_Xefe", "uid___A002_Xba035e_X276c", "uid___A002_Xc483da_Xa88")


def text_of(name: str) -> Path:
    return REAL / "listobs" / f"{name}.ms.listobs"


@cache
def replica_of(name: str) -> ExecutionBlock:
    return replica_execution_block(text_of(name))


@pytest.fixture(scope="module", params=NAMES)
def replica(request: pytest.FixtureRequest) -> ExecutionBlock:
    return replica_of(request.param)


def rows_of(eb: ExecutionBlock, scan: int, field: int) -> int:
    """Rows that CASA's filler would make: autos for each antenna, crosses for the correlator."""
    total = 0
    for sub in eb.scans[[s.number for s in eb.scans].index(scan)].subscans:
        for block in sub.blocks if sub.field_id == field else ():
            n = block.n_antennas
            each = n * (n + 1) // 2 if block.processor == "CORRELATOR" else n
            total += block.n_integrations * len(block.spw_ids) * each
    return total


def test_every_scan_and_field_has_its_true_number_of_rows(replica: ExecutionBlock) -> None:
    listed = read_listobs(text_of(replica.name))
    for line in listed.scans:
        assert rows_of(replica, line.number, line.field_id) == line.n_rows, (line.number, line.field_id)


def test_times_windows_and_intents_are_those_listed(replica: ExecutionBlock) -> None:
    listed = read_listobs(text_of(replica.name))
    for scan in replica.scans:
        lines = [line for line in listed.scans if line.number == scan.number]
        assert scan.start_mjd_s == pytest.approx(lines[0].start_mjd_s, abs=1e-3)
        assert scan.end_mjd_s == pytest.approx(lines[0].end_mjd_s, abs=3.5)
        assert scan.spw_ids == tuple(sorted(lines[0].spw_ids))
        assert set(scan.intents) == {i.partition("#")[0] for line in lines for i in line.intents}
        for one, other in zip(scan.subscans, scan.subscans[1:], strict=False):
            assert other.start_mjd_s >= one.end_mjd_s - 1e-6
    assert [f.direction_rad for f in replica.fields] == [f.direction_rad for f in listed.fields]
    for spw, line in zip(replica.spws, listed.windows, strict=True):
        assert spw.n_channels == line.n_channels
        assert spw.last_channel_hz == pytest.approx(
            line.first_channel_hz + (line.n_channels - 1) * line.channel_step_hz, abs=1
        )


def test_antennas_are_as_far_apart_as_their_pads(replica: ExecutionBlock) -> None:
    """Against the observatory's list of pads, local coordinates; antennas of one make stand equally on theirs."""
    lines = (REAL / "antpos" / "AOS_Pads_XYZ_ENU.txt").read_text().splitlines()
    words = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    pads = {w[4]: np.array([float(x) for x in w[:3]]) for w in words}
    known = [a for a in replica.antennas if a.pad in pads]
    assert len(known) > 0.8 * len(replica.antennas)
    worst = max(
        abs(math.dist(a.position_m, b.position_m) - float(np.linalg.norm(pads[a.pad] - pads[b.pad])))
        for a in known
        for b in known
    )
    assert worst < 1.5


def test_roles_of_the_windows() -> None:
    eb = replica_of(NAMES[0])
    by_role = Counter(spw.role for spw in eb.spws)
    assert [s.id for s in eb.spws_with_role(SpwRole.SCIENCE)] == [17, 19, 21, 23]
    assert [s.id for s in eb.spws_with_role(SpwRole.TSYS)] == [9, 11, 13, 15]
    assert [s.id for s in eb.spws_with_role(SpwRole.POINTING)] == [1, 3, 5, 7]
    assert by_role[SpwRole.CHANNEL_AVERAGE] == 12
    assert [s.id for s in replica_of(NAMES[1]).spws_with_role(SpwRole.SQUARE_LAW)] == [
        0, 1, 2, 3, 13, 14, 15, 16
    ]  # fmt: skip


def test_atmosphere_scans_look_at_sky_and_loads() -> None:
    assert [s.intent for s in replica_of(NAMES[1]).scans[1].subscans] == [
        "OFF_SOURCE",
        "AMBIENT",
        "HOT",
    ]
    assert subscan_intents(["CALIBRATE_PHASE#ON_SOURCE", "CALIBRATE_WVR#ON_SOURCE"]) == ("ON_SOURCE",)


def test_metadata_replica_is_read_back(tmp_path: Path) -> None:
    made = write_metadata_replica(text_of(NAMES[0]), tmp_path)
    found = read_execution_block(tmp_path / made.name)
    assert not found.has_binary_data
    assert (tmp_path / made.name / MARKER).is_file()
    assert not (tmp_path / made.name / "ASDMBinary").exists()
    assert (len(found.fields), len(found.spws), len(found.scans)) == (152, 25, 20)
    assert [a.name for a in found.antennas] == [a.name for a in made.antennas]
    assert found.raw_bytes == made.raw_bytes
    counts = [
        [[b.n_integrations for b in sub.blocks] for scan in eb.scans for sub in scan.subscans] for eb in (made, found)
    ]
    assert counts[0] == counts[1]
    assert {(t.antenna_id, t.spw_id) for t in found.tsys} == {(a, s) for a in range(28) for s in (9, 11, 13, 15)}
    with pytest.raises(InputError, match="exists already"):
        write_metadata_replica(text_of(NAMES[0]), tmp_path)


def test_thinned_replica_keeps_structure_and_time(replica: ExecutionBlock) -> None:
    small = thin(replica, every_nth_integration=4, most_channels=64, most_antennas=6)
    assert len(small.antennas) == 6
    assert max(w.n_channels for w in small.spws) <= 64
    assert len(small.spws) == len(replica.spws)
    assert [s.number for s in small.scans] == [s.number for s in replica.scans]
    for one, other in zip(replica.spws, small.spws, strict=True):
        assert other.range_hz == pytest.approx(one.range_hz, rel=1e-5)
    assert small.raw_bytes < 0.02 * replica.raw_bytes
    for scan, thinned in zip(replica.scans, small.scans, strict=True):
        assert thinned.end_mjd_s - scan.end_mjd_s == pytest.approx(0.0, abs=25.0)
        assert thinned.field_ids == scan.field_ids


@pytest.mark.parametrize(
    "options", [{"every_nth_integration": 0}, {"most_channels": 4}, {"most_antennas": 1}], ids=lambda o: next(iter(o))
)
def test_thinning_to_nothing_is_refused(options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        Thinning(**options)


def test_contents_of_a_thinned_replica_follow_its_antennas() -> None:
    made = replica_contents(text_of(NAMES[0]), thinning=Thinning(most_antennas=3))
    assert {row.antenna_id for row in made.syscal} == {0, 1, 2}
    assert {row.antenna_id for row in made.pointing} == {0, 1, 2}
