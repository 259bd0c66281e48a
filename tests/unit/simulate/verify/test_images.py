"""Images compared with the sky: fits of made-up images whose fluxes and places are known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from astropy.io import fits
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from almared.errors import InputError
from almared.simulate.verify.fits_images import Beam, FitsImage, read_fits_image
from almared.simulate.verify.sky_fit import fit_components, fit_fluxes, support
from almared.simulate.world.geometry import shifted
from almared.simulate.world.sky import SkyComponent

FloatArray = NDArray[np.float64]

ARCSECOND = np.pi / 648e3
CENTRE = (1.5, -0.5)
PIXEL = 0.3
SHAPE = (120, 136)
REFERENCE = (68.0, 60.0)
BEAM = Beam(3.0 * ARCSECOND, 2.0 * ARCSECOND, 0.5)


def blank(channels: int = 1, beam: Beam = BEAM) -> FitsImage:
    return FitsImage(
        data=np.zeros((channels, *SHAPE)),
        beams=(beam,),
        pixel_rad=PIXEL * ARCSECOND,
        centre=CENTRE,
        reference=REFERENCE,
        frequency_hz=1e11 + 1e6 * np.arange(channels),
        frame="LSRK",
        header={},
    )


def covariance(full_width_arcsec: FloatArray, angle: float) -> FloatArray:
    """Return the covariance (east, north) of a Gaussian whose major axis lies at an angle from north over east."""
    axes = np.array([[np.sin(angle), np.cos(angle)], [np.cos(angle), -np.sin(angle)]])
    return np.asarray(axes.T @ np.diag(full_width_arcsec**2 / (8 * np.log(2))) @ axes)


def drawn(flux: float, place_arcsec: tuple[float, float], *, size_arcsec: float = 0.0, beam: Beam = BEAM) -> FloatArray:
    """Return a Gaussian source seen through the beam, from the covariance of both (Jy/beam)."""
    y, x = np.indices(SHAPE)
    offsets = np.stack([(REFERENCE[0] - x) * PIXEL - place_arcsec[0], (y - REFERENCE[1]) * PIXEL - place_arcsec[1]])
    of_beam = covariance(np.array([beam.major_rad, beam.minor_rad]) / ARCSECOND, beam.angle_rad)
    seen = of_beam + covariance(np.array([size_arcsec, size_arcsec]), 0.0)
    peak = flux * np.sqrt(np.linalg.det(of_beam) / np.linalg.det(seen))
    return np.asarray(peak * np.exp(-0.5 * np.einsum("iyx,ij,jyx->yx", offsets, np.linalg.inv(seen), offsets)))


def component(place_arcsec: tuple[float, float], size_arcsec: float = 0.0) -> SkyComponent:
    place = shifted(CENTRE, (place_arcsec[0] * ARCSECOND, place_arcsec[1] * ARCSECOND))
    return SkyComponent(place, "gaussian" if size_arcsec else "point", size_arcsec * ARCSECOND, 1.0, 1e11)


@settings(deadline=None, max_examples=20)
@given(
    flux=st.floats(0.01, 10.0),
    east=st.floats(-8.0, 8.0),
    north=st.floats(-8.0, 8.0),
    size=st.sampled_from([0.0, 1.0, 4.0]),
    angle=st.floats(-1.5, 1.5),
)
def test_a_component_is_found_as_bright_as_it_is(
    flux: float, east: float, north: float, size: float, angle: float
) -> None:
    beam = replace(BEAM, angle_rad=angle)
    image = blank(beam=beam)
    image.data[0] = drawn(flux, (east, north), size_arcsec=size, beam=beam)
    (found,) = fit_components(image, [component((east, north), size)])
    assert found.flux_jy == pytest.approx(flux, rel=1e-4)
    assert found.distance_rad < 1e-3 * ARCSECOND


def test_neighbours_are_told_apart_and_their_offsets_found() -> None:
    image = blank()
    image.data[0] = drawn(2.0, (0.03, -0.02)) + drawn(1.0, (5.05, 4.0), size_arcsec=4.0)
    point, extended = fit_components(image, [component((0.0, 0.0)), component((5.0, 4.0), 4.0)])
    assert (point.flux_jy, extended.flux_jy) == pytest.approx((2.0, 1.0), rel=2e-3)
    assert np.array(point.offset_rad) / ARCSECOND == pytest.approx([0.03, -0.02], abs=2e-3)
    assert np.array(extended.offset_rad) / ARCSECOND == pytest.approx([0.05, 0.0], abs=2e-3)


def test_the_wrong_shape_is_not_taken_for_the_right_flux() -> None:
    image = blank()
    image.data[0] = drawn(1.0, (0.0, 0.0), size_arcsec=4.0)
    (found,) = fit_components(image, [component((0.0, 0.0))])
    assert abs(found.flux_jy - 1.0) > 0.3


def test_each_channel_has_its_flux() -> None:
    image = blank(channels=3)
    for channel, flux in enumerate((0.5, 0.0, 2.0)):
        image.data[channel] = drawn(flux, (0.0, 0.0))
    fluxes = [fit_fluxes(image, [component((0.0, 0.0))], channel=channel)[0] for channel in range(3)]
    assert fluxes == pytest.approx([0.5, 0.0, 2.0], abs=1e-4)


def test_blanked_pixels_are_left_out() -> None:
    image = blank()
    image.data[0] = drawn(1.0, (0.0, 0.0))
    image.data[0, :, :66] = np.nan
    (found,) = fit_components(image, [component((0.0, 0.0))])
    assert found.flux_jy == pytest.approx(1.0, rel=1e-3)


def test_the_support_is_round_every_component() -> None:
    used = support(blank(), [component((0.0, 0.0)), component((9.0, 0.0), 4.0)])
    assert used[60, 68]
    assert used[60, 68 - round(9.0 / PIXEL)]
    assert not used[5, 5]


AXES = {"FREQ": (92.0e9, -1e6), "VRAD": (0.0, 299792.458 * 1e3 / 92e3), "STOKES": (1.0, 1.0)}


def written(path: Path, *, order: str = "FREQ STOKES", beams: bool = False) -> FloatArray:
    """Write a cube of two channels as exportfits does; return its data, (frequency, y, x)."""
    data = np.arange(2.0 * SHAPE[0] * SHAPE[1]).reshape(2, *SHAPE)
    stored = data[:, None] if order.startswith("STOKES") else data[None]
    unit = fits.PrimaryHDU(stored.astype(np.float32))
    header = unit.header
    header["CTYPE1"], header["CRVAL1"], header["CDELT1"], header["CRPIX1"] = "RA---SIN", 85.0, -1e-4, 69.0
    header["CTYPE2"], header["CRVAL2"], header["CDELT2"], header["CRPIX2"] = "DEC--SIN", -28.0, 1e-4, 61.0
    for axis, kind in enumerate(order.split(), start=3):
        value, step = AXES[kind]
        header[f"CTYPE{axis}"], header[f"CRVAL{axis}"] = kind, value
        header[f"CDELT{axis}"], header[f"CRPIX{axis}"] = step, 1.0
    header["SPECSYS"], header["RESTFRQ"] = "LSRK", 92.0e9
    units = fits.HDUList([unit])
    if beams:
        columns = [
            fits.Column(name=n, format="E", array=[v, v]) for n, v in (("BMAJ", 3.0), ("BMIN", 2.0), ("BPA", 30))
        ]
        units.append(fits.BinTableHDU.from_columns(columns, name="BEAMS"))
    else:
        header["BMAJ"], header["BMIN"], header["BPA"] = 3.0 / 3600, 2.0 / 3600, 30.0
    units.writeto(path)
    return data


@pytest.mark.parametrize("order", ["FREQ STOKES", "STOKES FREQ", "VRAD STOKES"])
@pytest.mark.parametrize("beams", [False, True])
def test_fits_files_are_read_as_casa_writes_them(tmp_path: Path, order: str, beams: bool) -> None:
    path = tmp_path / "cube.fits"
    data = written(path, order=order, beams=beams)
    image = read_fits_image(path)
    assert np.array_equal(image.data, data)
    assert image.beam(1).major_rad == pytest.approx(3.0 * ARCSECOND)
    assert image.beam(1).angle_rad == pytest.approx(np.radians(30.0))
    assert image.frequency_hz == pytest.approx([92.0e9, 91.999e9])
    assert image.channel_width_hz == pytest.approx(1e6)
    assert image.pixel_of((np.radians(85.0), np.radians(-28.0))) == pytest.approx((68.0, 60.0))
    east = shifted((np.radians(85.0), np.radians(-28.0)), (np.radians(1e-3), 0.0))
    assert image.pixel_of(east) == pytest.approx((58.0, 60.0), abs=1e-3)


def test_an_axis_of_another_kind_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cube.fits"
    written(path)
    with fits.open(path, mode="update") as units:
        units[0].header["CTYPE3"] = "WAVE"
    with pytest.raises(InputError, match="'WAVE'"):
        read_fits_image(path)


@pytest.mark.parametrize("content", [b"", b"no image", b"SIMPLE  =                    T" + b" " * 2850])
def test_what_is_no_image_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.fits"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an image"):
        read_fits_image(path)


def test_an_image_that_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not an image"):
        read_fits_image(tmp_path / "none.fits")
