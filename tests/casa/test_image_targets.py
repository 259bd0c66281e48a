"""A mosaic, a single field and a real disk are imaged by the imaging stage alone."""

from __future__ import annotations

import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from conftest import Command

from almared.image.planes import read_planes
from almared.simulate.mous import MousTruth, read_mous_truth
from almared.simulate.verify.fits_images import read_fits_image
from almared.simulate.verify.images import compare_continuum
from almared.stages.image_record import RECORD

pytestmark = pytest.mark.casa

SOURCE, NOISE_JY = "Seven_Clouds", 0.03
"""Noise: rms of real and imaginary part of a visibility in a channel."""

UPPER = (2, 3)
"""Windows that are imaged, the upper sideband, counted from 0."""

SETTINGS = {
    "array.group.0.antennas": "24",
    "sequence.cycles": "1",
    "sequence.check": "''",
    "sequence.bandpass_time": "20 s",
    "sequence.flux_time": "20 s",
    "sequence.phase_time": "20 s",
    "sequence.target_time": "140 s",
    "timing.science": "20 s",
}

PREPARE = """
import sys
from casatasks import importasdm, split
importasdm(asdm=sys.argv[1], vis="raw.ms", asis="", process_caldevice=False)
split(vis="raw.ms", outputvis="sky.ms", intent="OBSERVE_TARGET#ON_SOURCE", datacolumn="data", spw=sys.argv[2],
      antenna="*&", width=8)
"""

ONE_FIELD = """
import sys
from casatasks import split
split(vis="sky.ms", outputvis="one.ms", field=sys.argv[1], datacolumn="data")
"""


def fill(ms: Path, truth: MousTruth) -> None:
    """Write visibilities of the true sky without its line into an MS, with noise as the weights tell."""
    execution = truth.executions[0]
    source = execution.source(SOURCE)
    source = replace(source, components=tuple(replace(c, lines=()) for c in source.components))
    dishes = np.array([antenna["diameter_m"] for antenna in execution.tree["antennas"]])
    rng = np.random.default_rng(3)
    with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as windows, table(str(ms / "FIELD"), ack=False) as fields:
        frequencies = [windows.getcell("CHAN_FREQ", row) for row in range(windows.nrows())]
        centres = fields.getcol("PHASE_DIR")[:, 0]
    with table(str(ms), readonly=False, ack=False) as main:
        keys = np.stack([main.getcol("FIELD_ID"), main.getcol("DATA_DESC_ID")], axis=1)
        for field, window in np.unique(keys, axis=0):
            part = main.selectrows(np.flatnonzero(np.all(keys == (field, window), axis=1)))
            uvw = part.getcol("UVW").reshape(-1, len(dishes) * (len(dishes) - 1) // 2, 3)
            centre = (float(centres[field][0] % (2 * np.pi)), float(centres[field][1]))
            # All dishes are alike, so that the order of the baselines does not matter.
            sky = source.visibilities(frequencies[window], uvw, centre=centre, diameters_m=dishes)
            data = np.repeat(sky.reshape(part.nrows(), -1, 1), 2, axis=2).astype(np.complex128)
            data += NOISE_JY * (rng.standard_normal(data.shape) + 1j * rng.standard_normal(data.shape))
            part.putcol("DATA", data.astype(np.complex64))
            part.putcol("FLAG", np.zeros(data.shape, bool))
            part.putcol("WEIGHT", np.full((part.nrows(), 2), NOISE_JY**-2, np.float32))
            part.putcol("SIGMA", np.full((part.nrows(), 2), NOISE_JY, np.float32))
        main.putcol("FLAG_ROW", np.zeros(main.nrows(), bool))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, almared: Command, casa_child: Command) -> Path:
    """Where ``sky.ms`` has the noisy visibilities of a mosaic of seven pointings, ``one.ms`` those of its middle."""
    out = tmp_path_factory.mktemp("targets")
    words = [word for key, value in SETTINGS.items() for word in ("--set", f"{key}={value}")]
    almared("simulate", "mosaic7", "--out", out / "sim", *words)
    truth = read_mous_truth(out / "sim")
    asdm = next((out / "sim").glob("uid*/uid*"))
    casa_child(PREPARE, asdm, ",".join(str(truth.executions[0].science_spws[i]) for i in UPPER), cwd=out)
    fill(out / "sky.ms", truth)
    middle = next(facts["id"] for facts in truth.executions[0].tree["fields"] if facts["name"] == SOURCE)
    casa_child(ONE_FIELD, middle, cwd=out)
    return out


