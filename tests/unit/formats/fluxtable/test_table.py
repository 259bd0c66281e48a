"""allFluxes.txt and the fluxes of fluxscale: real tables, every notation, round trips, clear errors."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from almared.errors import InputError
from almared.formats.fluxtable import FluxRecord, parse_log, parse_records, read_fluxes, read_fluxscale, render_fluxes

FIRST, SECOND = "uid___A002_X7d44e7_X13d1.ms.split.cal", "uid___A002_X7d6d46_X38a.ms.split.cal"
WIKI_ROWS = ((0, 230.56, 1.02, 1.02), (1, 232.63, 1.02, 1.02), (2, 245.43, 1.01, 1.00))
WIKI = "".join(
    f'"J1626-2951" {spw} {ghz} {flux:.2f} {flux:.2f} {time} root_path/Combination/calibrated/{ms} '
    for spw, ghz, *fluxes in WIKI_ROWS
    for flux, time, ms in zip(fluxes, ("2014-03-23T06:42:25", "2014-03-24T06:20:02"), (FIRST, SECOND), strict=True)
)
"""The wiki's example: six records on one line."""

LOG_LINES = """\
2015-06-01 12:00:00\tINFO\tfluxscale::::\t Found reference field(s): Ceres
 Flux density for J1922+1530 in SpW=0 (freq=2.18371e+11 Hz) is: 0.14836 +/- 0.0012 (SNR = 123.6, N = 16)
 Flux density for J1922+1530 in SpW=1 (freq=2.19364e+11 Hz) is: 5e-05 +/- 1.2e-06 (SNR = 41.7, N = 16)
 Flux density for J1922+1530 in SpW=2 is:  INSUFFICIENT DATA
 Flux density for J1922+1530 in SpW=3 is: -0.0021 +/- 0.004 (SNR = 0.5, N= 4)
# Flux density for 3C 279 in SpW=0 is: 12.1 +/- 0
 Flux density for J1924-2914 in SpW=1 (ref SpW=0) is: .75 +/- nan (SNR = nan, N = 1)
 Fitted spectrum for J1922+1530 with fitorder=1: Flux density = 0.1441 +/- 0.0012 (freq=225.62 GHz) spidx=-0.7 +/- 0.1
 Fitted spectrum for 3C 279 with fitorder=1: Flux density = 12 +/- 7.6e-05 (freq=97.2 GHz) spidx: a_1 (spectral \
index) =-0.38 +/- 0.0004 covariance matrix
"""


@pytest.mark.parametrize(("name", "count"), [("w51_7m_allFluxes.txt", 16), ("sgrb2_12m_allFluxes.txt", 32)])
def test_real_tables_come_back_as_they_are(almared_real: Path, name: str, count: int) -> None:
    path = almared_real / "fluxes" / name
    records = read_fluxes(path)
    assert len(records) == count
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    assert [line for line in render_fluxes(records).splitlines() if line] == lines


def test_means_of_w51_are_those_documented(almared_real: Path) -> None:
    records = read_fluxes(almared_real / "fluxes" / "w51_7m_allFluxes.txt")
    used = {record.spw_id: record.used_jy for record in records}
    assert used == {0: 0.15330, 1: 0.14666, 2: 0.14115, 3: 0.14058}  # domain K


@pytest.mark.parametrize("end", ["", '" '])  # on the wiki it ends with a quotation mark alone
def test_wiki_form_has_records_on_one_line(end: str) -> None:
    records = parse_records(WIKI + end)
    assert [(r.spw_id, r.frequency_ghz, r.own_jy, r.used_jy, r.ms_name) for r in records] == [
        (spw, ghz, flux, flux, ms)
        for spw, ghz, *fluxes in WIKI_ROWS
        for flux, ms in zip(fluxes, (FIRST, SECOND), strict=True)
    ]
    assert {r.source for r in records} == {"J1626-2951"}
    assert [r.time for r in records[:2]] == ["2014-03-23T06:42:25", "2014-03-24T06:20:02"]


def test_columns_are_of_the_documented_widths() -> None:
    record = FluxRecord("J1-2", 17, 90.5, 0.88033, 0.83758, "2023-03-02T22:43:59", "a.ms.split.cal")
    first, line = render_fluxes([record]).splitlines()
    assert first == ""
    ends = [50, 56, 67, 80, 93, 119, 161]  # domain B.4: widths 50, 5, 10, 12, 12, 25 and 40 with their blanks
    cuts = [line[a:b].strip() for a, b in zip([0, *ends], ends, strict=False)]
    assert cuts == ['"J1-2"', "17", "90.50", "0.88033", "0.83758", "2023-03-02T22:43:59", "a.ms.split.cal"]
    assert len(line) == ends[-1]


names = st.text(
    st.characters(codec="ascii", exclude_characters='"\n\r\x0b\x0c\x1c\x1d\x1e', min_codepoint=32), min_size=1
)
fluxes = st.none() | st.floats(1e-7, 9e5)
records = st.builds(
    FluxRecord,
    source=names.filter(lambda name: bool(name.strip()) and not name.startswith("#")),
    spw_id=st.integers(0, 9999),
    frequency_ghz=st.floats(30, 999),
    own_jy=fluxes,
    used_jy=fluxes,
    time=st.just("2015-04-30T09:05:22"),
    ms=st.from_regex(r"[A-Za-z0-9_./-]{1,60}\.ms", fullmatch=True),
)


