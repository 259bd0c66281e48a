"""Writers of binary data files (BDF), integration by integration, with at most one chunk in memory.

References
----------
asdm-facts.md section 3; ALMA's "Binary Data Format" document as CASA's reader understands it.
"""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
from numpy.typing import NDArray

from almared.errors import ScenarioError
from almared.formats.asdm.write.bdf_layout import (
    BdfWindow,
    CorrelatorBdf,
    CrossType,
    RadiometerBdf,
    baseline_pairs,
    to_ns,
)
from almared.formats.asdm.write.bdf_mime import (
    correlator_attachments,
    correlator_preamble,
    file_end,
    part_start,
    radiometer_attachments,
    radiometer_preamble,
    subset_end,
    subset_start,
)
from almared.formats.asdm.write.bdf_quantise import choose_scale, choose_storage, quantise, window_peaks

__all__ = [
    "BdfWindow",
    "CorrelatorBdf",
    "CorrelatorBdfWriter",
    "CrossType",
    "RadiometerBdf",
    "baseline_pairs",
    "choose_scale",
    "choose_storage",
    "window_peaks",
    "write_correlator_bdf",
    "write_radiometer_bdf",
]

CrossArray = NDArray[Any]
"""complex64 of shape (time, baseline, value), or integers of shape (time, baseline, value, 2) already scaled."""


class CorrelatorBdfWriter:
    """Writes a correlator file chunk by chunk; use it as a context manager.

    Parameters
    ----------
    path : Path
        File to write.
    header : CorrelatorBdf
        What it holds.
    """

    def __init__(self, path: Path, header: CorrelatorBdf) -> None:
        self.header = header
        self.path = path
        self.integrations = 0
        self.bytes = 0
        self._attachments = correlator_attachments(header)
        self._scales = _scale_per_value(header)
        self._file: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._file = self.path.open("wb")
        self._file.write(correlator_preamble(self.header))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        stream = self._stream()
        if kind is None:
            stream.write(file_end())
            self.bytes = stream.tell()
        stream.close()

    def write(self, cross: CrossArray, auto: NDArray[np.float32], *, flags: NDArray[np.int32] | None = None) -> None:
        """Append integrations.

        Parameters
        ----------
        cross : ndarray, shape (time, baseline, value)
            complex64 correlation coefficients; the value axis runs over window, channel, product (fastest). Or
            integers of the file's type, shape (time, baseline, value, 2), already multiplied by the scale.
        auto : ndarray of float32, shape (time, antenna, value)
            Auto-correlations; four products give XX, Re XY, Im XY, YY per channel.
        flags : ndarray of int32, shape (time, word), optional
            Flag words per integration: baseline, window, product; then antenna, window, product.

        Raises
        ------
        ScenarioError
            An array has the wrong shape, or values that cannot be stored.
        """
        self._check(cross, auto, flags=flags)
        for number in range(auto.shape[0]):
            words = np.zeros(self.header.n_flags, "<i4") if flags is None else flags[number].astype("<i4")
            self._integration(
                {
                    "flags": words,
                    "crossData": self._stored(cross[number]),
                    "autoData": np.ascontiguousarray(auto[number], dtype="<f4"),
                }
            )

    def _integration(self, data: dict[str, NDArray[Any]]) -> None:
        step = to_ns(self.header.integration_s)
        mid = to_ns(self.header.start_mjd_s) + self.integrations * step + step // 2
        self.integrations += 1
        data["actualTimes"] = np.full(self.header.n_actual, mid, "<i8")
        data["actualDurations"] = np.full(self.header.n_actual, step, "<i8")
        path = f"1/{self.header.scan}/{self.header.subscan}/{self.integrations}/"
        stream = self._stream()
        stream.write(subset_start(path, mid_ns=mid, interval_ns=step, attachments=self._attachments))
        for part in self._attachments:
            stream.write(part_start(path, part.name))
            stream.write(data[part.name].data)
        stream.write(subset_end())

    def _stored(self, cross: CrossArray) -> NDArray[Any]:
        if np.iscomplexobj(cross):
            return quantise(cross, self._scales, cross_type=self.header.cross_type)
        return np.ascontiguousarray(cross, dtype=self.header.cross_type.dtype)

    def _check(self, cross: CrossArray, auto: NDArray[np.float32], *, flags: NDArray[np.int32] | None) -> None:
        header, times = self.header, auto.shape[0]
        pair = () if np.iscomplexobj(cross) else (2,)
        _require(cross.shape, (times, header.n_baselines, header.n_cross_values, *pair), name="cross")
        _require(auto.shape, (times, header.n_antennas, header.n_auto_values), name="auto")
        if flags is not None:
            _require(flags.shape, (times, header.n_flags), name="flags")
        if not np.isfinite(auto).all():
            raise ScenarioError("the simulated auto-correlations are not finite", where=str(self.path))

    def _stream(self) -> BinaryIO:
        if self._file is None:
            raise ScenarioError("the file is not open", where=str(self.path), repair="use the writer in a with block")
        return self._file


def write_correlator_bdf(
    path: Path,
    header: CorrelatorBdf,
    *,
    cross: CrossArray,
    auto: NDArray[np.float32],
    flags: NDArray[np.int32] | None = None,
) -> int:
    """Write a whole correlator file and return its size in bytes.

    Parameters
    ----------
    path : Path
        File to write.
    header : CorrelatorBdf
        What it holds.
    cross, auto, flags : ndarray
        As for `CorrelatorBdfWriter.write`.

    Raises
    ------
    ScenarioError
        An array has the wrong shape, or values that cannot be stored.
    """
    with CorrelatorBdfWriter(path, header) as writer:
        writer.write(cross, auto, flags=flags)
    return writer.bytes


def write_radiometer_bdf(path: Path, header: RadiometerBdf, *, temperatures: NDArray[np.float32]) -> int:
    """Write a file of the water-vapour radiometers and return its size in bytes.

    Parameters
    ----------
    path : Path
        File to write.
    header : RadiometerBdf
        What it holds.
    temperatures : ndarray of float32, K, shape (time, antenna, channel)
        Sky temperatures.

    Raises
    ------
    ScenarioError
        The array has the wrong shape or values that are not finite.
    """
    _require(temperatures.shape, (header.n_integrations, header.n_antennas, header.n_channels), name="temperatures")
    if not np.isfinite(temperatures).all():
        raise ScenarioError("the simulated radiometer temperatures are not finite", where=str(path))
    length = to_ns(header.integration_s) * header.n_integrations
    subset = f"1/{header.scan}/{header.subscan}/"
    parts = radiometer_attachments(header)
    mid = to_ns(header.start_mjd_s) + length // 2
    content = b"".join(
        (
            radiometer_preamble(header),
            subset_start(subset, mid_ns=mid, interval_ns=length, attachments=parts),
            part_start(subset, parts[0].name),
            np.ascontiguousarray(temperatures, dtype="<f4").tobytes(),
            subset_end(),
            file_end(),
        )
    )
    return path.write_bytes(content)


def _scale_per_value(header: CorrelatorBdf) -> NDArray[np.float32]:
    return np.repeat(
        np.array([w.scale_factor for w in header.windows], dtype=np.float32), [w.n_values for w in header.windows]
    )


def _require(shape: tuple[int, ...], expected: tuple[int, ...], *, name: str) -> None:
    if shape != expected:
        raise ScenarioError(f"the array {name!r} has shape {shape}, not {expected}", where="binary data file")
