"""An image is measured once, and again when anything touched its files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits

from almared.measure.reached import ImageQuality, measure_reached
from almared.stages.imaging import measured as image_measured
from almared.stages.imaging.measured import Measurement, measured_anew, read_measured, write_measured

HEADER = {
    "CTYPE1": "RA---SIN", "CRVAL1": 90.0, "CDELT1": -1e-4, "CRPIX1": 17.0, "CUNIT1": "deg",
    "CTYPE2": "DEC--SIN", "CRVAL2": -28.0, "CDELT2": 1e-4, "CRPIX2": 17.0, "CUNIT2": "deg",
    "CTYPE3": "FREQ", "CRVAL3": 1e11, "CDELT3": 2e9, "CRPIX3": 1.0, "CUNIT3": "Hz",
    "RADESYS": "ICRS", "SPECSYS": "LSRK", "RESTFRQ": 1e11, "BUNIT": "Jy/beam", "BMAJ": 4e-4, "BMIN": 3e-4, "BPA": 30.0,
}  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """An image of noise with a point in its middle, its response and its mask."""
    pixels = np.random.default_rng(3).normal(0, 1e-3, (1, 32, 32)).astype(np.float32)
    pixels[0, 16, 16] = 1.0
    planes = {"image": pixels, "pbcor": pixels, "pb": np.ones_like(pixels), "mask": (pixels > 0.5).astype(np.float32)}
    for kind, values in planes.items():
        fits.writeto(tmp_path / f"a.{kind}.fits", values, fits.Header(HEADER))
    return {kind: tmp_path / f"a.{kind}.fits" for kind in planes}


@pytest.fixture
def measure(files: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> Callable[[], tuple[Measurement, int]]:
    """Measure as a call of the imaging does; return the figures and how many images were looked at."""
    counted: list[Path] = []

    def counting(image: Path, **others: Path) -> ImageQuality:
        counted.append(image)
        return measure_reached(image, **others)

    monkeypatch.setattr(image_measured, "measure_reached", counting)
    place = files["image"].parent
    (place / ".almared").mkdir()

    def call() -> tuple[Measurement, int]:
        counted.clear()
        known = read_measured(place).get("a")
        found = measured_anew(known, files, picture=place / "a.png", title=lambda reached: f"{reached.peak_jy}")
        write_measured(place, {"a": found})
        return found, len(counted)

    return call


def test_an_image_is_measured_once(files: dict[str, Path], measure: Callable[[], tuple[Measurement, int]]) -> None:
    first, number = measure()
    assert number == 1
    assert first.reached.peak_jy == pytest.approx(1.0)
    again, number = measure()
    assert (again, number) == (first, 0)
    assert isinstance(again.reached.beam, type(first.reached.beam))

    # Another image, an edited header, a picture that is gone, a mask that is gone: each is seen.
    pixels, header = fits.getdata(files["pbcor"], header=True)
    fits.writeto(files["pbcor"], 2 * pixels, header, overwrite=True)
    found, number = measure()
    assert number == 1
    assert found.reached.peak_jy == pytest.approx(2.0)
    (files["image"].parent / "a.png").unlink()
    assert measure()[1] == 1
    assert (files["image"].parent / "a.png").is_file()
    files["mask"].unlink()
    assert measure()[1] == 1
    assert measure()[1] == 0


def test_another_almared_and_a_torn_file_count_as_not_measured(
    files: dict[str, Path], measure: Callable[[], tuple[Measurement, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    measure()
    monkeypatch.setattr(image_measured, "code_fingerprint", lambda: "another")
    assert measure()[1] == 1
    (files["image"].parent / ".almared" / "measured.json").write_text('{"a": {"marks": ')
    assert measure()[1] == 1
