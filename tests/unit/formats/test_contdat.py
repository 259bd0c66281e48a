"""cont.dat: written, read, edited; and the channels of its ranges."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.errors import InputError
from almared.formats.contdat import WindowRanges, contdat_text, read_contdat
from almared.model import SpectralWindow
from almared.plan import StepNeeds
from almared.recipes.imaging.continuum import LineFree, channel_text, continuum_step, subtraction_step
from almared.stages.imaging.lines import channels_of, overlaps

PIPELINE = """
Field: NGC_1

SpectralWindow: 17 (X1#ALMA_RB_03#BB_1#SW-01#FULL_RES)
114.1000000000~114.2000000000GHz LSRK
114.4~114.5GHz LSRK

SpectralWindow: 19
ALL

Field: Other source
SpectralWindow: 17
NONE
"""


def window(step_hz: float = 1e6, n_channels: int = 100) -> SpectralWindow:
    return SpectralWindow(
        id=17, name="w", baseband=1, sideband="USB", n_channels=n_channels, first_channel_hz=100e9,
        channel_step_hz=step_hz, channel_width_hz=abs(step_hz), effective_bandwidth_hz=1e6, resolution_hz=1e6,
        ref_frequency_hz=100e9,
    )  # fmt: skip


def test_a_file_of_the_pipeline_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cont.dat"
    path.write_text(PIPELINE)
    found = read_contdat(path)
    assert list(found) == ["NGC_1", "Other source"]
    first, second = found["NGC_1"]
    assert first == WindowRanges(17, ((114.1e9, 114.2e9), (114.4e9, 114.5e9)))
    assert second == WindowRanges(19, is_all=True)
    assert found["Other source"] == (WindowRanges(17),)


RANGES = st.lists(
    st.tuples(st.integers(80_000_000, 900_000_000), st.integers(1, 10**6)).map(
        lambda pair: (pair[0] * 1e3, (pair[0] + pair[1]) * 1e3)
    ),
    min_size=1,
    max_size=4,
)


@given(st.dictionaries(st.from_regex(r"[A-Za-z][\w +.-]{0,20}[\w]", fullmatch=True), RANGES, min_size=1, max_size=3))
def test_what_is_written_is_read_again(sources: dict[str, list[tuple[float, float]]]) -> None:
    import tempfile

    given_sources = {name: (WindowRanges(3, tuple(ranges)), WindowRanges(5)) for name, ranges in sources.items()}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cont.dat"
        path.write_text(contdat_text(given_sources, notes=("a note",)))
        found = read_contdat(path)
    assert list(found) == list(given_sources)
    for name, (first, second) in found.items():
        assert second == WindowRanges(5)
        for (a, b), (c, d) in zip(first.ranges_hz, given_sources[name][0].ranges_hz, strict=True):
            assert (a, b) == pytest.approx((c, d), abs=1.0)


@pytest.mark.parametrize(
    "text",
    ["114.1~114.2GHz LSRK\n", "Field: A\n114.1~114.2GHz LSRK\n", "Field: A\nSpectralWindow: 1\n114.1~114.2GHz TOPO\n",
     "Field: A\nSpectralWindow: 1\nsome words\n", "SpectralWindow: 1\nALL\n"],
)  # fmt: skip
def test_a_broken_file_is_refused_with_its_line(tmp_path: Path, text: str) -> None:
    path = tmp_path / "cont.dat"
    path.write_text(text)
    with pytest.raises(InputError, match="line"):
        read_contdat(path)


def test_only_channels_that_lie_whole_in_a_range_are_taken() -> None:
    factor = 1.0001
    low, high = (100.010e9 - 0.5e6) * factor, (100.020e9 + 0.5e6) * factor
    assert channels_of(WindowRanges(17, ((low, high),)), window(), factors=(factor, factor)) == ((10, 20),)
    assert channels_of(WindowRanges(17, ((low + 3e5, high - 3e5),)), window(), factors=(factor, factor)) == ((11, 19),)


def test_windows_that_run_down_in_frequency_have_the_same_ranges() -> None:
    low, high = 100e9 - 20.5e6, 100e9 - 9.5e6
    assert channels_of(WindowRanges(17, ((low, high),)), window(-1e6), factors=(1.0, 1.0)) == ((10, 20),)


def test_ranges_end_with_the_window() -> None:
    assert channels_of(WindowRanges(17, ((99e9, 101e9),)), window(), factors=(1.0, 1.0)) == ((0, 99),)
    assert channels_of(WindowRanges(17, ((98e9, 99e9),)), window(), factors=(1.0, 1.0)) == ()


@given(st.sets(st.integers(0, 63)))
def test_lines_are_all_that_is_not_free(free: set[int]) -> None:
    entry = LineFree((0,), 1, tuple((n, n) for n in sorted(free)), 64)
    lines = {n for a, b in entry.lines for n in range(a, b + 1)}
    assert lines == set(range(64)) - free
    assert entry.has_lines == (free != set(range(64)))


def test_channels_are_written_as_casa_reads_them() -> None:
    assert channel_text(((0, 10), (20, 20), (30, 31))) == "0~10;20;30~31"


def test_channels_are_free_at_all_times() -> None:
    """The Earth's motion of 30 km/s in half a year moves a line by ten channels of 1 MHz."""
    factors = (1.0, 1.0001)
    low, high = 100.020e9 - 0.5e6, 100.060e9 + 0.5e6
    assert channels_of(WindowRanges(17, ((low, high),)), window(), factors=factors) == ((20, 50),)


@given(RANGES, RANGES)
def test_what_windows_have_in_common_lies_in_both(
    some: list[tuple[float, float]], others: list[tuple[float, float]]
) -> None:
    for low, high in overlaps(some, others):
        for ranges in (some, others):
            assert any(a <= low < high <= b for a, b in ranges)
    assert overlaps(some, [(0.0, 1e13)]) == tuple(sorted(some))


def test_a_window_full_of_lines_is_no_continuum() -> None:
    """NONE in cont.dat: the window is flagged whole for the continuum, and nothing is subtracted in it."""
    entries = [LineFree((0,), 17, (), 64), LineFree((0,), 19, ((3, 60),), 64)]
    needs = StepNeeds(disk_bytes=0.0, memory_bytes=0.0, seconds=1.0)
    flagged = [a for a in continuum_step(2, entries, averaging={}, needs=needs).actions if _task(a) == "flagdata"]
    assert [call.get("spw") for call in flagged] == ["17:0~63,19:0~2;61~63"]  # type: ignore[union-attr]
    subtracted = [a for a in subtraction_step(3, entries, needs=needs).actions if _task(a) == "uvcontsub"]
    assert subtracted[0].get("fitspec") == {"0": {"19": {"chan": "3~60", "fitorder": 1}}}  # type: ignore[union-attr]
    assert subtraction_step(3, entries[:1], needs=needs).nothing_because


def _task(action: object) -> str:
    return str(getattr(action, "task", ""))
