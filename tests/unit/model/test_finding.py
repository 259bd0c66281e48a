"""Findings: ordered severities, a round trip through JSON, documents of an older almared, broken records."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.errors import AlmaredError
from almared.model import ChannelRange, Evidence, Finding, Selection, Severity, Suggestion
from almared.model.finding import messages, read_findings, warning, worst

SELECTIONS = st.sampled_from([
    Selection(),
    Selection(antennas=("DA41",), channels=(ChannelRange(17, 0, 10),), scans=(3, 4)),
    Selection(fields=("NGC 253",), times=((4.9e9, 4.9e9 + 0.125),)),
])  # fmt: skip
NUMBERS = st.one_of(st.integers(-(10**6), 10**6), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=8))
EVIDENCE = st.builds(Evidence, st.text(max_size=9), NUMBERS, st.sampled_from(["", "Jy", "%"]), st.text(max_size=5))
FINDINGS = st.builds(
    Finding, st.just("COMB01"), st.sampled_from(Severity), st.text(max_size=30), st.text(max_size=9), SELECTIONS,
    st.lists(EVIDENCE, max_size=3).map(tuple), st.builds(Suggestion, st.text(max_size=20)),
)  # fmt: skip


@given(FINDINGS)
def test_it_comes_back_from_json(finding: Finding) -> None:
    assert Finding.from_record(json.loads(json.dumps(finding.as_record()))) == finding


def test_a_record_says_which_data_in_casas_words() -> None:
    record = Finding("TSYS01", Severity.WARNING, "a spike", selection=Selection(antennas=("DA41",))).as_record()
    assert (record["severity"], record["selection"]) == ("warning", {"antenna": "DA41"})


def test_severities_are_in_order() -> None:
    assert Severity.OK < Severity.INFO < Severity.WARNING < Severity.SEVERE
    found = [Finding("A01", severity, "") for severity in (Severity.INFO, Severity.SEVERE, Severity.WARNING)]
    assert (worst(found), worst([])) == (Severity.SEVERE, Severity.OK)
    assert [finding.is_ok for finding in found] == [True, False, False]


def test_sentences_are_given_once_and_in_order() -> None:
    assert messages(Finding("A01", Severity.WARNING, text) for text in "bab") == ("b", "a")


def test_a_document_of_an_older_almared_has_no_findings() -> None:
    assert list(read_findings({"warnings": ["something"]})) == []
    assert list(read_findings({"findings": [{"check": "A01", "severity": "info", "message": "a"}]})) == [
        Finding("A01", Severity.INFO, "a")
    ]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"check": "A01", "message": ""},
        {"check": "A01", "severity": "dire", "message": ""},
        {"check": "A01", "severity": 3, "message": ""},
        {"check": "A01", "severity": "ok", "message": "", "selection": {"antenna": "!"}},
        {"check": "A01", "severity": "ok", "message": "", "selection": 5},
        {"check": "A01", "severity": "ok", "message": "", "evidence": [{"colour": 1}]},
        {"check": "A01", "severity": "ok", "message": "", "suggestion": {"edit": 1}},
        [],
    ],
)
def test_broken_records_are_errors_of_ours(record: Any) -> None:
    with pytest.raises(AlmaredError):
        Finding.from_record(record)


@pytest.mark.parametrize("name", ["é", 'q"r'])
def test_a_name_that_casa_cannot_select_by_never_hides_a_finding(name: str) -> None:
    meant = Selection.where_possible(antennas=("DA41",), fields=(name,))
    assert meant == Selection(antennas=("DA41",))
    found = warning("TSYS02", f"high: {name}", selection=meant)
    assert Finding.from_record(json.loads(json.dumps(found.as_record()))) == found
