"""What is measured on FITS images whose noise, beam and sources are known, and their pictures."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from scipy import ndimage

from almared.errors import InputError
from almared.formats.fits.planes import open_image, read_planes
from almared.measure.reached import ImageQuality, measure_reached, noise_of
from almared.plots.preview import highest_plane, write_preview

SIZE, CELL_ARCSEC, BEAM_PIXELS = 160, 0.5, 5.0
RMS_JY, CHANNELS, CHANNEL_M_S = 2e-3, 12, 2000.0
FWHM_TO_SIGMA = 1 / math.sqrt(8 * math.log(2))
LINE = {5: 0.5, 6: 1.0, 7: 0.5}
"""Strength of the line per channel."""


def header(*, is_cube: bool, beams: bool = True) -> fits.Header:
    cards: dict[str, Any] = {
        "CTYPE1": "RA---SIN", "CRVAL1": 90.0, "CDELT1": -CELL_ARCSEC / 3600, "CRPIX1": SIZE / 2 + 1, "CUNIT1": "deg",
        "CTYPE2": "DEC--SIN", "CRVAL2": -28.0, "CDELT2": CELL_ARCSEC / 3600, "CRPIX2": SIZE / 2 + 1, "CUNIT2": "deg",
        "RADESYS": "ICRS", "SPECSYS": "LSRK", "RESTFRQ": 1e11, "BUNIT": "Jy/beam",
    }  # fmt: skip
    if is_cube:
        cards |= {"CTYPE3": "VRAD", "CRVAL3": 0.0, "CDELT3": CHANNEL_M_S, "CRPIX3": 1.0, "CUNIT3": "m/s"}
    else:
        cards |= {"CTYPE3": "FREQ", "CRVAL3": 1e11, "CDELT3": 2e9, "CRPIX3": 1.0, "CUNIT3": "Hz"}
    cards |= {"CTYPE4": "STOKES", "CRVAL4": 1.0, "CDELT4": 1.0, "CRPIX4": 1.0}
    if beams:
        cards |= {"BMAJ": BEAM_PIXELS * CELL_ARCSEC / 3600, "BMIN": BEAM_PIXELS * CELL_ARCSEC / 3600, "BPA": 30.0}
    return fits.Header(cards)


def write(path: Path, planes: np.ndarray, *, beams: bool = True) -> Path:
    head = header(is_cube=len(planes) > 1, beams=beams)
    fits.writeto(path, planes[None].astype(np.float32), head, overwrite=True)
    return path


def smoothed_noise(rng: np.random.Generator) -> np.ndarray:
    noise = ndimage.gaussian_filter(rng.normal(size=(SIZE, SIZE)), BEAM_PIXELS * FWHM_TO_SIGMA, mode="wrap")
    return np.asarray(RMS_JY * noise / noise.std())


def radius() -> np.ndarray:
    y, x = np.indices((SIZE, SIZE)) - SIZE / 2
    return np.hypot(x, y)


def source(flux_jy: float, *, width: float, east: float = 0.0) -> np.ndarray:
    """A Gaussian of some flux seen through the beam, off centre by so many pixels."""
    y, x = np.indices((SIZE, SIZE)) - SIZE / 2
    seen = np.exp(-4 * math.log(2) * ((x + east) ** 2 + y**2) / width**2)
    return np.asarray(flux_jy * (BEAM_PIXELS / width) ** 2 * seen)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, ImageQuality]:
    """A continuum image with 50 mJy at half power, and a cube with a line of 8 Jy km/s; cleaned where there is flux."""
    place = tmp_path_factory.mktemp("images")
    rng = np.random.default_rng(4)
    pb = np.exp(-4 * math.log(2) * (radius() / 80) ** 2)
    seen = pb >= 0.1
    found = {}
    for kind, strengths in {"cont": [1.0], "cube": [LINE.get(n, 0.0) for n in range(CHANNELS)]}.items():
        sky = source(0.05, width=8.0, east=40.0) if kind == "cont" else source(2.0, width=8.0)
        flat = np.array([smoothed_noise(rng) + strength * sky * pb for strength in strengths])
        mask = np.array([(strength * sky > 0.02 * sky.max()) for strength in strengths])
        files = {
            "image": np.where(seen, flat, np.nan), "pbcor": np.where(seen, flat / pb, np.nan),
            "pb": np.array([pb] * len(flat)), "mask": mask,
        }  # fmt: skip
        paths = {name: write(place / f"{kind}.{name}.fits", planes) for name, planes in files.items()}
        found[kind] = measure_reached(paths["image"], corrected=paths["pbcor"], pb=paths["pb"], mask=paths["mask"])
    return found


def test_the_noise_is_that_of_the_image_beside_its_sources(made: dict[str, ImageQuality]) -> None:
    assert made["cont"].rms_jy == pytest.approx(RMS_JY, rel=0.06)
    assert made["cube"].rms_jy == pytest.approx(RMS_JY, rel=0.03)
    assert made["cube"].n_line_free == CHANNELS - len(LINE)


def test_flux_and_peak_are_those_of_the_sky(made: dict[str, ImageQuality]) -> None:
    found = made["cont"]
    assert abs(found.flux_jy - 0.05) < 3 * found.flux_error_jy
    # Half power: twice the noise; the mask has the area of about five beams.
    assert 2 * RMS_JY < found.flux_error_jy < 10 * RMS_JY
    assert found.peak_jy == pytest.approx(0.05 * (BEAM_PIXELS / 8) ** 2, abs=4 * 2 * RMS_JY)
    assert found.peak_snr == pytest.approx(found.peak_jy / 2 / found.rms_jy, rel=0.1)


def test_the_flux_of_a_line_is_integrated_over_its_channels(made: dict[str, ImageQuality]) -> None:
    expected = 2.0 * sum(LINE.values()) * CHANNEL_M_S / 1e3
    assert made["cube"].line_flux_jy_km_s == pytest.approx(expected, rel=0.03)
    assert made["cont"].line_flux_jy_km_s is None
    assert made["cube"].flux_jy == pytest.approx(2.0, rel=0.03)


def test_the_noise_is_not_moved_by_sources_nobody_cleaned() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(0, RMS_JY, 40_000)
    values[:2000] += 100 * RMS_JY
    assert noise_of(values) == pytest.approx(RMS_JY, rel=0.02)
    assert math.isnan(noise_of(np.zeros(0)))


def test_planes_have_their_own_beams_when_casa_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "a.fits", np.zeros((3, SIZE, SIZE)), beams=False)
    columns = [
        fits.Column("BMAJ", "E", unit="arcsec", array=[2.0, 1.0, 3.0]),
        fits.Column("BMIN", "E", unit="arcsec", array=[1.0, 1.0, 2.0]),
        fits.Column("BPA", "E", unit="deg", array=[10.0, 20.0, 30.0]),
    ]
    with fits.open(path, mode="append") as file:
        file.append(fits.BinTableHDU.from_columns(columns, name="BEAMS"))
    with open_image(path) as image:
        assert [image.beam(n).major_arcsec for n in range(3)] == [2.0, 1.0, 3.0]  # type: ignore[union-attr]
        assert image.median_beam is not None
        assert image.median_beam.angle_deg == 10.0
        assert image.beam_pixels(1) == pytest.approx(math.pi / (4 * math.log(2)) / CELL_ARCSEC**2)
        np.testing.assert_allclose(image.velocities_km_s, [0.0, 2.0, 4.0])


def test_an_image_without_data_is_told_and_not_a_fault(tmp_path: Path) -> None:
    empty = write(tmp_path / "a.fits", np.full((1, SIZE, SIZE), np.nan))
    found = measure_reached(empty, corrected=empty, pb=empty)
    assert math.isnan(found.rms_jy)
    write_preview(empty, png=tmp_path / "a.png", title="nothing")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize("fault", ["missing", "text", "cut off", "table only", "four polarisations"])
def test_what_is_no_image_is_one_clear_error(tmp_path: Path, fault: str) -> None:
    path = tmp_path / "a.fits"
    if fault == "text":
        path.write_text("SIMPLE = no\n" * 300)
    elif fault == "cut off":
        whole = write(path, np.zeros((2, SIZE, SIZE))).read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
    elif fault == "table only":
        fits.BinTableHDU.from_columns([fits.Column("a", "E", array=[1.0])]).writeto(path)
    elif fault == "four polarisations":
        fits.writeto(path, np.zeros((4, 1, SIZE, SIZE), dtype=np.float32), header(is_cube=False))
    with pytest.raises(InputError, match="not a FITS image") as error:
        read_planes(path)
    assert str(path) in str(error.value)


def test_the_picture_of_a_cube_is_its_highest_channel_and_has_a_spectrum(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    planes = np.array([smoothed_noise(rng) + LINE.get(n, 0.0) * source(0.5, width=8.0) for n in range(CHANNELS)])
    planes[:, :10] = np.nan
    cube, plane = write(tmp_path / "cube.fits", planes), write(tmp_path / "cont.fits", planes[6:7])
    with open_image(cube) as image:
        np.testing.assert_allclose(highest_plane(image)[20:], planes[:, 20:].max(axis=0), rtol=1e-6)
        assert np.isnan(highest_plane(image)[:10]).all()
    for path in (cube, plane):
        write_preview(path, png=path.with_suffix(".png"), title="a title")
    sizes = [_png_size(path.with_suffix(".png")) for path in (cube, plane)]
    assert sizes[0][0] == sizes[1][0]
    assert sizes[0][1] > sizes[1][1] + 150


def _png_size(path: Path) -> tuple[int, int]:
    data = path.read_bytes()
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
