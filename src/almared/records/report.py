"""report.json: what the QA2 report of an execution block, or of a MOUS, is made from and what it holds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almared.errors import InputError
from almared.model import Finding
from almared.model.finding import messages, with_findings, with_sentences
from almared.records.documents import fields_to_json, from_json, read_document, write_document

NAME = "report.json"
FORMAT = 1

FINGERPRINTS = "stamps"
"""Key of the fingerprints in it."""


@dataclass(frozen=True, slots=True)
class ReportFigure:
    """A figure that was written.

    Parameters
    ----------
    file : str
        Its name in the directory of the report.
    caption : str
        What is shown.
    alt : str
        What one sees on it, in words and numbers.
    """

    file: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class ItemProducts:
    """What an item made.

    Parameters
    ----------
    figures : tuple of ReportFigure
        Figures that were written.
    texts : tuple of str
        Names of the texts that were written.
    findings : tuple of Finding
        What the reducer should look at.
    numbers : mapping of str to float
        Measured numbers for programs, by name with unit; what could not be measured is left out.
    """

    figures: tuple[ReportFigure, ...] = ()
    texts: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # JSON knows no NaN.
        object.__setattr__(self, "numbers", {name: v for name, v in self.numbers.items() if math.isfinite(v)})

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of its findings."""
        return messages(self.findings)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ItemProducts:
        """Return what `as_record` wrote; an older record has sentences in place of findings.

        Raises
        ------
        InputError
            A value is of another type.
        """
        return from_json(cls, with_findings(record) if isinstance(record, Mapping) else record)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return with_sentences(fields_to_json(self))


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """How an item came out.

    Parameters
    ----------
    key, title, look_for : str
        Of the item.
    part : int
        Its montage.
    made : ItemProducts
        What it made, nothing when it could not.
    unavailable : str
        Why it could not be made, empty when it was.
    seconds : float, s
        How long it took.
    """

    key: str
    title: str
    look_for: str
    part: int
    made: ItemProducts = field(default_factory=ItemProducts)
    unavailable: str = ""
    seconds: float = 0.0

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ItemOutcome:
        """Return the outcome that `as_record` wrote.

        Raises
        ------
        InputError
            A key is missing, or its value of another type.
        """
        return from_json(cls, record)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return fields_to_json(self)

    @property
    def attention(self) -> tuple[str, ...]:
        """What to look at: its warnings, and why it is not available."""
        return (*self.made.warnings, *((f"not available, {self.unavailable}",) if self.unavailable else ()))


@dataclass(frozen=True, slots=True)
class EbFacts:
    """What the head of a report says of an execution block.

    Parameters
    ----------
    start_mjd_s, end_mjd_s : float, s
        When it was observed, MJD seconds UTC.
    antennas : int
        How many.
    diameters_m : tuple of float, m
        Of their dishes.
    project, scheduling_block : str
        Uids.
    sources : tuple of str
        Names of its fields.
    """

    start_mjd_s: float
    end_mjd_s: float
    antennas: int
    diameters_m: tuple[float, ...]
    project: str
    scheduling_block: str
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EbReportRecord:
    """The report of an execution block.

    Parameters
    ----------
    uid, ms : str
        Of the execution block (the name of the MS where it has none), and its MS.
    almared : str
        Version that made it.
    casatasks : tuple of str
        Builds that calibrated.
    refant : str
        Reference antenna, empty when unknown.
    facts : EbFacts
        Head of the page.
    fingerprints : mapping of str to str
        Of what it was made from.
    items : tuple of ItemOutcome
        Its items in order.
    page : str
        Name of the page.
    measures : tuple of str
        Measures data that they used; none in reports of earlier versions.
    """

    uid: str
    ms: str
    almared: str
    casatasks: tuple[str, ...]
    measures: tuple[str, ...] = field(default=(), kw_only=True)
    refant: str
    facts: EbFacts
    fingerprints: Mapping[str, str]
    items: tuple[ItemOutcome, ...]
    page: str = ""

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> EbReportRecord:
        """Return what `as_record` wrote.

        Raises
        ------
        InputError
            A key is missing, or its value of another type.
        """
        return from_json(cls, _renamed(record))

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return _document(fields_to_json(self))


@dataclass(frozen=True, slots=True)
class MousReportRecord:
    """The report of a MOUS.

    Parameters
    ----------
    uid : str
        Of the MOUS.
    fingerprints : mapping of str to str
        Of what it was made from.
    page : str
        Name of the page.
    warnings : tuple of str
        What a reviewer should look at.
    """

    uid: str
    fingerprints: Mapping[str, str]
    page: str
    warnings: tuple[str, ...]

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> MousReportRecord:
        """Return what `as_record` wrote.

        Raises
        ------
        InputError
            A key is missing, or its value of another type.
        """
        return from_json(cls, _renamed(record))

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON knows it."""
        return _document(fields_to_json(self))


def _document(values: Mapping[str, Any]) -> dict[str, Any]:
    return {"format": FORMAT, **{FINGERPRINTS if key == "fingerprints" else key: v for key, v in values.items()}}


def _renamed(record: Mapping[str, Any]) -> dict[str, Any]:
    return {"fingerprints" if key == FINGERPRINTS else key: value for key, value in record.items()}


def read_eb_report(directory: Path) -> EbReportRecord | None:
    """Return the record of the report of an execution block, None when there is none, or not one of this format.

    Parameters
    ----------
    directory : Path
        Its directory ``qa2``.
    """
    document = read_document(directory / NAME, version=FORMAT)
    try:
        return EbReportRecord.from_record(document) if document is not None else None
    except InputError:
        return None


def read_mous_report(directory: Path) -> MousReportRecord | None:
    """Return the record of the report of a MOUS, None when there is none, or not one of this format.

    Parameters
    ----------
    directory : Path
        Its directory ``qa2``.
    """
    document = read_document(directory / NAME, version=FORMAT)
    try:
        return MousReportRecord.from_record(document) if document is not None else None
    except InputError:
        return None


def write_report(directory: Path, record: EbReportRecord | MousReportRecord) -> None:
    """Write ``report.json``; it is replaced whole."""
    write_document(directory / NAME, record.as_record())