@settings(max_examples=50)
@given(st.lists(records, max_size=8))
def test_what_is_written_is_read_again(made: list[FluxRecord]) -> None:
    found = parse_records(render_fluxes(made))
    assert len(found) == len(made)
    for before, after in zip(made, found, strict=True):
        same = ("source", "spw_id", "time", "ms")
        assert [getattr(before, name) for name in same] == [getattr(after, name) for name in same]
        assert after.frequency_ghz == pytest.approx(before.frequency_ghz, abs=0.0051)
        for one, other in ((before.own_jy, after.own_jy), (before.used_jy, after.used_jy)):
            assert other == (None if one is None else pytest.approx(one, rel=1.1e-3))
    # What was read once is written and read again without any change.
    assert parse_records(render_fluxes(found)) == found


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('"J1" 0 230.56 1.02 2014-03-23T06:42:25 a.ms', "6 columns"),
        ('"J1" 0 230.56 1.02 1.0O 2014-03-23T06:42:25 a.ms', "'1.0O' is not a flux"),
        ('"J1" 0 230.56 nan 1.0 2014-03-23T06:42:25 a.ms', "'nan' is not a flux"),
        ('"J1" x 230.56 1.02 1.0 2014-03-23T06:42:25 a.ms', "not a spectral window id"),
        ("J1 0 230.56 1.02 1.0 2014-03-23T06:42:25 a.ms", "not a record of fluxes"),
        ('see "J1" 0 230.56 1.02 1.0 2014-03-23T06:42:25 a.ms', "not a record of fluxes"),
        ('"" 0 230.56 1.02 1.0 2014-03-23T06:42:25 a.ms', "columns"),
    ],
)
def test_bad_line_is_named(line: str, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        parse_records(f"# a remark\n\n{line}\n")
    assert caught.value.where == "allFluxes.txt, line 3"


def test_table_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_fluxes(tmp_path / "allFluxes.txt")
    (tmp_path / "allFluxes.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputError, match="cannot be read"):
        read_fluxes(tmp_path / "allFluxes.txt")


def test_no_value_of_a_log_is_lost_for_its_notation() -> None:
    found = parse_log(LOG_LINES)
    values = {(m.source, m.spw_id): (m.flux_jy, m.error_jy, m.frequency_hz, m.n_solutions) for m in found.measured}
    assert values == {
        ("J1922+1530", 0): (0.14836, 0.0012, 2.18371e11, 16),
        ("J1922+1530", 1): (5e-05, 1.2e-06, 2.19364e11, 16),
        ("J1922+1530", 3): (-0.0021, 0.004, None, 4),
        ("3C 279", 0): (12.1, 0.0, None, None),
        ("J1924-2914", 1): (0.75, 0.0, None, 1),
    }
    assert found.missing == (("J1922+1530", 2),)
    assert found.references == ("Ceres",)
    assert [(f.source, f.reference_hz, f.spectral_index) for f in found.fits] == [
        ("J1922+1530", pytest.approx(225.62e9), -0.7),
        ("3C 279", pytest.approx(97.2e9), -0.38),
    ]


def test_flux_that_is_not_understood_is_an_error_and_not_left_out() -> None:
    with pytest.raises(InputError, match="cannot read this flux density") as caught:
        parse_log("Flux density for J1 in SpW=0 is: 1.0 Jy\n", origin="a.fluxscale")
    assert caught.value.where == "a.fluxscale, line 1"
    with pytest.raises(InputError, match="no flux density"):
        parse_log("2015 INFO something else\n")


RESULT = {
    "0": {
        "fieldName": "J1922+1530",
        "17": {"fluxd": [0.1483612, 0, 0, 0], "fluxdErr": [0.0012, 0, 0, 0], "numSol": [16, 0, 0, 0]},
        "18": {"fluxd": [-1, -1, -1, -1], "fluxdErr": [-1, -1, -1, -1], "numSol": [-1, -1, -1, -1]},
        "fitFluxd": 0.1441,
        "fitRefFreq": 225.62e9,
        "spidx": [-0.84, -0.7],
    },
    "freq": [218.37e9, -1.0],
    "spwID": [17, 18],
    "spwName": ["a", "b"],
}


def test_json_goes_before_the_log_and_has_all_digits(tmp_path: Path) -> None:
    log = tmp_path / "a.ms.split.fluxscale"
    log.write_text(LOG_LINES)
    assert len(read_fluxscale(log).measured) == 5
    log.with_name(f"{log.name}.json").write_text(json.dumps(RESULT))
    found = read_fluxscale(log)
    assert [(m.spw_id, m.flux_jy, m.frequency_hz) for m in found.measured] == [(17, 0.1483612, 218.37e9)]
    assert found.missing == (("J1922+1530", 18),)
    assert found.references == ("Ceres",)
    assert found.fits[0].spectral_index == -0.7


@pytest.mark.parametrize("text", ["", "[]", '{"0": {}}', '{"0": {"fieldName": "a", "1": {"fluxd": []}}}'])
def test_json_that_fluxscale_did_not_write_is_refused(tmp_path: Path, text: str) -> None:
    log = tmp_path / "a.fluxscale"
    (tmp_path / "a.fluxscale.json").write_text(text)
    with pytest.raises(InputError, match="not a result of fluxscale"):
        read_fluxscale(log)


def test_missing_log_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gain calibration"):
        read_fluxscale(tmp_path / "a.fluxscale")


def test_weak_flux_keeps_its_digits() -> None:
    record = FluxRecord("J1-2", 0, 90.5, 4.2e-5, 1.23456e-3, "2023-03-02T22:43:59", "a.ms")
    found = parse_records(render_fluxes([record]))
    assert replace(found[0], place="") == record
