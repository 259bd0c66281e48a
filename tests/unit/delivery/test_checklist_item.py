"""Lines of the final checklist are made of findings, and their record keeps the words that programs read."""

from __future__ import annotations

from almared.delivery.checklist_item import CHECKS, checklist_item
from almared.model import Finding, Severity


def test_a_line_keeps_what_is_wrong_apart_from_what_is_worth_knowing() -> None:
    severe = Finding("LOG02", Severity.SEVERE, "casa-1.log, 01:00:09: the disk is odd", place="casa-1.log")
    line = checklist_item("log", "Imaging", asked="one log", faults=("a", severe), repair="run it", notes=("b",))
    assert (line.passed, line.faults, line.notes, line.repair) == (False, ("a", severe.message), ("b",), "run it")
    assert [finding.check for finding in line.findings] == ["LIST02", "LOG02", "LIST02"]
    assert {finding.repair for finding in line.findings if not finding.is_ok} == {"run it"}


def test_the_record_keeps_its_words() -> None:
    passed = checklist_item("names", "MOUS", asked="names", repair="rename", notes=("one is odd",)).as_record()
    findings = passed.pop("findings")
    assert passed == {
        "key": "names", "place": "MOUS", "asked": "names", "passed": True, "faults": [], "repair": "",
        "notes": ["one is odd"],
    }  # fmt: skip
    assert [Finding.from_record(record).severity for record in findings] == [Severity.INFO]


def test_every_line_has_a_code_of_its_own() -> None:
    assert len(set(CHECKS.values())) == len(CHECKS)
