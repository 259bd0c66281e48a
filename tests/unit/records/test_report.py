"""report.json as typed records: there and back, and what is done with broken files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.model.finding import messages, warning
from almared.records.report import (
    NAME,
    EbFacts,
    EbReportRecord,
    ItemOutcome,
    ItemProducts,
    MousReportRecord,
    ReportFigure,
    read_eb_report,
    read_mous_report,
    write_report,
)

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
WORDS = st.lists(st.text(max_size=8), max_size=2).map(tuple)
PRINTS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3)
FINDINGS = st.lists(st.builds(warning, st.text(max_size=6), st.text(max_size=8)), max_size=2).map(tuple)
MADE = st.builds(
    ItemProducts,
    figures=st.lists(st.builds(ReportFigure), max_size=2).map(tuple),
    texts=WORDS,
    findings=FINDINGS,
    numbers=st.dictionaries(st.text(max_size=8), NUMBERS | st.integers(), max_size=3),
)
ITEMS = st.builds(ItemOutcome, made=MADE, seconds=NUMBERS)
FACTS = st.builds(
    EbFacts, start_mjd_s=NUMBERS, end_mjd_s=NUMBERS, diameters_m=st.lists(NUMBERS, max_size=2).map(tuple), sources=WORDS
)
EBS = st.builds(
    EbReportRecord, casatasks=WORDS, facts=FACTS, fingerprints=PRINTS, items=st.lists(ITEMS, max_size=2).map(tuple)
)
MOUS = st.builds(MousReportRecord, fingerprints=PRINTS, warnings=WORDS)


@given(EBS)
def test_reports_of_execution_blocks_come_back_from_json_as_they_were(record: EbReportRecord) -> None:
    assert EbReportRecord.from_record(json.loads(json.dumps(record.as_record()))) == record


@given(MOUS)
def test_reports_of_a_mous_come_back_from_json_as_they_were(record: MousReportRecord) -> None:
    assert MousReportRecord.from_record(json.loads(json.dumps(record.as_record()))) == record


def test_a_whole_number_stays_one() -> None:
    record = {"key": "a", "title": "b", "look_for": "c", "part": 0, "made": {"numbers": {"antennas": 43}}}
    assert repr(ItemOutcome.from_record(record).made.numbers["antennas"]) == "43"


def test_the_fingerprints_stand_under_their_old_key(tmp_path: Path) -> None:
    """Reports of earlier versions are not made again."""
    write_report(tmp_path, MousReportRecord("uid://A001/X1/X9", {"mous.toml": "a"}, "x.html", ()))
    assert json.loads((tmp_path / NAME).read_text()) == {
        "format": 1, "uid": "uid://A001/X1/X9", "stamps": {"mous.toml": "a"}, "page": "x.html", "warnings": []
    }  # fmt: skip


def test_what_to_look_at_are_warnings_and_why_it_is_not_available() -> None:
    assert ItemOutcome("a", "b", "c", 0, ItemProducts(findings=(warning("TSYS02", "high"),)), "no data").attention == (
        "high", "not available, no data"
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", '{"format": 1, "uid"', "[]", "{}", '{"format": 2}', '{"format": 1, "uid": 3}', None],
    ids=["empty", "torn", "a list", "no version", "another version", "foreign", "none"],
)
def test_a_report_that_cannot_be_used_counts_as_none(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / NAME).write_text(text)
    assert read_eb_report(tmp_path) is None
    assert read_mous_report(tmp_path) is None


def test_sentences_stand_with_the_findings_and_come_back_from_older_reports() -> None:
    made = ItemProducts(findings=(warning("TSYS02", "high"), warning("TSYS03", "spikes")))
    record = made.as_record()
    assert record["warnings"] == ["high", "spikes"]
    assert [entry["check"] for entry in record["findings"]] == ["TSYS02", "TSYS03"]
    older = ItemProducts.from_record({"warnings": ["high"]})
    assert messages(older.findings) == older.warnings == ("high",)
