"""The whole table *put in / found* of a MOUS: its execution blocks, and its images."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from almared.errors import InputError
from almared.mous.places import MousTree
from almared.names import Uid
from almared.records.images import NAME, ImageRecord, images_in
from almared.simulate.observe.truth import Truth
from almared.simulate.scenario.mous import MousTruth
from almared.simulate.verify.comparison import Comparison
from almared.simulate.verify.everything import verify_calibration
from almared.simulate.verify.fits_images import FitsImage, read_fits_image
from almared.simulate.verify.images import compare_continuum, compare_lines, compare_noise


def verify_mous(directory: Path, truth: MousTruth, *, positions_given: bool = True) -> tuple[Comparison, ...]:
    """Return every comparison of a reduced MOUS with its truth.

    Parameters
    ----------
    directory : Path
        The tree of the MOUS.
    truth : MousTruth
        What was put in.
    positions_given : bool
        Whether the calibrations had the antenna positions.

    Raises
    ------
    InputError
        There are no images, or one cannot be read.
    """
    tree = MousTree(directory)
    calibrations = [
        line
        for execution in truth.executions
        for line in _of_execution(tree, execution, positions_given=positions_given)
    ]
    return (*calibrations, *verify_images(tree.imaging, truth))


def verify_images(directory: Path, truth: MousTruth) -> tuple[Comparison, ...]:
    """Return every comparison of the images of a MOUS with the sky that was put in.

    Parameters
    ----------
    directory : Path
        Directory of the images and of ``images.json``.
    truth : MousTruth
        What was put in.

    Raises
    ------
    InputError
        There are no images, or one cannot be read.
    """
    return tuple(line for entry in _entries(directory) for line in _of_image(directory, entry, truth=truth))


def _of_execution(tree: MousTree, truth: Truth, *, positions_given: bool) -> Iterator[Comparison]:
    uid = Uid.parse(str(truth.tree["uid"]))
    for line in verify_calibration(tree.calibration(uid), truth, positions_given=positions_given):
        yield replace(line, selection=f"{uid.parts[-1]}, {line.selection}")


def _entries(directory: Path) -> tuple[ImageRecord, ...]:
    images = images_in(directory)
    if not images:
        raise InputError("there are no images", where=str(directory / NAME), repair="run `almared image`")
    return images


def _of_image(directory: Path, entry: ImageRecord, *, truth: MousTruth) -> Iterator[Comparison]:
    files, source = entry.files, entry.source
    image, pb = (read_fits_image(directory / files[kind]) for kind in ("pbcor", "pb"))
    if entry.kind == "cube":
        if entry.is_continuum_subtracted:
            yield from compare_lines(image, truth, source=source, pb=pb)
    else:
        yield from compare_continuum(image, truth, source=source, pb=pb)
    yield _noise(image, pb, entry=entry, truth=truth)


def _noise(image: FitsImage, pb: FitsImage, *, entry: ImageRecord, truth: MousTruth) -> Comparison:
    return compare_noise(image, truth, source=entry.source, theory_jy=entry.theory_rms_jy, pb=pb)
