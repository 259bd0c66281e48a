"""CASA itself reads the selections that we write, and finds the antennas, fields and windows that were meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from casacore.tables import default_ms, table
from conftest import Command

from almared.model import ChannelRange, Selection

pytestmark = pytest.mark.casa

FIELDS = (
    "5",
    "a,b",
    "a&b~c",
    "NGC 253 [core]",
    "a*b",
    "2",
    "3C 279",
    "{x,y}?",
    "a]b[c",
    "b;c:d",
    "J1924-2914",
    "a(b)|c+.",
)
ANTENNAS = ("DA41", "DV 01", "3C", "A&B", "A,B", "x*", "x1", "m", "a[]b", "7", "DV-1.+")
WINDOWS = ("ALMA_RB_06#BB_1#SW-01#FULL_RES", "A B:c", "WVR#NOMINAL")
CHILD = """
import json, sys
from casatools import ms
found = []
for number, selection in enumerate(json.loads(Path(sys.argv[2]).read_text())):
    names = {"antenna": "baseline", "field": "field", "spw": "spw"}
    got = ms().msseltoindex(vis=sys.argv[1], **{names[key]: text for key, text in selection.items()})
    found.append({key: got[key].tolist() for key in ("antenna1", "field", "spw", "channel")})
Path(sys.argv[3]).write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def odd_ms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MS without data, with names that are hard to select."""
    path = tmp_path_factory.mktemp("odd") / "odd.ms"
    default_ms(str(path)).close()
    for subtable, names in (("FIELD", FIELDS), ("ANTENNA", ANTENNAS), ("SPECTRAL_WINDOW", WINDOWS)):
        with table(str(path / subtable), readonly=False, ack=False) as rows:
            rows.addrows(len(names))
            rows.putcol("NAME", list(names))
    with table(str(path / "SPECTRAL_WINDOW"), readonly=False, ack=False) as windows:
        windows.putcol("NUM_CHAN", [128] * len(WINDOWS))
        for row in range(len(WINDOWS)):
            windows.putcell("CHAN_FREQ", row, [1e11 + 1e6 * n for n in range(128)])
            windows.putcell("CHAN_WIDTH", row, [1e6] * 128)
    with table(str(path / "DATA_DESCRIPTION"), readonly=False, ack=False) as descriptions:
        descriptions.addrows(len(WINDOWS))
        descriptions.putcol("SPECTRAL_WINDOW_ID", list(range(len(WINDOWS))))
    return path


def ask(ms: Path, selections: list[Selection], *, casa_child: Command, place: Path) -> list[dict[str, list[int]]]:
    (place / "asked.json").write_text(json.dumps([selection.to_casa() for selection in selections]))
    casa_child(CHILD, ms, place / "asked.json", place / "found.json", cwd=place)
    return list(json.loads((place / "found.json").read_text()))


def test_every_name_is_found_and_no_other(odd_ms: Path, casa_child: Command, tmp_path: Path) -> None:
    selections = [
        *(Selection(fields=(name,)) for name in FIELDS),
        *(Selection(antennas=(name,)) for name in ANTENNAS),
        *(Selection(spws=(name,)) for name in WINDOWS),
    ]
    found = ask(odd_ms, selections, casa_child=casa_child, place=tmp_path)
    expected = [
        *({"field": [n]} for n in range(len(FIELDS))),
        *({"antenna1": [n]} for n in range(len(ANTENNAS))),
        *({"spw": [n]} for n in range(len(WINDOWS))),
    ]
    assert [{key: got[key] for key in want} for got, want in zip(found, expected, strict=True)] == expected


def test_ids_ranges_and_channels_are_those_that_were_meant(odd_ms: Path, casa_child: Command, tmp_path: Path) -> None:
    selections = [
        Selection(fields=(5, 1, 2, "J1924-2914")),
        Selection(channels=(ChannelRange(1, 120, 127), ChannelRange(1, 0, 10), ChannelRange("WVR#NOMINAL", 3, 3))),
    ]
    fields, channels = ask(odd_ms, selections, casa_child=casa_child, place=tmp_path)
    assert sorted(fields["field"]) == [1, 2, 5, 10]
    assert channels["channel"] == [[1, 0, 10, 1], [1, 120, 127, 1], [2, 3, 3, 1]]
