"""Needs of the steps: counts exact, disk as measured on a real run of the simulator's data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from support.builders import SCIENCE, Look, Setup, build_eb, spiral, windows

from almared.heuristics.resources import count_visibilities, estimate_resources, measure_size


def one_scan(seconds: float = 60.48, integration_s: float = 6.048) -> Setup:
    return Setup(antennas=spiral(10), windows=windows(channels=(480, 480, 128, 128)), integration_s=integration_s)


def test_rows_and_visibilities_are_counted_with_autocorrelations() -> None:
    eb = build_eb([Look("J1924-2914", "BANDPASS WVR")], one_scan())
    size = measure_size(eb, SCIENCE)
    assert size.rows == 10 * 55 * 4  # integrations, pairs of ten antennas with themselves, windows
    assert size.visibilities == 10 * 55 * 2 * (480 + 480 + 128 + 128)
    assert size.largest_chunk == 10 * 55 * 2 * 480


def test_radiometers_have_no_pairs() -> None:
    eb = build_eb([Look("J1924-2914", "BANDPASS WVR")], one_scan())
    size = measure_size(eb, (0,))
    assert size.rows == 52 * 10  # 60.48 s of 1.152 s
    assert size.visibilities == 52 * 10 * 4


def test_all_windows_are_counted_without_a_selection() -> None:
    eb = build_eb(setup=one_scan())
    parts = sum(count_visibilities(eb, (w.id,)) for w in eb.spws)
    assert count_visibilities(eb) == parts


def test_every_step_is_estimated_and_the_splits_are_the_large_ones() -> None:
    needs = estimate_resources(build_eb(), SCIENCE)
    assert [n.step for n in needs] == list(range(20))
    assert all(n.seconds > 0 and n.memory_bytes > 0 and n.disk_bytes >= 0 for n in needs)
    for step in (0, 7, 8, 11, 17, 18):
        assert needs[step].disk_bytes > 10 * needs[12].disk_bytes


def test_twice_the_data_needs_twice_the_disk_but_no_more_memory() -> None:
    looks = [Look("J1924-2914", "BANDPASS WVR"), Look("SgrB2", "TARGET")]
    once, twice = (estimate_resources(build_eb(looks * n, one_scan()), SCIENCE) for n in (1, 2))
    assert twice[11].disk_bytes == pytest.approx(2 * once[11].disk_bytes)
    assert twice[13].memory_bytes == once[13].memory_bytes


def test_longer_scans_need_more_memory() -> None:
    short, long = (estimate_resources(build_eb([Look("SgrB2", "TARGET", s)]), SCIENCE) for s in (60.48, 604.8))
    assert long[15].memory_bytes > short[15].memory_bytes


def test_block_of_an_execution_block_without_scans_is_nothing() -> None:
    eb = replace(build_eb(), scans=())
    assert measure_size(eb).visibilities == 0.0
