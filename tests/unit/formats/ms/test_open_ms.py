"""A MeasurementSet that several readers look at is read once."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from support.target_ms import make_target_ms

from almared.errors import MeasurementSetError
from almared.formats.ms import subtables
from almared.formats.ms.open_ms import OpenMs
from almared.formats.ms.sky import read_antennas, read_fields, read_sources
from almared.formats.ms.spectral import read_descriptions, read_windows
from almared.formats.ms.targets import group_targets, read_calibrated
from almared.stages.imaging.facts import gather_facts
from almared.stages.imaging.lines import continuum_ranges


@pytest.fixture
def ms(tmp_path: Path) -> Path:
    return make_target_ms(tmp_path / "a.ms")


@pytest.fixture
def opens(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each table was opened, by its name; the main table has the name of the MS."""
    counts: Counter[str] = Counter()

    def spy(place: str, **given: Any) -> Any:
        counts[Path(place).name] += 1
        return real(place, **given)

    real = subtables.table
    monkeypatch.setattr(subtables, "table", spy)
    return counts


def test_one_walk_through_the_choices_of_images_opens_each_subtable_once(
    ms: Path, opens: Counter[str], tmp_path: Path
) -> None:
    """What `choose_images` reads."""
    data = OpenMs(ms)
    facts = read_calibrated(data)
    found = gather_facts(data, facts, targets=group_targets(facts))
    continuum_ranges(data, facts, facts=found, directory=tmp_path)
    of_subtables = {name: number for name, number in opens.items() if name != ms.name}
    names = ("POLARIZATION", "DATA_DESCRIPTION", "SPECTRAL_WINDOW", "FIELD", "ANTENNA", "STATE")
    assert of_subtables == dict.fromkeys(names, 1)


def test_nothing_is_read_before_it_is_asked_for_and_nothing_twice(ms: Path, opens: Counter[str]) -> None:
    data = OpenMs(ms)
    assert not opens
    assert data.fields is data.fields
    assert data.field_frames == ("J2000",)
    assert opens == {"FIELD": 1}


def test_the_facts_are_those_of_the_readers(ms: Path) -> None:
    data = OpenMs(ms)
    assert data.descriptions == read_descriptions(ms)
    assert data.windows == read_windows(ms, data.descriptions, processors={})
    assert (data.fields, data.antennas, data.sources) == (read_fields(ms), read_antennas(ms), read_sources(ms))
    assert data.frequency_frames == (5,)
    assert data.states == ("OBSERVE_TARGET#ON_SOURCE",)


def test_a_table_that_is_broken_or_not_there_is_an_error_when_it_is_asked_for(ms: Path, tmp_path: Path) -> None:
    (ms / "FIELD" / "table.dat").write_bytes(b"")
    data = OpenMs(ms)
    assert len(data.windows) == 1
    with pytest.raises(MeasurementSetError, match="FIELD"):
        _ = data.fields
    with pytest.raises(MeasurementSetError):
        _ = OpenMs(tmp_path / "none.ms").windows
