"""Binary data files: layout, scaling, and what is refused. CASA reads them in tests/casa/test_simulate_import.py."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.errors import ScenarioError
from almared.formats.asdm.write.bdf import (
    BdfWindow,
    CorrelatorBdf,
    CorrelatorBdfWriter,
    CrossType,
    RadiometerBdf,
    baseline_pairs,
    choose_scale,
    choose_storage,
    window_peaks,
    write_correlator_bdf,
    write_radiometer_bdf,
)
from almared.formats.asdm.write.bdf_quantise import HIGHEST, LEAST_STEPS_PER_NOISE, quantisation_noise, quantise

HEADER = CorrelatorBdf(
    data_uid="uid://A002/Xabc/X2",
    exec_block_uid="uid://A002/Xabc/X1",
    scan=3,
    subscan=2,
    n_antennas=4,
    windows=(BdfWindow(1, 8, scale_factor=4096.0), BdfWindow(2, 4, ("XX",), scale_factor=1024.0)),
    start_mjd_s=5.0e9,
    integration_s=2.016,
)


def arrays(header: CorrelatorBdf, times: int = 3) -> dict[str, Any]:
    rng = np.random.default_rng(5)
    shape = (times, header.n_baselines, header.n_cross_values)
    cross = rng.normal(size=(*shape, 2)).astype(np.float32).view(np.complex64)[..., 0]
    auto = rng.normal(1.0, 0.1, (times, header.n_antennas, header.n_auto_values)).astype(np.float32)
    flags = rng.integers(0, 2, (times, header.n_flags)).astype(np.int32)
    return {"cross": cross, "auto": auto, "flags": flags}


def parts(path: Path) -> dict[str, bytes]:
    """Binary parts by location; written independently of the writer, by sizes between the boundaries."""
    found = {}
    for chunk in path.read_bytes().split(b"\n--MIME_boundary-2"):
        head, _, body = chunk.partition(b"\n\n")
        place = re.search(rb"Content-Location: (\S+\.bin)", head)
        if place:
            found[place[1].decode()] = body
    return found


def test_sizes_count_numbers() -> None:
    assert (HEADER.n_baselines, HEADER.n_cross_values, HEADER.n_auto_values) == (6, 20, 20)
    assert HEADER.n_flags == (6 + 4) * 3
    assert HEADER.n_actual == (6 + 4) * 2
    full = BdfWindow(1, 16, ("XX", "XY", "YX", "YY"))
    assert (full.n_values, full.n_auto_values) == (64, 64)


def test_baselines_go_by_second_antenna() -> None:
    assert baseline_pairs(4) == ((0, 1), (0, 2), (1, 2), (0, 3), (1, 3), (2, 3))


@pytest.mark.parametrize("kind", list(CrossType))
def test_file_holds_the_arrays(tmp_path: Path, kind: CrossType) -> None:
    header = replace(HEADER, cross_type=kind)
    data = arrays(header)
    size = write_correlator_bdf(tmp_path / "x", header, **data)
    assert size == (tmp_path / "x").stat().st_size
    found = parts(tmp_path / "x")
    scales = np.repeat([4096.0, 1024.0], [16, 4]).astype(np.float32)
    for t in range(3):
        place = f"1/3/2/{t + 1}/"
        stored = np.frombuffer(found[f"{place}crossData.bin"], kind.dtype).reshape(6, 20, 2)
        exact = np.stack([data["cross"][t].real, data["cross"][t].imag], axis=-1) * scales[None, :, None]
        assert np.abs(stored - exact).max() <= (0.0 if kind is CrossType.FLOAT32 else 0.5)
        assert np.array_equal(np.frombuffer(found[f"{place}autoData.bin"], "<f4").reshape(4, 20), data["auto"][t])
        assert np.array_equal(np.frombuffer(found[f"{place}flags.bin"], "<i4"), data["flags"][t])
        middles = np.frombuffer(found[f"{place}actualTimes.bin"], "<i8")
        assert set(middles.tolist()) == {5_000_000_000_000_000_000 + int((t + 0.5) * 2_016_000_000)}


def test_chunks_and_whole_give_the_same_bytes(tmp_path: Path) -> None:
    data = arrays(HEADER)
    write_correlator_bdf(tmp_path / "whole", HEADER, **data)
    with CorrelatorBdfWriter(tmp_path / "chunks", HEADER) as writer:
        for part in (slice(0, 2), slice(2, 3)):
            writer.write(data["cross"][part], data["auto"][part], flags=data["flags"][part])
    assert writer.bytes == (tmp_path / "chunks").stat().st_size
    assert (tmp_path / "whole").read_bytes() == (tmp_path / "chunks").read_bytes()


def test_integers_may_come_scaled(tmp_path: Path) -> None:
    data = arrays(HEADER)
    scales = np.repeat(np.float32([4096.0, 1024.0]), [16, 4])
    stored = np.stack([quantise(c, scales, cross_type=CrossType.INT16) for c in data["cross"]]).reshape(3, 6, 20, 2)
    write_correlator_bdf(tmp_path / "float", HEADER, **data)
    write_correlator_bdf(tmp_path / "integer", HEADER, cross=stored, auto=data["auto"], flags=data["flags"])
    assert (tmp_path / "float").read_bytes() == (tmp_path / "integer").read_bytes()


def test_radiometer_file_holds_all_times_in_one_subset(tmp_path: Path) -> None:
    header = RadiometerBdf("uid://A002/Xabc/X3", "uid://A002/Xabc/X1", 1, 2, 3, 5, 5.0e9, 1.152)
    temperatures = np.arange(60, dtype=np.float32).reshape(5, 3, 4)
    size = write_radiometer_bdf(tmp_path / "x", header, temperatures=temperatures)
    assert size == (tmp_path / "x").stat().st_size
    found = parts(tmp_path / "x")
    assert list(found) == ["1/1/2/autoData.bin"]
    assert np.array_equal(np.frombuffer(found["1/1/2/autoData.bin"], "<f4"), temperatures.ravel())
    assert b"<interval>5760000000</interval>" in (tmp_path / "x").read_bytes()


@given(st.floats(min_value=1e-9, max_value=1e6), st.sampled_from([CrossType.INT16, CrossType.INT32]))
def test_scale_uses_the_upper_half_of_the_range(peak: float, kind: CrossType) -> None:
    scaled = peak * choose_scale(peak, kind)
    assert HIGHEST[kind] / 2 < scaled <= HIGHEST[kind]


@given(st.floats(min_value=1e-6, max_value=1.0), st.floats(min_value=1e-6, max_value=1e-2))
def test_quantisation_stays_far_below_the_thermal_noise(peak: float, noise: float) -> None:
    kind, scale = choose_storage(peak, noise)
    if kind is CrossType.INT16:
        assert scale * noise >= LEAST_STEPS_PER_NOISE
    assert np.hypot(noise, quantisation_noise(scale)) / noise < 1.001


def test_rounding_adds_the_noise_that_is_told() -> None:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(100, 500, 2)).astype(np.float32).view(np.complex64)[..., 0]
    scale = 64.0
    stored = quantise(values, np.full(500, scale, np.float32), cross_type=CrossType.INT16)
    error = stored / scale - values.view(np.float32)
    assert np.std(error) == pytest.approx(quantisation_noise(scale), rel=0.02)


def test_peaks_are_per_window() -> None:
    data = arrays(HEADER)["cross"]
    real = np.abs(data.view(np.float32).reshape(3, 6, 20, 2))
    assert window_peaks(data, HEADER.windows) == pytest.approx((real[:, :, :16].max(), real[:, :, 16:].max()))


def spoiled(name: str, value: Any) -> dict[str, Any]:
    data = arrays(HEADER)
    data[name] = value(data[name])
    return data


def put(value: float) -> Any:
    def spoil(array: np.ndarray) -> np.ndarray:
        array[1, 2, 3] = value
        return array

    return spoil


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (spoiled("cross", lambda a: a[:, :-1]), "shape"),
        (spoiled("auto", lambda a: a[..., 1:]), "shape"),
        (spoiled("flags", lambda a: a[:, 1:]), "shape"),
        (spoiled("cross", put(float("nan"))), "not finite"),
        (spoiled("auto", put(float("inf"))), "not finite"),
        (spoiled("cross", put(1e3)), "beyond"),
    ],
    ids=["baselines", "values", "words", "nan", "inf", "range"],
)
def test_what_cannot_be_stored_is_refused(tmp_path: Path, data: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        write_correlator_bdf(tmp_path / "x", HEADER, **data)
