"""The README of the delivery, filled from measured values; an edited one is kept."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared import __version__
from almared.basics.wholefile import write_whole
from almared.delivery.judgement import judgements
from almared.delivery.readme_fields import NOT_GIVEN, OBLIGATORY, OPTIONAL, empty_fields
from almared.mous import Mous, MousEb
from almared.mous.places import FLUX_SCRIPT, README, README_EDITED
from almared.physics.constants import ARCSEC_PER_RAD
from almared.records.history import read_history
from almared.records.images import ImageRecord, ImagesRecord, read_images
from almared.records.report import read_eb_report
from almared.run.execute import edited_lines

WIDTH = 100

CONFIGURATION = """\
datapath = [{data}]
measurespath = {data}
data_auto_update = False
measures_auto_update = False
"""

CONTENTS = """\
WHAT IS IN THE PACKAGE
  calibration/   tables of each execution block with its flag versions, and the figures of its QA2 report
  script/        the scripts that were run, and scriptForPI.py, which restores the calibrated data
  qa/            QA2 reports (HTML), their figures on sheets, and all texts
  log/           the logs of CASA and the journals of all runs
  product/       images as FITS: *.pbcor.fits are corrected for the primary beam, *{pb} hold its response
  raw/           where the ASDMs go; they are downloaded separately
  manifest.sha256, reduction.json   hashes of all files; all choices, measurements and checks for programs

PRIMARY BEAM
  An image as it was before the correction is the product of *.pbcor.fits and *{pb}. In CASA:
  impbcor(imagename='X.pbcor.fits', pbimage='X{pb}', mode='multiply', outfile='X.image')

HOW TO GET THE CALIBRATED DATA
  1. Put the ASDMs of the execution blocks, as they came, into raw/.
  2. Start CASA {casa} (casatasks {build}) in script/ and run scriptForPI.py: `casa -c scriptForPI.py`, or
     `python scriptForPI.py` where casatasks of that version is installed. Other versions work too; numbers may
     differ a little.
  3. A Python with casatasks needs to know where its measures data are. With the package casadata installed, a file
     with these lines, named by the variable CASASITECONFIG, is enough:

{configuration}
  About {disk:.1f} GB of disk are needed for all that is made; with SPACESAVING = 1, 2 or 3 (in the environment)
  intermediate MSs are removed as soon as they are not needed any more. The calibrated data are then in calibrated/.
