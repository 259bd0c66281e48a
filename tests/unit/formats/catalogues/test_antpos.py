"""The old antennapos.csv may hold rows of many execution blocks (domain A.8 step 6, A.9)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.builders import Setup, build_eb

from almared.errors import InputError
from almared.formats.catalogues.antpos import read_positions
from almared.heuristics.calibration.antpos import check_positions, choose_position_offsets

HEAD = "name,antenna,xoff,yoff,zoff,comment\n"
MINE = "uid___A002_Xabc_X1"
OTHER = "uid___A002_Xabc_X99"


def positions(folder: Path, *rows: str) -> Path:
    path = folder / "antennapos.csv"
    path.write_text(HEAD + "\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("name", [f"{MINE}.ms", MINE, "uid://A002/Xabc/X1"])
def test_rows_of_this_execution_block_alone_are_taken(tmp_path: Path, name: str) -> None:
    path = positions(
        tmp_path, f"{OTHER}.ms,DA41,9e-4,0,0,", f"{name},DA41,1e-3,2e-4,0,checked", f"{OTHER}.ms,DA99,1e-3,0,0,"
    )
    given = read_positions(path)
    assert set(given.offsets_of_eb_m) == {MINE, OTHER}
    assert choose_position_offsets(build_eb(), given).value == (("DA41", (1e-3, 2e-4, 0.0)),)


def test_file_for_other_execution_blocks_is_refused(tmp_path: Path) -> None:
    given = read_positions(positions(tmp_path, f"{OTHER}.ms,DA41,9e-4,0,0,"))
    with pytest.raises(InputError, match=MINE):
        choose_position_offsets(build_eb(), given)


def test_rows_of_this_execution_block_come_before_rows_of_any(tmp_path: Path) -> None:
    given = read_positions(positions(tmp_path, "A001,DA41,9e-4,0,0,", f"{MINE}.ms,DA42,1e-3,0,0,"))
    assert choose_position_offsets(build_eb(), given).value == (("DA42", (1e-3, 0.0, 0.0)),)


def test_same_antenna_of_two_execution_blocks_is_no_repetition(tmp_path: Path) -> None:
    rows = [f"{MINE}.ms,DA41,1e-3,0,0,", f"{OTHER}.ms,DA41,1e-3,0,0,"]
    assert len(read_positions(positions(tmp_path, *rows)).offsets_of_eb_m) == 2
    with pytest.raises(InputError, match="DA41 is listed twice"):
        read_positions(positions(tmp_path, *rows, rows[0]))


def test_list_without_rows_corrects_nothing(tmp_path: Path) -> None:
    choice = choose_position_offsets(build_eb(), read_positions(positions(tmp_path)))
    assert choice.value == ()
    assert "0 of 0 antennas" in choice.reason


@pytest.mark.parametrize(
    ("mjd", "names"), [(57746, []), (57747, ["DA42", "DA50"]), (57784, ["DA42", "DA50"]), (57785, [])]
)
def test_g29_positions_known_to_be_wrong_are_found(mjd: int, names: list[str]) -> None:
    """KB-390: DA42 and DA50 from 25 December 2016 (MJD 57747) to 31 January 2017 (57784)."""
    eb = build_eb(setup=Setup(start=mjd * 86400.0 + 3600.0))
    assert [e.selection for e in check_positions(eb)] == names
    assert not check_positions(eb, tuple((name, (1e-3, 0.0, 0.0)) for name in ("DA42", "DA50")))
