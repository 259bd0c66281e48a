"""The report of a MOUS: its execution blocks, combination and images on one page."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared import __version__
from almared.basics.wholefile import write_whole
from almared.errors import InputError
from almared.formats.fluxtable import NAME as FLUX_TABLE
from almared.formats.fluxtable import FluxRecord, read_fluxes
from almared.heuristics.imaging.acceptance import beam_judgement, rms_limit
from almared.mous import Mous, MousEb, read_mous
from almared.mous.places import SETTINGS
from almared.physics.bands import band_at
from almared.physics.constants import ARCSEC_PER_RAD
from almared.records.history import measures_of
from almared.records.images import ImageRecord, images_in
from almared.records.inputs import product_fingerprint, product_fingerprints
from almared.records.journal import Journal
from almared.records.report import (
    NAME,
    EbReportRecord,
    MousReportRecord,
    read_eb_report,
    read_mous_report,
    write_report,
)
from almared.report.page import embedded, render


@dataclass(frozen=True, slots=True)
class MousReport:
    """The report of a MOUS.

    Parameters
    ----------
    page : Path
        The page.
    is_new : bool
        Whether it was made now.
    warnings : tuple of str
        What a reviewer should look at.
    """

    page: Path
    is_new: bool
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EbRow:
    """An execution block with its report.

    Parameters
    ----------
    name : str
        Its short name.
    page : str
        Path of its page from that of the MOUS.
    record : EbReportRecord
        What its report says.
    """

    name: str
    page: str
    record: EbReportRecord


@dataclass(frozen=True, slots=True)
class FluxRow:
    """Fluxes of one calibrator in one window.

    Parameters
    ----------
    source : str
        The calibrator.
    spw_id : int
        The window.
    frequency_ghz : float, GHz
        Its middle.
    own : tuple of FluxRecord
        One for each execution block.
    used_jy : float, Jy, optional
        What all were scaled to.
    spread_percent : float, %, optional
        Largest deviation of an own flux from it.
    """

    source: str
    spw_id: int
    frequency_ghz: float
    own: tuple[FluxRecord, ...]
    used_jy: float | None
    spread_percent: float | None


@dataclass(frozen=True, slots=True)
class ImageRow:
    """An image with what was reached.

    Parameters
    ----------
    record : ImageRecord
        Its entry of ``images.json``.
    verdict : str
        Against the request, in words.
    warnings : tuple of str
        What is not as it should be.
    previews : tuple of Path
        Pictures of it.
    """

    record: ImageRecord
    verdict: str
    warnings: tuple[str, ...]
    previews: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class StageRow:
    """How a stage ran.

    Parameters
    ----------
    name : str
        Its directory.
    runs, steps, failures : int
        Runs, steps that ended well, steps that failed or were killed.
    builds : tuple of str
        Builds of casatasks.
    measures : tuple of str
        Measures that it ran with.
    minutes : float, min
        Time of all its steps.
    """

    name: str
    runs: int
    steps: int
    failures: int
    builds: tuple[str, ...]
    measures: tuple[str, ...]
    minutes: float


def report_mous(target: Path, *, is_forced: bool = False) -> MousReport:
    """Make the QA2 report of a MOUS from those of its execution blocks and from what was combined and imaged.

    Parameters
    ----------
    target : Path
        The directory of the MOUS, or anything in it.
    is_forced : bool
        Make it although nothing changed since.

    Raises
    ------
    InputError
        It is no MOUS, or an execution block has no report yet.

    References
    ----------
    domain.md C, H.
    """
    mous = read_mous(target)
    out = mous.tree.report
    fingerprints = _fingerprints(mous)
    known = None if is_forced else read_mous_report(out)
    if known is not None and known.fingerprints == fingerprints and (out / known.page).is_file():
        return MousReport(out / known.page, False, known.warnings)
    ebs = [_eb(eb, out) for eb in mous.ebs]
    images, fluxes = _images(mous), _fluxes(mous)
    warnings = [*_eb_warnings(ebs), *(f"{row.record.name}: {text}" for row in images for text in row.warnings)]
    out.mkdir(exist_ok=True)
    (out / NAME).unlink(missing_ok=True)
    page = write_whole(
        out / f"{mous.tree.uid_name}.qa2_report.html",
        render(
            "mous.html", mous=mous, ebs=ebs, images=images, fluxes=fluxes, stages=list(_stages(mous)),
            warnings=warnings, image=embedded, version=__version__,
        ),
    )  # fmt: skip
    write_report(out, MousReportRecord(mous.settings.uid, fingerprints, page.name, tuple(warnings)))
    return MousReport(page, True, tuple(warnings))


def _fingerprints(mous: Mous) -> dict[str, str]:
    """Return the fingerprints of all that the page shows."""
    found = {}
    for eb in mous.ebs:
        record = read_eb_report(eb.report)
        found[mous.tree.name_of(eb.report)] = json.dumps(record.fingerprints if record else {})
    if mous.is_combined:
        found["calibrated.ms"] = product_fingerprint(mous.tree.combination, "calibrated.ms")
    images = images_in(mous.tree.imaging)
    found |= product_fingerprints(mous.tree.imaging, [file for image in images for file in image.files.values()])
    found[SETTINGS] = mous.tree.settings.read_text(encoding="utf-8")
    return found


def _eb(eb: MousEb, out: Path) -> EbRow:
    record = read_eb_report(eb.report)
    if record is None:
        raise InputError(
            "this execution block has no report", where=eb.directory.name, repair=f"run `almared report {eb.directory}`"
        )
    page = os.path.relpath(eb.report / record.page, out)
    return EbRow(eb.name, page, record)


def _eb_warnings(ebs: Sequence[EbRow]) -> Iterator[str]:
    for eb in ebs:
        for item in eb.record.items:
            yield from (f"{eb.name}, {item.title}: {text}" for text in item.attention)


def _fluxes(mous: Mous) -> list[FluxRow]:
    path = mous.tree.combination / FLUX_TABLE
    if not path.is_file():
        return []
    records = read_fluxes(path)
    keys = dict.fromkeys((record.source, record.spw_id) for record in records)
    return [_flux_row([r for r in records if (r.source, r.spw_id) == key]) for key in keys]


def _flux_row(own: Sequence[FluxRecord]) -> FluxRow:
    first = own[0]
    deviations = [abs(r.own_jy / r.used_jy - 1) for r in own if r.own_jy is not None and r.used_jy]
    spread = 100 * max(deviations) if deviations else None
    return FluxRow(first.source, first.spw_id, first.frequency_ghz, tuple(own), first.used_jy, spread)


def _images(mous: Mous) -> list[ImageRow]:
    directory = mous.tree.imaging
    return [_image_row(mous, record, directory=directory) for record in images_in(directory)]


def _image_row(mous: Mous, record: ImageRecord, *, directory: Path) -> ImageRow:
    faults = list(record.warnings)
    verdict = "no request is known"
    if record.requested_rms_jy and record.rms_jy is not None:
        ratio, limit = record.rms_jy / record.requested_rms_jy, rms_limit(band_at(record.frequency_hz))
        verdict = f"{ratio:.2f} times the request, limit {limit:g}: {'met' if ratio <= limit else 'NOT met'}"
        faults += [f"its noise is {ratio:.2f} times the request, accepted are {limit:g}"] if ratio > limit else []
    asked, beam = mous.settings.request.beam_rad, record.beam
    if asked and beam:
        in_arcsec = (asked[0] * ARCSEC_PER_RAD, asked[1] * ARCSEC_PER_RAD)
        fault = beam_judgement(beam.major_arcsec, beam.minor_arcsec, asked_arcsec=in_arcsec)
        faults += [fault] if fault else []
    previews = tuple(sorted(directory.glob(f"{record.name}*.png")))
    return ImageRow(record, verdict, tuple(dict.fromkeys(faults)), previews)


def _stages(mous: Mous) -> Iterator[StageRow]:
    places = [eb.directory for eb in mous.ebs]
    places += [place for place in (mous.tree.combination, mous.tree.imaging) if place.is_dir()]
    for place in places:
        entries = Journal(place).entries()
        ends = [entry for entry in entries if entry.event == "step-end"]
        begins = [entry for entry in entries if entry.event == "step-begin"]
        done = sum(entry.data.get("outcome") == "done" for entry in ends)
        yield StageRow(
            name=str(place.relative_to(mous.tree.root)),
            runs=sum(entry.event == "run-begin" for entry in entries),
            steps=done,
            failures=len(begins) - done,
            builds=tuple(sorted({str(entry.data.get("casa", "")) for entry in begins})),
            measures=tuple(measures_of(begins)),
            minutes=sum(float(entry.data.get("seconds", 0.0)) for entry in ends) / 60,
        )
