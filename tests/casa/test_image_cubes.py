"""A cube made in chunks is the cube made whole; lines are found and subtracted; flux and noise are right."""

from __future__ import annotations

import json
import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command

from almared.formats.contdat import read_contdat
from almared.formats.fits.planes import Beam, read_planes
from almared.records.images import NAME as RECORD

pytestmark = pytest.mark.casa

CONTINUUM_JY, LINE_JY, NOISE_JY = 0.1, 0.15, 0.03
ABSORBED = 0.6
"""Part of the continuum that a line in front of it takes away."""

N_CHANNELS, LINE_CHANNEL, LINE_WIDTH = 26, 12.5, 4.0
"""Channels that are kept; middle and full width at half maximum of the line (channels): the chunks meet in it."""

UV_M = 60.0
"""Scatter of the places in the uv plane: as many as rows, so that sidelobes are those of a large array."""

PREPARE = """
import sys
from casatasks import split
split(vis=sys.argv[1], outputvis="one.ms", intent="OBSERVE_TARGET#ON_SOURCE", datacolumn="data", spw=sys.argv[2])
"""
OPTIONS = ("--no-continuum", "--imsize", 48, "--cell", 0.8)


@dataclass(frozen=True)
class Cube:
    """What an imaging leaves of its cube."""

    image: np.ndarray
    pb: np.ndarray
    corrected: np.ndarray
    entry: dict[str, Any]
    beam: Beam | None


def line_profile(n_channels: int) -> np.ndarray:
    return LINE_JY * np.exp(-4 * math.log(2) * ((np.arange(n_channels) - LINE_CHANNEL) / LINE_WIDTH) ** 2)


@pytest.fixture(scope="module")
def one_window(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path, casa_child: Command) -> Path:
    """An MS with one window: a point at the phase centre with continuum and a line, and noise as the weights tell."""
    place = tmp_path_factory.mktemp("cubes")
    calibrated = next(tiny_run.glob("*.split.cal"))
    with table(str(calibrated / "SPECTRAL_WINDOW"), ack=False) as windows:
        names, sizes = windows.getcol("NAME"), windows.getcol("NUM_CHAN")
    spw = next(n for n, name in enumerate(names) if sizes[n] > 4 and "BB_2" in name and n > 16)
    casa_child(PREPARE, calibrated, f"{spw}:10~{9 + N_CHANNELS}", cwd=place)
    rng = np.random.default_rng(5)
    with table(str(place / "one.ms"), readonly=False, ack=False) as main:
        shape = np.asarray(main.getcol("DATA")).shape
        assert shape[1] == N_CHANNELS
        sky = (CONTINUUM_JY + line_profile(N_CHANNELS))[None, :, None]
        noise = NOISE_JY * (rng.standard_normal(shape) + 1j * rng.standard_normal(shape))
        uvw = rng.normal(0.0, UV_M, (shape[0], 3)) * [1.0, 1.0, 0.0]
        main.putcol("UVW", uvw)
        main.putcol("DATA", (sky + noise).astype(np.complex64))
        main.putcol("FLAG", np.zeros(shape, dtype=bool))
        main.putcol("FLAG_ROW", np.zeros(shape[0], dtype=bool))
        main.putcol("WEIGHT", np.full((shape[0], shape[2]), NOISE_JY**-2, dtype=np.float32))
        main.putcol("SIGMA", np.full((shape[0], shape[2]), NOISE_JY, dtype=np.float32))
    return place / "one.ms"


@pytest.fixture(scope="module")
def place(one_window: Path) -> Path:
    """Where all cubes are made one after the other: what they share is made once."""
    return one_window.parent / "Imaging"


def imaged(almared: Command, ms: Path, out: Path, *options: object) -> Cube:
    almared("image", "--ms", ms, "--out", out, *OPTIONS, *options)
    entry = json.loads((out / RECORD).read_text())["images"][0]
    planes = {kind: read_planes(out / entry["files"][kind]) for kind in ("image", "pb", "pbcor")}
    return Cube(
        planes["image"].values.copy(), planes["pb"].values.copy(), planes["pbcor"].values.copy(), entry, entry["beam"]
    )


@pytest.fixture(scope="module")
def clean(one_window: Path, place: Path, almared: Command) -> tuple[Cube, Cube]:
    """A clean cube made whole, and one in two chunks that meet in the line."""
    whole = imaged(almared, one_window, place, "--chunks", 1)
    chunks = imaged(almared, one_window, place, "--chunks", 2, "--workers", 2)
    assert chunks.entry["channels"]["chunks"] == [13, 12]
    return whole, chunks


@pytest.fixture(scope="module")
def dirty(one_window: Path, place: Path, clean: tuple[Cube, Cube], almared: Command) -> tuple[Cube, Cube]:
    """A dirty cube made whole, and one in two chunks; the clean ones stay as they are."""
    del clean
    out = place.with_name("Dirty")
    shutil.copytree(place, out, symlinks=True)
    whole = imaged(almared, one_window, out, "--niter", 0, "--chunks", 1)
    chunks = imaged(almared, one_window, out, "--niter", 0, "--chunks", 2)
    assert len(chunks.entry["channels"]["chunks"]) == 2
    return whole, chunks


