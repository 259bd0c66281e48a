"""Corrections of antenna positions and the files they come in (domain A.8 step 6; G29)."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import Setup, build_eb, spiral

from almared.errors import InputError
from almared.formats.catalogues.antpos import read_positions
from almared.heuristics.calibration.antpos import Offsets, choose_position_offsets
from almared.model import Choice, ExecutionBlock

HEAD = "name,antenna,xoff,yoff,zoff,comment\n"
MM = 1e-3


def repr_start(text: str) -> str:
    return repr(text[:30])


def csv_file(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "antennapos.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows))
    return path


def chosen(path: Path, eb: ExecutionBlock | None = None) -> Choice[Offsets]:
    return choose_position_offsets(eb or build_eb(), read_positions(path))


def service(folder: Path, eb: ExecutionBlock, moved: dict[str, float], *, wrapped: bool) -> Path:
    data = {a.name: [a.position_m[0] + moved.get(a.name, 0.0), *a.position_m[1:]] for a in eb.antennas}
    path = folder / "antpos.json"
    path.write_text(json.dumps({"data": data, "metadata": {"product_code": "antposalma"}} if wrapped else data))
    return path


def test_offsets_of_the_old_form_are_taken_as_they_are(tmp_path: Path) -> None:
    choice = chosen(csv_file(tmp_path, "a,DA41,0.001,-0.0002,0.0003,", "b,DA42,0,0.0005,0,x"))
    assert choice.value == (("DA41", (0.001, -0.0002, 0.0003)), ("DA42", (0.0, 0.0005, 0.0)))


@pytest.mark.parametrize("wrapped", [True, False])
def test_positions_of_the_service_become_offsets_from_the_recorded_ones(tmp_path: Path, *, wrapped: bool) -> None:
    eb = build_eb()
    ((name, offset),) = chosen(service(tmp_path, eb, {"DA43": 1.5 * MM}, wrapped=wrapped), eb).value
    assert name == "DA43"
    assert offset == pytest.approx((1.5 * MM, 0.0, 0.0), abs=1e-8)


def test_real_answer_of_the_service(almared_real: Path) -> None:
    found = read_positions(almared_real / "antpos" / "query1.json")
    assert set(found.positions_m) == {"CM03", "CM04", "CM05"}
    places = [replace(a, name=f"CM{n + 3:02d}") for n, a in enumerate(spiral(3, prefix="CM", diameter=7.0))]
    recorded = [replace(a, position_m=found.positions_m[a.name]) for a in places]
    x, y, z = recorded[1].position_m
    recorded[1] = replace(recorded[1], position_m=(x, y, z - 0.7 * MM))
    eb = build_eb(None, Setup(antennas=tuple(recorded)))
    ((name, offset),) = choose_position_offsets(eb, found).value
    assert name == "CM04"
    assert offset == pytest.approx((0, 0, 0.7 * MM), abs=1e-8)


def test_all_zeros_are_no_correction(tmp_path: Path) -> None:
    choice = chosen(csv_file(tmp_path, "a,DA41,0,0,0,", "b,DA42,0.0,0.0,0.0,"))
    assert choice.value == ()


@pytest.mark.parametrize(("metres", "n_kept"), [(4.9e-5, 0), (5.1e-5, 1)])
def test_less_than_50_micrometres_is_no_correction(tmp_path: Path, metres: float, n_kept: int) -> None:
    assert len(chosen(csv_file(tmp_path, f"a,DA41,0,{metres},0,")).value) == n_kept


@pytest.mark.parametrize(("metres", "is_told"), [(1.9 * MM, False), (2.1 * MM, True)])
def test_more_than_2_mm_is_told(tmp_path: Path, metres: float, *, is_told: bool) -> None:
    assert ("DA41" in chosen(csv_file(tmp_path, f"a,DA41,{metres},0,0,")).warning) is is_told


def test_antenna_that_moved_to_another_pad_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="another pad"):
        chosen(csv_file(tmp_path, "a,DA41,300.0,0,0,"))


def test_positions_of_antennas_that_did_not_observe_are_told(tmp_path: Path) -> None:
    eb = build_eb()
    path = service(tmp_path, eb, {"DA43": 1.5 * MM}, wrapped=True)
    choice = chosen(path, replace(eb, antennas=eb.antennas[:6]))
    assert [name for name, _ in choice.value] == ["DA43"]
    assert "DA50" in choice.warning


def test_offsets_of_antennas_that_did_not_observe_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="DV99"):
        chosen(csv_file(tmp_path, "a,DV99,0.001,0,0,"))


@pytest.mark.parametrize("cell", ["nan", "inf", "-Infinity", "one", ""])
def test_values_that_are_no_lengths_are_refused(tmp_path: Path, cell: str) -> None:
    with pytest.raises(InputError, match=r"data row|antennapos"):
        read_positions(csv_file(tmp_path, f"a,DA41,{cell},0,0,"))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[1, 2]",
        '{"DA41": [1, 2]}',
        '{"DA41": [1, 2, NaN]}',
        '{"DA41": "here"}',
        '{"data": {}}',
        "a,b\n1,2\n",
        '{"DA41": "123"}',
        '{"DA41": {"1": 0, "2": 0, "3": 0}}',
        '{"DA41": [true, true, true]}',
        f'{{"DA41": [{10**400}, 2, 3]}}',
        '{"data":' * 20000,
        f"{HEAD}a,DA41,0.001,0,0,{'x' * 200_000}\n",
    ],
    ids=repr_start,
)
def test_broken_files_are_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "positions"
    path.write_text(text)
    with pytest.raises(InputError, match="positions"):
        read_positions(path)


def test_file_that_is_not_there_or_is_binary_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_positions(tmp_path / "none.csv")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_positions(tmp_path / "binary")


def test_comments_spaces_and_marks_of_other_programs_are_read_over(tmp_path: Path) -> None:
    path = tmp_path / "antennapos.csv"
    path.write_text("\ufeff# made by hand\nname, antenna, xoff, yoff, zoff, comment\n\na, DA41 , 0.001, 0, 0, ok\n")
    assert chosen(path).value == (("DA41", (0.001, 0.0, 0.0)),)


def test_antenna_that_stands_there_twice_or_has_no_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="twice"):
        read_positions(csv_file(tmp_path, "a,DA41,0.001,0,0,", "b,DA41,0.002,0,0,"))
    with pytest.raises(InputError, match="no name"):
        read_positions(csv_file(tmp_path, "a,,0.001,0,0,"))


metres = st.floats(-0.3, 0.3).map(lambda v: round(v, 6))


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(metres, metres, metres), min_size=1, max_size=12))
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory, offsets: list[tuple[float, float, float]]
) -> None:
    rows = [f"n,DA{41 + n},{x!r},{y!r},{z!r}," for n, (x, y, z) in enumerate(offsets)]
    found = read_positions(csv_file(tmp_path_factory.mktemp("csv"), *rows))
    assert list(found.offsets_m.values()) == offsets
