"""Whether the products of the imaging are complete: their files, their headers, and what was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from almared.errors import AlmaredError
from almared.formats.fits.planes import open_image
from almared.mous import Mous
from almared.records.images import ImageRecord, images_in

CARDS = ("OBJECT", "RADESYS", "CTYPE1", "CTYPE2", "RESTFRQ")
BEAM_CARDS = ("BMAJ", "BMIN", "BPA")
"""Not asked of a cube with a table of beams."""
PAIR = ("pbcor", "pb")
SAME_LINE = 2e-4
"""A cube is of a line when its rest frequency differs by less: windows are wider, lines lie farther apart."""


def product_faults(mous: Mous) -> tuple[str, ...]:
    """Return what is missing or incomplete in the products of the imaging.

    References
    ----------
    Requirement W150; domain D.4, E.3.
    """
    directory = mous.tree.imaging
    images = images_in(directory)
    if not images:
        return ("images.json is missing, or names no image",)
    faults = [fault for image in images for fault in (*_file_faults(image, directory), *_headers(image, directory))]
    return (*faults, *_missing_lines(mous, images))


def _file_faults(image: ImageRecord, directory: Path) -> Iterator[str]:
    files = image.files
    yield from (f"the {kind} of {image.name} is missing" for kind in PAIR if kind not in files)
    yield from (f"{name} is missing" for name in files.values() if not (directory / name).is_file())
    pbcor = files.get("pbcor", ".pbcor.fits")
    if not pbcor.endswith(".pbcor.fits"):
        yield f"{pbcor} does not end in .pbcor.fits"


def _headers(image: ImageRecord, directory: Path) -> Iterator[str]:
    for kind in PAIR:
        path = directory / image.files.get(kind, "")
        if path.is_file():
            yield from header_faults(path, cards=(*CARDS, "BUNIT", *BEAM_CARDS) if kind == "pbcor" else CARDS)


def header_faults(path: Path, *, cards: Sequence[str]) -> Iterator[str]:
    """Yield what the header of a FITS image lacks; cubes may have a table of beams instead of one beam.

    Parameters
    ----------
    path : Path
        The image.
    cards : sequence of str
        Cards that must be there and not empty.
    """
    try:
        with open_image(path) as read:
            header = read.header
            has_table = bool(header.get("CASAMBM", False))
            lacking = [card for card in cards if str(header.get(card, "")).strip() == ""]
    except AlmaredError as error:
        yield error.text()
        return
    lacking = [card for card in lacking if not (has_table and card in BEAM_CARDS)]
    if lacking:
        yield f"the header of {path.name} lacks {', '.join(lacking)}"


def _missing_lines(mous: Mous, images: Sequence[ImageRecord]) -> Iterator[str]:
    """Yield the lines of the request that no cube is of, unless the reducer gave a reason."""
    reasons = mous.settings.readme.missing
    cubes = [image.channels.rest_hz for image in images if image.channels]
    for line in mous.settings.request.line:
        rest = line.rest_frequency_hz
        if line.name not in reasons and not any(abs(cube / rest - 1.0) < SAME_LINE for cube in cubes):
            yield f"no cube of {line.name} was made, and [readme] missing in mous.toml does not say why"