def test_a_cleaned_cube_of_chunks_is_within_its_noise(clean: tuple[Cube, Cube]) -> None:
    whole, chunks = clean
    assert whole.entry["iterations"] > 50
    assert chunks.entry["iterations"] > 50
    assert whole.image.shape == chunks.image.shape
    assert np.nanmax(np.abs(whole.image - chunks.image)) < whole.entry["rms_jy"]
    fluxes = [float(spectrum_of(cube.image).sum()) for cube in clean]
    assert fluxes[1] == pytest.approx(fluxes[0], rel=5e-3)


def test_chunks_have_one_beam(clean: tuple[Cube, Cube]) -> None:
    assert clean[1].beam is not None
    assert clean[1].beam == pytest.approx(clean[0].beam, rel=1e-5)


def spectrum_of(cube: np.ndarray) -> np.ndarray:
    """Return the spectrum at the phase centre."""
    return np.asarray(cube[:, cube.shape[1] // 2, cube.shape[2] // 2])


def test_the_line_comes_out_alone_with_the_flux_put_in(clean: tuple[Cube, Cube], place: Path) -> None:
    put_in = LINE_JY * LINE_WIDTH * math.sqrt(math.pi / (4 * math.log(2)))
    with table(str(place / "calibrated_final.ms" / "SPECTRAL_WINDOW"), ack=False) as window:
        native = abs(float(window.getcell("CHAN_WIDTH", 0)[0]))
    for cube in clean:
        spectrum = spectrum_of(cube.corrected)
        assert spectrum.sum() * cube.entry["channels"]["width_hz"] / native == pytest.approx(put_in, rel=0.03)
        # Away from the line nothing of the continuum is left.
        assert abs(np.median(spectrum)) < 4 * cube.entry["rms_jy"]
        # Channels half between two of the data have sqrt(1/2) of the noise of one; the theory knows the mean of all.
        assert 0.7 < cube.entry["rms_jy"] / cube.entry["theory_rms_jy"] < 1.15
        assert cube.entry["warnings"] == []


def test_the_line_is_left_out_of_the_continuum_ranges(clean: tuple[Cube, Cube], place: Path) -> None:
    windows = next(iter(read_contdat(place / "cont.dat").values()))
    assert len(windows[0].ranges_hz) == 2
    assert clean[0].entry["is_continuum_subtracted"]


def test_a_dirty_cube_of_chunks_is_the_whole_one(dirty: tuple[Cube, Cube]) -> None:
    for kind in ("image", "pb"):
        whole, chunks = (getattr(cube, kind) for cube in dirty)
        assert whole.shape == chunks.shape
        assert (np.isfinite(whole) == np.isfinite(chunks)).all()
        assert np.nanmax(np.abs(whole - chunks)) <= 1e-6 * np.nanmax(np.abs(whole))


def test_absorption_against_the_continuum_keeps_it(one_window: Path, tmp_path: Path, almared: Command) -> None:
    """The source behind is seen through the line: the cube shows the depth in parts of the continuum."""
    ms = tmp_path / "one.ms"
    shutil.copytree(one_window, ms)
    seen = CONTINUUM_JY * (1 - ABSORBED * line_profile(N_CHANNELS) / LINE_JY)
    with table(str(ms), readonly=False, ack=False) as main:
        data = main.getcol("DATA")
        emitted = (CONTINUUM_JY + line_profile(N_CHANNELS))[None, :, None]
        main.putcol("DATA", (data - emitted + seen[None, :, None]).astype(np.complex64))
    cube = imaged(almared, ms, tmp_path / "Imaging", "--chunks", 1, "--no-contsub")
    assert cube.entry["is_continuum_subtracted"] is False
    script = (tmp_path / "Imaging" / "scriptForImaging.py").read_text()
    assert "uvcontsub(" not in script
    assert "the continuum is kept, as requested" in script
    assert "calibrated_final.ms.contsub" not in script
    spectrum, rms = spectrum_of(cube.corrected), cube.entry["rms_jy"]
    continuum = float(np.median(np.r_[spectrum[:6], spectrum[-6:]]))
    assert continuum == pytest.approx(CONTINUUM_JY, abs=2 * rms)
    assert 1 - spectrum.min() / continuum == pytest.approx(ABSORBED, abs=4 * rms / continuum)
    width = float(np.sum(continuum - spectrum)) * cube.entry["channels"]["width_hz"]
    with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as window:
        native = abs(float(window.getcell("CHAN_WIDTH", 0)[0]))
    put_in = ABSORBED * CONTINUUM_JY * LINE_WIDTH * math.sqrt(math.pi / (4 * math.log(2))) * native
    assert width == pytest.approx(put_in, rel=0.1)