"""


@dataclass(frozen=True, slots=True)
class WrittenReadme:
    """A README on disk.

    Parameters
    ----------
    path : Path
        Where.
    is_new : bool
        Whether its text changed.
    is_edited : bool
        Whether somebody edited it, so that it was left as it is.
    """

    path: Path
    is_new: bool
    is_edited: bool

    @property
    def empty(self) -> tuple[str, ...]:
        """Required fields that are still empty."""
        return empty_fields(self.path.read_text(encoding="utf-8", errors="replace"))


def write_readme(mous: Mous, *, is_forced: bool = False, is_renewed: bool = True) -> WrittenReadme:
    """Write the README of a MOUS unless it was edited by hand.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    is_forced : bool
        Replace one that was edited; it is kept as ``README.edited``.
    is_renewed : bool
        Write it even if its text is the same, so that its time shows it is current.

    References
    ----------
    domain E.4.
    """
    path, kept = mous.tree.readme, mous.tree.state.rendered(README)
    text = readme_text(mous)
    before = path.read_text(encoding="utf-8", errors="replace") if path.is_file() else None
    is_edited = before is not None and (not kept.is_file() or kept.read_text(encoding="utf-8") != before)
    if is_edited and not is_forced:
        return WrittenReadme(path, False, True)
    if is_edited:
        os.replace(path, path.with_name(README_EDITED))
    kept.parent.mkdir(parents=True, exist_ok=True)
    if is_renewed or text != before:
        write_whole(kept, text)
        write_whole(path, text)
    return WrittenReadme(path, text != before, False)


def readme_text(mous: Mous) -> str:
    """Return the text of the README, as far as it is known before the package is made."""
    record = read_images(mous.tree.imaging)
    images = record.images if record else ()
    build = (record.casatasks if record else "") or _build(mous)
    parts = [
        "\n".join(_fields(mous, build)),
        "COMMENTS FROM THE REDUCER\n" + (_filled(mous.settings.readme.comments) or "  None."),
        "CALIBRATION\n" + "\n".join(line for eb in mous.ebs for line in _eb_lines(eb)),
        *(["COMBINATION\n" + "\n".join(_combination_lines(mous))] if mous.is_combined else []),
        "IMAGING\n" + "\n".join(_imaging_lines(mous, record)),
        CONTENTS.format(
            pb=_pb_ending(images),
            casa=".".join(build.split(".")[:3]),
            build=build,
            configuration=textwrap.indent(CONFIGURATION.format(data="'.../casadata/__data__'"), "       "),
            disk=restored_bytes(mous) / 1e9,
        ),
    ]
    return "\n\n".join(part.rstrip() for part in parts) + "\n"


def restored_bytes(mous: Mous) -> float:
    """Return what all that the scripts make takes on disk (bytes), measured on what they made here."""
    places = [eb.directory for eb in mous.ebs] + [mous.tree.combination, mous.tree.imaging / "calibrated_final.ms"]
    found = (path for place in places if place.is_dir() for path in place.rglob("*"))
    return float(sum(path.stat().st_size for path in found if path.is_file() and not path.is_symlink()))


def _build(mous: Mous) -> str:
    for eb in mous.ebs:
        script = eb.script
        if script.is_file():
            return ", ".join(read_history(script).builds)
    return NOT_GIVEN


def _measures(mous: Mous) -> str:
    """Return the measures that the execution blocks were calibrated with, empty where no journal names them."""
    scripts = [eb.directory / eb.products.script for eb in mous.ebs]
    used = {name for script in scripts if script.is_file() for name in read_history(script).measures}
    return f", measures {', '.join(sorted(used))}" if used else ""


def _fields(mous: Mous, build: str) -> Iterator[str]:
    project, request = mous.settings.project, mous.settings.request
    asked = ""
    if request.rms_jy is not None:
        over = f" over {request.bandwidth_hz / 1e6:g} MHz" if request.bandwidth_hz else ""
        asked = f"{request.rms_jy * 1e3:.4g} mJy/beam{over}"
    beam = request.beam_rad
    for name, value in (
        ("Cycle", project.cycle),
        ("Project code", project.code),
        ("SB name", project.sb_name),
        ("PI name", project.pi),
        ("Project title", project.title),
        ("Configuration", project.configuration or mous.settings.part),
        ("Proposed rms", asked),
        ("Proposed resolution", " to ".join(f"{b * ARCSEC_PER_RAD:.3g} arcsec" for b in beam) if beam else ""),
        ("CASA version used", f"casatasks {build}{_measures(mous)}, scripts by almared {__version__}"),
        ("MOUS", mous.settings.uid),
    ):
        why = mous.settings.readme.missing.get(name)
        yield f"{name + ':':<22}{value or NOT_GIVEN}{f' ({why})' if why and not value else ''}"


def _filled(text: str) -> str:
    return "\n".join(
        textwrap.fill(line, WIDTH, initial_indent="  ", subsequent_indent="  ") for line in text.splitlines()
    )


def _eb_lines(eb: MousEb) -> Iterator[str]:
    record = read_eb_report(eb.report)
    yield f"  {eb.uid}: {record.facts.antennas if record else 'no report;'} antennas, " + (
        f"reference antenna {record.refant}" if record else ""
    )
    script = eb.script
    edits = edited_lines(script) if script.is_file() else None
    if edits:
        yield f"    {edits} lines of its script were changed by hand"
    for item in record.items if record else ():
        for text in item.made.warnings:
            yield textwrap.fill(f"{item.title}: {text}", WIDTH, initial_indent="    ", subsequent_indent="      ")


def _combination_lines(mous: Mous) -> Iterator[str]:
    scaled = "scaled to common fluxes of the phase calibrators (allFluxes.txt) and concatenated"
    how = scaled if mous.settings.combine.scale is not False else "concatenated without scaling"
    yield f"  {len(mous.ebs)} execution blocks, {how} by {FLUX_SCRIPT}."


def _imaging_lines(mous: Mous, record: ImagesRecord | None) -> Iterator[str]:
    if not record:
        yield "  Nothing was imaged."
        return
    yield f"  Continuum ranges: {record.continuum_ranges}."
    yield "  Noise is measured before the correction for the primary beam, off sources and free of lines."
    yield ""
    yield f"  {'beam (arcsec)':>18} {'noise (mJy)':>12} {'theory':>9} {'asked':>9} {'peak (mJy)':>11}  product"
    for image in record.images:
        yield _image_line(image)
    for text in judgements(mous.settings, record.images):
        yield textwrap.fill(text, WIDTH, initial_indent="  ", subsequent_indent="    ")
    for line, why in mous.settings.readme.missing.items():
        if line in (*OBLIGATORY, *OPTIONAL):
            continue
        yield textwrap.fill(f"{line} has no cube: {why}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    for image in record.images:
        for text in image.warnings:
            yield textwrap.fill(f"{image.name}: {text}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    for name, why in _choices(record.images).items():
        yield textwrap.fill(f"{name}: {why}", WIDTH, initial_indent="  ", subsequent_indent="    ")


def _image_line(image: ImageRecord) -> str:
    beam = image.beam
    size = f"{beam.major_arcsec:.3g} x {beam.minor_arcsec:.3g}" if beam else "-"
    noise, peak = _milli(image.rms_jy, 12), _milli(image.peak_jy, 11)
    numbers = f"{noise} {_milli(image.theory_rms_jy, 9)} {_milli(image.requested_rms_jy or None, 9)} {peak}"
    return f"  {size:>18} {numbers}  {image.files.get('pbcor', image.name)}"


def _milli(value: float | None, width: int) -> str:
    return f"{'-':>{width}}" if value is None else f"{value * 1e3:>{width}.4g}"


def _choices(images: Sequence[ImageRecord]) -> Mapping[str, str]:
    """Return the reasons of weighting, mask and subtraction of the first image, for the reader."""
    reasons = images[0].reasons if images else {}
    return {name: why for name, why in reasons.items() if name in ("weighting", "mask", "threshold", "gridder")}


def _pb_ending(images: Sequence[ImageRecord]) -> str:
    files = [image.files.get("pb", "") for image in images]
    return ".pb.fits" if any(name.endswith(".pb.fits") for name in files) else ".flux.fits"
