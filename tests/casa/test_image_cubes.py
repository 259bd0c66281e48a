"""A cube made in chunks is the cube made whole; lines are found and subtracted; flux and noise are right."""

from __future__ import annotations

import json
import math
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command

from almared.image.contdat import read_contdat
from almared.image.planes import read_planes
from almared.stages.image_record import RECORD

pytestmark = pytest.mark.casa

CONTINUUM_JY, LINE_JY, NOISE_JY = 0.2, 1.0, 0.03
LINE_CHANNEL, LINE_WIDTH = 24.0, 7.0
"""Middle and full width at half maximum of the line (channels)."""

PREPARE = """
import sys
from casatasks import split
split(vis=sys.argv[1], outputvis="one.ms", intent="OBSERVE_TARGET#ON_SOURCE", datacolumn="data", spw=sys.argv[2])
"""
SIZE = ("--imsize", 128, "--cell", 0.5, "--robust", 2)


def line_profile(n_channels: int) -> np.ndarray:
    channels = np.arange(n_channels)
    return LINE_JY * np.exp(-4 * math.log(2) * ((channels - LINE_CHANNEL) / LINE_WIDTH) ** 2)


@pytest.fixture(scope="module")
def one_window(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path, casa_child: Command) -> Path:
    """An MS with one window: a point at the phase centre with continuum and a line, and noise as the weights tell."""
    place = tmp_path_factory.mktemp("cubes")
    calibrated = next(tiny_run.glob("*.split.cal"))
    with table(str(calibrated / "SPECTRAL_WINDOW"), ack=False) as windows:
        names, sizes = windows.getcol("NAME"), windows.getcol("NUM_CHAN")
    spw = next(n for n, name in enumerate(names) if sizes[n] > 4 and "BB_2" in name and n > 16)
    casa_child(PREPARE, calibrated, spw, cwd=place)
    rng = np.random.default_rng(5)
    with table(str(place / "one.ms"), readonly=False, ack=False) as main:
        shape = np.asarray(main.getcol("DATA")).shape
        sky = (CONTINUUM_JY + line_profile(shape[1]))[None, :, None]
        noise = NOISE_JY * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
        main.putcol("DATA", (sky + noise).astype(np.complex64))
        main.putcol("FLAG", np.zeros(shape, dtype=bool))
        main.putcol("FLAG_ROW", np.zeros(shape[0], dtype=bool))
        main.putcol("WEIGHT", np.full((shape[0], shape[2]), NOISE_JY**-2, dtype=np.float32))
        main.putcol("SIGMA", np.full((shape[0], shape[2]), NOISE_JY, dtype=np.float32))
    return place / "one.ms"


def imaged(almared: Command, ms: Path, out: str, *options: object) -> tuple[Path, dict[str, Any]]:
    """Return the directory of the images, and images.json."""
    place = ms.parent / out
    almared("image", "--ms", ms, "--out", place, *SIZE, *options)
    return place, json.loads((place / RECORD).read_text())


@pytest.fixture(scope="module")
def dirty(one_window: Path, almared: Command) -> tuple[Path, Path]:
    """A dirty cube made whole, and one in two chunks."""
    options = ("--no-continuum", "--no-contsub", "--niter", 0)
    whole, _ = imaged(almared, one_window, "dirty-whole", *options)
    chunks, record = imaged(almared, one_window, "dirty-chunks", *options, "--workers", 2)
    assert len(record["images"][0]["channels"]["chunks"]) == 2
    return whole, chunks


@pytest.fixture(scope="module")
def clean(one_window: Path, almared: Command) -> tuple[Path, Path]:
    """The whole imaging, cubes made whole and in two chunks."""
    whole, _ = imaged(almared, one_window, "whole")
    chunks, record = imaged(almared, one_window, "chunks", "--workers", 2)
    assert len(entry(record, "cube")["channels"]["chunks"]) == 2
    return whole, chunks


def entry(record: dict[str, Any], kind: str) -> dict[str, Any]:
    return next(image for image in record["images"] if image["kind"] == kind)


def pixels(place: Path, kind: str) -> np.ndarray:
    record = json.loads((place / RECORD).read_text())
    return read_planes(place / entry(record, "cube")["files"][kind]).values


