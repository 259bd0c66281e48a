"""CASA images the simulated sky, and the comparison with the truth finds what was put in, and what was spoiled.

The visibilities are those of the true sky, with noise of a known size or without: no calibration is between.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command
from support.mosaic_sky import PREPARE, SOURCE, fill, line_alone, setting_words, without_line

from almared.simulate.scenario.mous import MousTruth, read_mous_truth
from almared.simulate.verify.fits_images import FitsImage, read_fits_image
from almared.simulate.verify.images import (
    compare_continuum,
    compare_lines,
    compare_noise,
    measure_noise,
)

pytestmark = pytest.mark.casa

NOISE_JY = 0.08
"""Rms of real and imaginary part of a visibility in a channel."""

LINE_WINDOW = 1
"""The window with the line, counted from 0."""

UPPER = "2,3"
"""The upper sideband; over both the primary beam would change by a third where the sources are."""

IMAGE = """
import json, sys
from casatasks import exportfits, tclean
for order in json.loads(sys.argv[1]):
    tclean(**order)
    for kind in ("image", "pb"):
        exportfits(f"{order['imagename']}.{kind}", f"{order['imagename']}.{kind}.fits")
"""

COMMON = {"weighting": "natural", "niter": 20000, "cell": "1.0arcsec", "imsize": 192, "pblimit": 0.1}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, almared: Command, casa_child: Command) -> Path:
    """Where ``sky.ms`` has the data of the target, its windows 0 to 3 being those of the science."""
    out = tmp_path_factory.mktemp("images")
    almared("simulate", "mosaic7", "--out", out / "sim", *setting_words())
    truth = read_mous_truth(out / "sim")
    asdm = next((out / "sim").glob("uid*/uid*"))
    casa_child(PREPARE, asdm, ",".join(str(i) for i in truth.executions[0].science_spws), 1, cwd=out)
    return out


@pytest.fixture(scope="module")
def truth(place: Path) -> MousTruth:
    return read_mous_truth(place / "sim")


def pointings(truth: MousTruth) -> list[int]:
    """Return the field ids of the target, that of its middle first."""
    return [facts["id"] for facts in truth.executions[0].tree["fields"] if facts["name"] == SOURCE]


def mask_round_sources(truth: MousTruth) -> list[str]:
    """Return regions of CASA round all components."""
    places = [component.direction_rad for component in truth.executions[0].source(SOURCE).components]
    return [f"circle[[{ra!r}rad, {dec!r}rad], 9arcsec]" for ra, dec in places]


def imaged(place: Path, casa_child: Command, *orders: dict[str, Any]) -> list[tuple[FitsImage, FitsImage]]:
    """Return image, corrected for the primary beam, and primary beam of each order."""
    casa_child(IMAGE, json.dumps([{**COMMON, **order} for order in orders]), cwd=place)
    pairs = []
    for order in orders:
        image, pb = (read_fits_image(place / f"{order['imagename']}.{kind}.fits") for kind in ("image", "pb"))
        pairs.append((replace(image, data=image.data / pb.data), pb))
    return pairs


@pytest.fixture(scope="module")
def mosaic(place: Path, truth: MousTruth, casa_child: Command) -> tuple[FitsImage, FitsImage]:
    fill(place / "sky.ms", truth, noise_jy=0.0, changed=without_line)
    order = {"vis": "sky.ms", "imagename": "mosaic", "gridder": "mosaic", "threshold": "0.1mJy"}
    order |= {"phasecenter": "ICRS 06:02:12.0 -28.10.30.0", "imsize": 240}
    return imaged(place, casa_child, order)[0]


@pytest.fixture(scope="module")
def noisy(place: Path, truth: MousTruth, casa_child: Command) -> list[tuple[FitsImage, FitsImage]]:
    """Continuum of one pointing, and a cube of the line, both noisy, with the standard gridder."""
    order: dict[str, Any] = {"vis": "sky.ms", "field": str(pointings(truth)[0]), "mask": mask_round_sources(truth)}
    fill(place / "sky.ms", truth, noise_jy=NOISE_JY, changed=without_line)
    found = imaged(place, casa_child, {**order, "imagename": "one", "spw": UPPER, "threshold": "0.4mJy"})
    fill(place / "sky.ms", truth, noise_jy=NOISE_JY, changed=line_alone)
    order |= {"specmode": "cube", "outframe": "LSRK", "start": "92.38GHz", "nchan": 36, "restoringbeam": "common"}
    order |= {"imagename": "line", "spw": str(LINE_WINDOW), "threshold": "12mJy"}
    return found + imaged(place, casa_child, order)


def off(lines: Any) -> list[str]:
    return [f"{c.quantity}, {c.selection}: {c.found:g} for {c.put_in:g}" for c in lines if not c.passed]


def test_fluxes_and_places_are_right_over_a_mosaic(mosaic: tuple[FitsImage, FitsImage], truth: MousTruth) -> None:
    lines = list(compare_continuum(mosaic[0], truth, source=SOURCE, pb=mosaic[1], limit_percent=2.0))
    assert len(lines) == 2 * 4 + 1
    assert off(lines) == []


def test_the_primary_beam_is_what_makes_a_mosaic_right(mosaic: tuple[FitsImage, FitsImage], truth: MousTruth) -> None:
    """Without the correction the sources that lie away from the pointings come out too faint."""
    flat = replace(mosaic[0], data=mosaic[0].data * mosaic[1].data)
    assert off(compare_continuum(flat, truth, source=SOURCE))


def test_a_noisy_field_has_the_fluxes_put_in(noisy: list[tuple[FitsImage, FitsImage]], truth: MousTruth) -> None:
    image, pb = noisy[0]
    lines = list(compare_continuum(image, truth, source=SOURCE, pb=pb))
    assert len(lines) > 4
    assert off(lines) == []


def test_a_field_that_is_too_bright_is_off(noisy: list[tuple[FitsImage, FitsImage]], truth: MousTruth) -> None:
    image, pb = noisy[0]
    bright = replace(image, data=1.08 * image.data)
    assert any("flux" in line for line in off(compare_continuum(bright, truth, source=SOURCE, pb=pb)))
    moved = replace(image, reference=(image.reference[0] + 0.5, image.reference[1]))
    assert any("place" in line for line in off(compare_continuum(moved, truth, source=SOURCE, pb=pb)))


def test_the_noise_is_the_one_of_the_visibilities(
    noisy: list[tuple[FitsImage, FitsImage]], truth: MousTruth, place: Path
) -> None:
    image, pb = noisy[0]
    with table(str(place / "sky.ms"), ack=False) as main:
        used = main.query(f"FIELD_ID == {pointings(truth)[0]} && DATA_DESC_ID in [{UPPER}]")
        values = sum(used.getcell("DATA", row).size for row in range(used.nrows()))
    theory = NOISE_JY / np.sqrt(values)
    assert compare_noise(image, truth, source=SOURCE, theory_jy=theory, pb=pb).passed
    assert measure_noise(image, truth, source=SOURCE, pb=pb) == pytest.approx(theory, rel=0.08)
    assert not compare_noise(image, truth, source=SOURCE, theory_jy=0.8 * theory, pb=pb).passed


def test_the_line_has_the_flux_put_in(noisy: list[tuple[FitsImage, FitsImage]], truth: MousTruth) -> None:
    cube, pb = noisy[1]
    lines = list(compare_lines(cube, truth, source=SOURCE, pb=pb))
    assert len(lines) == 1
    assert off(lines) == []
    assert lines[0].put_in == pytest.approx(0.2 * 30.0 * 1.0645 * 299792.458 / 92450.0, rel=1e-3)


def test_a_line_that_is_cut_off_is_not_compared(noisy: list[tuple[FitsImage, FitsImage]], truth: MousTruth) -> None:
    cube, pb = noisy[1]
    half = replace(cube, data=cube.data[:18], frequency_hz=cube.frequency_hz[:18])
    assert list(compare_lines(half, truth, source=SOURCE, pb=pb)) == []
