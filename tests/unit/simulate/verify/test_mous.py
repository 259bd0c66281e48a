"""The table of a MOUS from the files that an imaging leaves: made-up images of a sky that is known."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from astropy.io import fits
from numpy.typing import NDArray
from support.image_records import image_record, images_record

from almared.errors import InputError
from almared.model import SpectralWindow, SpwRole
from almared.records.images import write_images
from almared.simulate.observe.truth import Truth
from almared.simulate.scenario.mous import MousTruth
from almared.simulate.verify import Comparison, verify_images
from almared.simulate.world.geometry import shifted

FloatArray = NDArray[np.float64]

ARCSECOND = np.pi / 648e3
CENTRE = (1.5, -0.5)
OFFSET = (6.0, -4.0)
PIXELS, CELL = 128, 0.5
BEAM = 3.0
NOISE = 1e-4
SOURCE = "Made_Up"
FACTOR = 0.9999
LINE = {"frequency_hz": 92.5e9 * FACTOR, "width_hz": 20e6 * FACTOR, "peak_jy": 0.2}
CHANNELS = 92.5e9 + 2e6 * (np.arange(60) - 29.5)
PB_WIDTH = 60.0


def window() -> SpectralWindow:
    facts: dict[str, Any] = {
        "id": 17, "name": "ALMA_RB_03#BB_1#SW-01#FULL_RES", "baseband": 1, "sideband": "USB", "n_channels": 100,
        "first_channel_hz": 96e9, "channel_step_hz": 2e7, "channel_width_hz": 2e7, "effective_bandwidth_hz": 5e7,
        "resolution_hz": 4e7, "ref_frequency_hz": 96e9, "correlations": ("XX", "YY"), "role": SpwRole.SCIENCE,
    }  # fmt: skip
    return SpectralWindow(**facts)


def sky(fluxes: tuple[float, float] = (0.05, 0.03)) -> MousTruth:
    """Return the truth: a point with a line in the middle, another point beside it."""
    places = [CENTRE, shifted(CENTRE, (OFFSET[0] * ARCSECOND, OFFSET[1] * ARCSECOND))]
    components = [
        {
            "direction_rad": list(place), "shape": "point", "size_rad": 0.0, "flux_jy": flux, "reference_hz": 97e9,
            "alpha": 0.0, "lines": [LINE] if number == 0 else [], "table": [],
        }
        for number, (place, flux) in enumerate(zip(places, fluxes, strict=True))
    ]  # fmt: skip
    tree = {
        "uid": "uid://A002/X1/X2",
        "spws": [asdict(window())],
        "fields": [{"id": 0, "name": SOURCE}],
        "sources": [{"id": 0, "key": "target", "name": SOURCE, "components": components}],
        "topo_over_lsrk": {"windows": 1.0, "sources": {"target": FACTOR}},
    }
    return MousTruth({"uid": "uid://A001/X1/X1"}, (Truth(tree, {}),))


def response() -> FloatArray:
    y, x = np.indices((PIXELS, PIXELS)) - PIXELS // 2
    return np.asarray(np.exp(-4 * np.log(2) * (x**2 + y**2) * CELL**2 / PB_WIDTH**2))


def point(flux: float, place: tuple[float, float]) -> FloatArray:
    y, x = np.indices((PIXELS, PIXELS)) - PIXELS // 2
    squares = (-x * CELL - place[0]) ** 2 + (y * CELL - place[1]) ** 2
    return np.asarray(flux * np.exp(-4 * np.log(2) * squares / BEAM**2))


def write(path: Path, planes: FloatArray, frequencies: FloatArray) -> None:
    unit = fits.PrimaryHDU(planes[None].astype(np.float32))
    degree = np.pi / 180.0
    step = float(frequencies[1] - frequencies[0]) if len(frequencies) > 1 else 1e9
    axes = (
        ("RA---SIN", CENTRE[0] / degree, -CELL / 3600, PIXELS // 2 + 1),
        ("DEC--SIN", CENTRE[1] / degree, CELL / 3600, PIXELS // 2 + 1),
        ("FREQ", float(frequencies[0]), step, 1),
        ("STOKES", 1.0, 1.0, 1),
    )
    for number, (kind, value, width, pixel) in enumerate(axes, start=1):
        unit.header[f"CTYPE{number}"], unit.header[f"CRVAL{number}"] = kind, value
        unit.header[f"CDELT{number}"], unit.header[f"CRPIX{number}"] = width, pixel
    unit.header["BMAJ"], unit.header["BMIN"], unit.header["BPA"] = BEAM / 3600, BEAM / 3600, 0.0
    unit.header["SPECSYS"] = "LSRK"
    unit.writeto(path)


def seen(flux: float, place: tuple[float, float]) -> FloatArray:
    """Return a point as an image shows it before the correction: fainter by the primary beam at its place."""
    return point(flux * float(np.exp(-4 * np.log(2) * (place[0] ** 2 + place[1] ** 2) / PB_WIDTH**2)), place)


def leave_images(place: Path, *, scale: float = 1.0, noise: float = NOISE, is_subtracted: bool = True) -> None:
    """Write a continuum image and a cube as `almared image` leaves them."""
    rng = np.random.default_rng(7)
    pb = response()
    flat = (seen(0.05, (0.0, 0.0)) + seen(0.03, OFFSET)) * scale + noise * rng.standard_normal((PIXELS, PIXELS))
    write(place / "a.pbcor.fits", (flat / pb)[None], np.array([97e9]))
    write(place / "a.flux.fits", pb[None], np.array([97e9]))
    profile = 0.2 * scale * np.exp(-4 * np.log(2) * ((CHANNELS - 92.5e9) / 20e6) ** 2)
    cube = np.array([seen(flux, (0.0, 0.0)) + noise * rng.standard_normal((PIXELS, PIXELS)) for flux in profile])
    write(place / "b.pbcor.fits", cube / pb, CHANNELS)
    write(place / "b.flux.fits", np.repeat(pb[None], len(CHANNELS), axis=0), CHANNELS)
    entries = [
        image_record(
            name, source=SOURCE, kind=kind, theory_rms_jy=NOISE,
            is_continuum_subtracted=is_subtracted and kind == "cube",
            files={"pbcor": f"{name}.pbcor.fits", "pb": f"{name}.flux.fits"},
        )
        for name, kind in (("a", "cont"), ("b", "cube"))
    ]  # fmt: skip
    write_images(place, images_record(*entries))


def off(lines: tuple[Comparison, ...]) -> set[str]:
    return {f"{line.quantity.split(' of ')[0]}, {line.selection}" for line in lines if not line.passed}


def test_every_number_of_the_images_is_compared(tmp_path: Path) -> None:
    leave_images(tmp_path)
    lines = verify_images(tmp_path, sky())
    kinds = [line.quantity.split(" of ")[0] for line in lines]
    assert kinds == ["flux", "place", "flux", "place", "flux", "noise", "line flux", "noise"]
    assert off(lines) == set()


def test_what_is_too_bright_is_off(tmp_path: Path) -> None:
    leave_images(tmp_path, scale=1.08)
    found = off(verify_images(tmp_path, sky()))
    assert "flux, continuum, all" in found
    assert "line flux, 92.500 GHz, component 1" in found
    assert not any(entry.startswith(("noise", "place")) for entry in found)


def test_one_component_that_is_wrong_is_told(tmp_path: Path) -> None:
    leave_images(tmp_path)
    assert off(verify_images(tmp_path, sky((0.05, 0.032)))) == {"flux, continuum, component 2 (point)"}


def test_noise_beyond_the_theory_is_off(tmp_path: Path) -> None:
    leave_images(tmp_path, noise=1.25 * NOISE)
    found = off(verify_images(tmp_path, sky()))
    assert {entry.split(",")[0] for entry in found} == {"noise"}
    assert len(found) == 2


def test_a_line_beside_its_continuum_is_not_compared(tmp_path: Path) -> None:
    leave_images(tmp_path, is_subtracted=False)
    assert not [line for line in verify_images(tmp_path, sky()) if line.quantity.startswith("line")]


@pytest.mark.parametrize("text", [None, "", "[]", "{}"])
def test_without_a_record_there_is_nothing_to_compare(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "images.json").write_text(text)
    with pytest.raises(InputError, match="no images"):
        verify_images(tmp_path, sky())


def test_an_image_that_the_record_names_and_that_is_not_there_is_told(tmp_path: Path) -> None:
    leave_images(tmp_path)
    (tmp_path / "b.pbcor.fits").unlink()
    with pytest.raises(InputError, match="not an image"):
        verify_images(tmp_path, sky())