def test_a_dirty_cube_of_chunks_is_the_whole_one(dirty: tuple[Path, Path]) -> None:
    for kind in ("image", "pb"):
        whole, chunks = (pixels(place, kind) for place in dirty)
        assert whole.shape == chunks.shape
        assert (np.isfinite(whole) == np.isfinite(chunks)).all()
        assert np.nanmax(np.abs(whole - chunks)) <= 1e-6 * np.nanmax(np.abs(whole))


def test_a_cleaned_cube_of_chunks_is_within_its_noise(clean: tuple[Path, Path]) -> None:
    records = [json.loads((place / RECORD).read_text()) for place in clean]
    rms = entry(records[0], "cube")["rms_jy"]
    whole, chunks = (pixels(place, "image") for place in clean)
    assert np.nanmax(np.abs(whole - chunks)) < rms
    fluxes = [np.nansum(spectrum_of(cube)) for cube in (whole, chunks)]
    assert fluxes[1] == pytest.approx(fluxes[0], rel=5e-3)


def test_chunks_have_one_beam(clean: tuple[Path, Path]) -> None:
    beams = [entry(json.loads((place / RECORD).read_text()), "cube")["beam"] for place in clean]
    assert beams[1] is not None
    assert beams[1] == pytest.approx(beams[0], rel=1e-5)


def spectrum_of(cube: np.ndarray) -> np.ndarray:
    """Return the spectrum at the phase centre."""
    return np.asarray(cube[:, cube.shape[1] // 2, cube.shape[2] // 2])


def test_the_line_comes_out_alone_with_the_flux_put_in(clean: tuple[Path, Path]) -> None:
    for place in clean:
        record = entry(json.loads((place / RECORD).read_text()), "cube")
        spectrum = spectrum_of(pixels(place, "pbcor"))
        width = record["channels"]["width_hz"]
        put_in = LINE_JY * LINE_WIDTH * math.sqrt(math.pi / (4 * math.log(2)))
        with table(str(place / "calibrated_final.ms" / "SPECTRAL_WINDOW"), ack=False) as window:
            native = abs(float(window.getcell("CHAN_WIDTH", 0)[0]))
        assert record["is_cleaned"]
        assert spectrum.sum() * width / native == pytest.approx(put_in, rel=0.03)
        # Away from the line nothing of the continuum is left.
        assert abs(np.median(spectrum)) < 4 * record["rms_jy"]


def test_the_line_is_left_out_of_the_continuum(clean: tuple[Path, Path]) -> None:
    record = json.loads((clean[0] / RECORD).read_text())
    image = entry(record, "cont")
    assert image["peak_jy"] == pytest.approx(CONTINUUM_JY, rel=0.02)
    assert image["rms_jy"] == pytest.approx(image["theory_rms_jy"], rel=0.15)
    assert entry(record, "cube")["rms_jy"] == pytest.approx(entry(record, "cube")["theory_rms_jy"], rel=0.2)
    windows = next(iter(read_contdat(clean[0] / "cont.dat").values()))
    assert len(windows[0].ranges_hz) == 2


def test_flags_are_what_they_were_before_the_continuum_was_averaged(clean: tuple[Path, Path]) -> None:
    with table(str(clean[0] / "calibrated_final.ms"), ack=False) as main:
        assert not np.asarray(main.getcol("FLAG")).any()


def test_what_is_done_stays_done_and_an_edited_contdat_is_taken(clean: tuple[Path, Path], almared: Command) -> None:
    """The last test on these images: it changes them."""
    place = clean[0].with_name("edited")
    shutil.copytree(clean[0], place)
    ms = clean[0].with_name("one.ms")
    arguments = ("image", "--ms", ms, "--out", place, *SIZE)
    before = (place / "calibrated_final.ms" / "table.dat").stat().st_mtime_ns
    assert "step" not in almared(*arguments).stderr
    text = (place / "cont.dat").read_text()
    first = next(line for line in text.splitlines() if "GHz LSRK" in line)
    (place / "cont.dat").write_text(text.replace(first + "\n", "", 1))
    told = almared(*arguments)
    assert "Continuum MS" in told.stderr
    assert "Listobs" not in told.stderr
    assert (place / "calibrated_final.ms" / "table.dat").stat().st_mtime_ns >= before
    assert first not in (place / "cont.dat").read_text()
    record = json.loads((place / RECORD).read_text())
    assert record["continuum_ranges"] == "cont.dat"