@pytest.fixture(scope="module")
def truth(place: Path) -> MousTruth:
    return read_mous_truth(place / "sim")


def imaged(almared: Command, ms: Path, out: Path, *options: object) -> dict[str, Any]:
    """Image an MS and return the entry of its first image."""
    almared("image", "--ms", ms, "--out", out, *options)
    entry: dict[str, Any] = json.loads((out / RECORD).read_text())["images"][0]
    return entry


@pytest.mark.parametrize(("ms", "gridder"), [("sky.ms", "mosaic"), ("one.ms", "standard")])
def test_fluxes_are_right_within_5_percent(
    place: Path, truth: MousTruth, almared: Command, ms: str, gridder: str
) -> None:
    out = place / f"of-{ms}"
    entry = imaged(almared, place / ms, out, "--no-cubes")
    image, pb = (read_fits_image(out / entry["files"][kind]) for kind in ("pbcor", "pb"))
    lines = list(compare_continuum(image, truth, source=SOURCE, pb=pb, limit_percent=5.0))
    assert len(lines) > 4
    assert [f"{c.quantity}, {c.selection}: {c.found:g} for {c.put_in:g}" for c in lines if not c.passed] == []
    assert entry["parameters"]["gridder"] == gridder
    assert entry["rms_jy"] == pytest.approx(entry["theory_rms_jy"], rel=0.15)
    assert entry["warnings"] == []


def unpacked(real: Path, name: str, place: Path) -> Path:
    with tarfile.open(real / "calibrated" / name) as archive:
        archive.extractall(place, filter="data")
    return next(place.glob("*.ms"))


def test_a_real_disk_is_imaged(almared_real: Path, tmp_path: Path, almared: Command) -> None:
    """HD 142527 at 345 GHz, Cycle 0, one channel: its weights do not tell its noise; the ring is seen."""
    ms = unpacked(almared_real, "hd142527_band7_channel.ms.tgz", tmp_path)
    entry = imaged(almared, ms, tmp_path / "out")
    assert entry["beam"]["major_arcsec"] == pytest.approx(0.57, rel=0.1)
    assert 0.005 < entry["rms_jy"] < 0.03
    assert entry["peak_snr"] > 15
    assert entry["iterations"] > 0
    assert "scatter" in entry["reasons"]["threshold"]
    planes = read_planes(tmp_path / "out" / entry["files"]["image"])
    assert planes.values.shape[0] == 1
    assert (tmp_path / "out" / entry["files"]["preview"]).stat().st_size > 10_000


def test_a_real_mosaic_is_imaged(almared_real: Path, tmp_path: Path, almared: Command) -> None:
    """The northern mosaic of the Antennae at 345 GHz, one channel: bright and extended; not cleaned, to be quick."""
    ms = unpacked(almared_real, "antennae_band7_mosaic.ms.tgz", tmp_path)
    told = almared("image", "--ms", ms, "--out", tmp_path / "out", "--niter", 0).stdout
    entry = json.loads((tmp_path / "out" / RECORD).read_text())["images"][0]
    assert entry["parameters"]["gridder"] == "mosaic"
    assert entry["beam"]["major_arcsec"] == pytest.approx(1.15, rel=0.1)
    assert f"{entry['rms_jy'] * 1e3:.3g}" in told
    assert f"{entry['beam']['major_arcsec']:.3g} x" in told
    cell = float(entry["parameters"]["cell"].removesuffix("arcsec"))
    assert 4 <= entry["beam"]["minor_arcsec"] / cell <= 9
    assert entry["peak_snr"] > 10
