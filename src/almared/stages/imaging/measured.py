"""Measurements of images, kept next to them: an unchanged image is not measured again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from almared.basics.wholefile import write_whole
from almared.formats.fits.planes import Beam
from almared.measure.reached import ImageQuality, measure_reached
from almared.mous.places import StatePlace
from almared.plots.preview import write_preview
from almared.records.fingerprints import code_fingerprint, disk_fingerprint

FINGERPRINT = "marks"
"""Key of the fingerprint of an image in the file."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Figures of an image, and what they were measured on.

    Parameters
    ----------
    fingerprint : str
        Of its files and of almared, as they were.
    reached : ImageQuality
        The figures.
    """

    fingerprint: str
    reached: ImageQuality


def measured_anew(
    known: Measurement | None, files: Mapping[str, Path], *, picture: Path, title: Callable[[ImageQuality], str]
) -> Measurement:
    """Return the figures of an image: those that are known while nothing touched its files, else measured now.

    Parameters
    ----------
    known : Measurement, optional
        What was measured before.
    files : mapping of str to Path
        Its ``image``, ``pbcor``, ``pb`` and ``mask``.
    picture : Path
        Its picture, which is made with the figures.
    title : callable
        Returns what stands over the picture.
    """
    if known is not None and known.fingerprint == _fingerprint_of((*files.values(), picture)):
        return known
    reached = measure_reached(files["image"], corrected=files["pbcor"], pb=files["pb"], mask=files["mask"])
    write_preview(files["image"], png=picture, title=title(reached))
    return Measurement(_fingerprint_of((*files.values(), picture)), reached)


def _fingerprint_of(files: Iterable[Path]) -> str:
    """Return what differs when a file of an image was written to, is new, or is gone, or when almared is another."""
    return " ".join([code_fingerprint(), *(disk_fingerprint(file).text for file in files)])


def read_measured(directory: Path) -> dict[str, Measurement]:
    """Return what is known of images by their names; nothing of a file that is torn or of another form."""
    try:
        values = json.loads(StatePlace(directory).measured.read_text(encoding="utf-8"))
        return {name: _from_record(value) for name, value in values.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def write_measured(directory: Path, measured: Mapping[str, Measurement]) -> None:
    """Keep what was measured; the file is replaced whole."""
    record = {name: {FINGERPRINT: one.fingerprint, "reached": asdict(one.reached)} for name, one in measured.items()}
    write_whole(StatePlace(directory).measured, json.dumps(record, indent=1) + "\n")


def _from_record(value: Mapping[str, object]) -> Measurement:
    reached = dict(value["reached"])  # type: ignore[call-overload]
    beam = reached.pop("beam")
    return Measurement(str(value[FINGERPRINT]), ImageQuality(**reached, beam=Beam(**beam) if beam else None))
