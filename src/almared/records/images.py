"""images.json: images, how and why they were made, and achieved values; read by report, README and package.

The keys are in docs/imaging.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almared.errors import InputError
from almared.formats.fits.planes import Beam
from almared.model import Finding
from almared.model.finding import messages, with_findings, with_sentences
from almared.records.documents import fields_to_json, from_json, read_document, write_document

NAME = "images.json"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class CubeChannels:
    """Channels of a cube.

    Parameters
    ----------
    number : int
        How many.
    start_hz, width_hz : float, Hz
        Middle of the first one, and their width.
    width_km_s : float, km/s
        Their width as a velocity.
    rest_hz : float, Hz
        Rest frequency of the line.
    frame : str
        Of the frequencies.
    chunks : tuple of int
        Channels of each chunk that was cleaned separately.
    """

    number: int
    start_hz: float
    width_hz: float
    width_km_s: float
    rest_hz: float
    frame: str = "LSRK"
    chunks: tuple[int, ...] = (1,)


@dataclass(frozen=True, slots=True)
class ImageRecord:
    """One image: its subject, its files, its achieved values, and how it was made.

    Parameters
    ----------
    name, source, kind : str
        Base of its file names; its source; ``cont`` or ``cube``.
    field_ids, spw_ids : tuple of int
        Of calibrated_final.ms.
    frequency_hz : float, Hz
        Middle of its windows.
    channels : CubeChannels, optional
        Of a cube.
    is_continuum_subtracted : bool
        Whether it is a cube without continuum.
    files : mapping of str to str
        Names of the files by kind: ``image``, ``pbcor``, ``pb``, ``mask``, ``preview``.
    beam : Beam, optional
        Restoring beam.
    rms_jy : float, Jy per beam, optional
        Noise off the sources, before the correction for the primary beam; None without data.
    peak_jy : float, Jy per beam, optional
        Corrected for the primary beam.
    peak_snr : float, optional
        Over the noise of its plane.
    flux_jy, flux_error_jy : float, Jy, optional
        Over the mask.
    line_flux_jy_km_s : float, Jy km/s, optional
        Of a cube.
    line_free_channels : int
        Channels used for the noise.
    theory_rms_jy, apparent_rms_jy : float, Jy per beam
        Noise to expect, and what apparentsens computes from the weights.
    requested_rms_jy : float, Jy per beam, optional
        Requested noise, None when unknown.
    iterations : int
        Of the clean.
    stopped_because : str
        Why it ended.
    parameters : mapping of str to value
        Arguments of tclean, as JSON values.
    reasons : mapping of str to str
        Their reasons, by choice.
    findings : tuple of Finding
        What to check.
    """

    name: str
    source: str
    kind: str
    field_ids: tuple[int, ...]
    spw_ids: tuple[int, ...]
    frequency_hz: float
    channels: CubeChannels | None
    is_continuum_subtracted: bool
    files: Mapping[str, str]
    beam: Beam | None
    rms_jy: float | None
    peak_jy: float | None
    peak_snr: float | None
    flux_jy: float | None
    flux_error_jy: float | None
    line_flux_jy_km_s: float | None
    line_free_channels: int
    theory_rms_jy: float
    apparent_rms_jy: float
    requested_rms_jy: float | None
    iterations: int
    stopped_because: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    reasons: Mapping[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of its findings."""
        return messages(self.findings)

    @property
    def is_cleaned(self) -> bool:
        """Whether anything was above the thresholds of the masks."""
        return self.iterations > 0

    @property
    def delivered(self) -> tuple[str, ...]:
        """Files for the package: an image before the correction follows from the others."""
        return tuple(name for kind, name in self.files.items() if kind != "image")

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ImageRecord:
        """Return the image from the output of `as_record`; an older record has sentences in place of findings.

        Raises
        ------
        InputError
            A key is missing, or its value of another type.
        """
        return from_json(cls, with_findings(record) if isinstance(record, Mapping) else record)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        found: dict[str, Any] = {}
        for key, value in fields_to_json(self).items():
            found[key] = value
            if key == "stopped_because":
                found["is_cleaned"] = self.is_cleaned
        return with_sentences(found)


@dataclass(frozen=True, slots=True)
class ImagesRecord:
    """All images of a MOUS.

    Parameters
    ----------
    uid : str
        Of the MOUS, empty for a lone MS.
    script : str
        What made them.
    casatasks : str
        The build that the script is made for.
    inputs : tuple of str
        Calibrated MSs.
    continuum_ranges : str
        ``measured``, or ``cont.dat`` when a person edited it.
    findings : tuple of Finding
        Of the plan.
    images : tuple of ImageRecord
        The images.
    """

    uid: str
    script: str
    casatasks: str
    inputs: tuple[str, ...]
    continuum_ranges: str
    findings: tuple[Finding, ...]
    images: tuple[ImageRecord, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of the findings of the plan."""
        return messages(self.findings)

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> ImagesRecord:
        """Return the record from the output of `as_record`.

        Raises
        ------
        InputError
            A key is missing, or its value of another type.
        """
        return from_json(cls, with_findings(record) if isinstance(record, Mapping) else record)

    def as_record(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"format": FORMAT, **with_sentences(fields_to_json(self))}


def read_images(directory: Path) -> ImagesRecord | None:
    """Return the contents of ``images.json``, None if it is missing, torn or of another version."""
    document = read_document(directory / NAME, version=FORMAT)
    try:
        return ImagesRecord.from_record(document) if document is not None else None
    except InputError:
        return None


def images_in(directory: Path) -> tuple[ImageRecord, ...]:
    """Return the images of ``images.json``, none without such a record."""
    record = read_images(directory)
    return record.images if record else ()


def write_images(directory: Path, record: ImagesRecord) -> None:
    """Write ``images.json``; an existing one is replaced."""
    write_document(directory / NAME, record.as_record())
