"""Findings: what a look at the data, the files or the machine came to. The one word for "something is wrong"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import IntEnum
from typing import Any

from almared.errors import InputError
from almared.model.choice import Evidence
from almared.model.selection import Selection


class Severity(IntEnum):
    """How bad it is; a higher one is worse. The words are those of CASA's log, where it has one.

    - ``OK``: it was looked at and is as it should be.
    - ``INFO``: worth knowing, nothing to do.
    - ``WARNING``: a person has to look at it before going on; it may be right.
    - ``SEVERE``: wrong. What builds on it cannot be delivered, or will not run.
    """

    OK = 0
    INFO = 1
    WARNING = 2
    SEVERE = 3

    @property
    def word(self) -> str:
        """Its name in documents: ``ok``, ``info``, ``warning``, ``severe``."""
        return self.name.lower()

    @classmethod
    def of_word(cls, word: str) -> Severity:
        """Return the severity of a word.

        Raises
        ------
        InputError
            There is none of this name.
        """
        try:
            return cls[word.upper()]
        except (KeyError, AttributeError):
            words = ", ".join(severity.word for severity in cls)
            raise InputError(f"there is no severity {word!r}", repair=f"it is one of {words}") from None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to do about a finding.

    Parameters
    ----------
    text : str
        For people, as a command or a sentence without a capital.
    """

    text: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Parameters
    ----------
    check : str
        Stable code of the check, such as ``COMB01``; its manual page is the docstring of the check.
    severity : Severity
        How bad it is.
    message : str
        One sentence for people, without a full stop.
    place : str
        The MS, file, directory, image or part of the machine; empty for the MOUS as a whole.
    selection : Selection
        Data concerned; all of the place when empty.
    evidence : tuple of Evidence
        Numbers with units, and files or plots that show it.
    suggestion : Suggestion
        What to do; empty when nothing is suggested.
    """

    check: str
    severity: Severity
    message: str
    place: str = ""
    selection: Selection = field(default_factory=Selection)
    evidence: tuple[Evidence, ...] = ()
    suggestion: Suggestion = field(default_factory=Suggestion)

    @property
    def is_ok(self) -> bool:
        """Whether nobody has to do anything."""
        return self.severity < Severity.WARNING

    @property
    def repair(self) -> str:
        """What to do, as text; empty when nothing is suggested."""
        return self.suggestion.text

    def value_of(self, metric: str) -> float | int | str | None:
        """Return the value of one of its evidences, None when it has no such."""
        return next((entry.value for entry in self.evidence if entry.metric == metric), None)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it; the selection as CASA's parameters."""
        return {
            "check": self.check,
            "severity": self.severity.word,
            "message": self.message,
            "place": self.place,
            "selection": self.selection.to_casa(),
            "evidence": [asdict(entry) for entry in self.evidence],
            "suggestion": asdict(self.suggestion),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Finding:
        """Return the finding that `as_record` wrote; what an older almared did not write is empty.

        Raises
        ------
        InputError
            The record is not one of a finding.
        """
        try:
            return cls(
                check=str(record["check"]),
                severity=Severity.of_word(record["severity"]),
                message=str(record["message"]),
                place=str(record.get("place", "")),
                selection=Selection.parse(record.get("selection", {})),
                evidence=tuple(Evidence(**entry) for entry in record.get("evidence", ())),
                suggestion=Suggestion(**record.get("suggestion", {})),
            )
        except (AttributeError, KeyError, TypeError) as fault:
            raise InputError(
                f"this is not the record of a finding: {fault!r}", repair="make the document again"
            ) from None


def warning(
    check: str,
    message: str,
    *,
    place: str = "",
    evidence: tuple[Evidence, ...] = (),
    selection: Selection | None = None,
) -> Finding:
    """Return a finding that a person has to look at."""
    return Finding(check, Severity.WARNING, message, place, selection or Selection(), evidence)


def worst(findings: Iterable[Finding]) -> Severity:
    """Return the highest severity, `Severity.OK` when there are no findings."""
    return max((finding.severity for finding in findings), default=Severity.OK)


def messages(findings: Iterable[Finding]) -> tuple[str, ...]:
    """Return the sentences of findings, each once, in order."""
    return tuple(dict.fromkeys(finding.message for finding in findings))


def records_of(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as JSON knows them."""
    return [finding.as_record() for finding in findings]


def read_findings(document: Mapping[str, Any], key: str = "findings") -> Iterator[Finding]:
    """Yield the findings of a document; an older one without the key has none."""
    yield from (Finding.from_record(record) for record in document.get(key, ()))


def with_findings(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with findings: an older one has only their sentences, under ``warnings``."""
    if "findings" in record:
        return dict(record)
    sentences = record.get("warnings")
    known = sentences if isinstance(sentences, (list, tuple)) else ()
    return {**record, "findings": records_of(warning("", str(text)) for text in known)}


def with_sentences(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record with the sentences of its findings as well, under ``warnings``, for programs that read those."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        if key == "findings":
            found["warnings"] = list(dict.fromkeys(entry["message"] for entry in value))
        found[key] = value
    return found
