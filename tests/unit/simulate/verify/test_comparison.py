"""A comparison with the truth is a table of numbers and a finding."""

from __future__ import annotations

import json

import pytest

from almared.model import Finding, Severity
from almared.simulate.verify.comparison import compare_relative


@pytest.mark.parametrize(
    ("found", "severity"), [(1.04, Severity.OK), (1.06, Severity.SEVERE), (float("nan"), Severity.SEVERE)]
)
def test_the_finding_says_whether_the_number_is_within_its_limit(found: float, severity: Severity) -> None:
    line = compare_relative("Stokes I of A", "spw 17", put_in=1.0, found=found, unit="Jy", limit_percent=5.0)
    assert line.finding.severity is severity
    assert line.passed is (severity is Severity.OK)
    assert (line.finding.value_of("put in"), line.finding.value_of("limit")) == (1.0, 5.0)


def test_its_record_keeps_the_numbers_and_holds_the_finding() -> None:
    line = compare_relative("Stokes I of A", "spw 17", put_in=1.0, found=1.04, unit="Jy", limit_percent=5.0)
    record = json.loads(json.dumps(line.as_record()))
    assert (record["put_in"], record["found"], record["passed"]) == (1.0, 1.04, True)
    assert Finding.from_record(record["finding"]) == line.finding
