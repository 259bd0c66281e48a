"""Every threshold is in one table, with its origin, and is used."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest

import almared.heuristics
from almared.heuristics.thresholds.threshold import all_thresholds
from almared.heuristics.thresholds.wvr import WVR_CLOCK_FIXED

ROOM = Path(almared.heuristics.__file__).parent
TEXTS = [path.read_text() for path in ROOM.parent.rglob("*.py") if path.parent.name != "thresholds"]
TABLE = all_thresholds()


@pytest.mark.parametrize("name", TABLE)
def test_every_threshold_tells_its_origin(name: str) -> None:
    assert re.match(r"domain [A-K]\.?\d*|ours: |measured: |CASA|ALMA", TABLE[name].origin)


@pytest.mark.parametrize("name", TABLE)
def test_every_threshold_is_used(name: str) -> None:
    assert any(re.search(rf"\b{name}\b", text) for text in TEXTS)


def test_clock_of_the_radiometers_was_right_from_2013_january_21() -> None:
    since = datetime.date(2013, 1, 21) - datetime.date(1858, 11, 17)
    assert since.total_seconds() == WVR_CLOCK_FIXED.value
