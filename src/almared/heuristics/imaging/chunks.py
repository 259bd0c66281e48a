"""How a cube is split into chunks that fit in memory and run in parallel."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from almared.model import Choice, Evidence

BYTES_PER_PIXEL = {"standard": 62.0, "mosaic": 138.0}
"""Memory of tclean for each pixel of each plane, from its log (casatasks 6.7.0.31)."""

BASE_BYTES = 4.0e8
"""Memory of a CASA process without images."""

DISK_PER_PIXEL = {"standard": 4.0 * 11.3, "mosaic": 4.0 * 12.3}
"""Disk for each pixel of each plane, measured: seven or eight images and four FITS files."""

CHUNK_DISK = 0.55
"""Disk of the chunks of a cube over that of its products."""

USABLE_MEMORY = 0.7
"""Fraction of free memory for images."""

SECONDS_PER_PLANE_PIXEL = 1.0e-5
"""Time of tclean for each pixel of each plane; measured: 5e-6 of dirty cubes, 2e-5 after three major cycles."""

CHUNK_MARGIN = 4
"""Channels beyond each end of a chunk that are cleaned with it and left out when chunks are joined. Data between two
channels of the cube are predicted from the models of both: at its end a chunk lacks one. Measured on a line of 150
times the noise at the end of a chunk: off by 5.5, 2.1, 0.4 and 0.1 of the noise in the last four channels."""

LEAST_SECONDS = 10.0
"""Minimum work per chunk when splitting for speed: its own process, reading all data for the
weights, and joining and restoring the chunks cost extra."""


@dataclass(frozen=True, slots=True)
class CubeSize:
    """Size of a cube.

    Parameters
    ----------
    pixels : int
        Of a plane.
    n_channels : int
        Planes.
    gridder : str
        ``standard`` or ``mosaic``.
    """

    pixels: int
    n_channels: int
    gridder: str

    @property
    def memory_bytes(self) -> float:
        """Memory when it is made as a whole (bytes)."""
        return BASE_BYTES + BYTES_PER_PIXEL[self.gridder] * self.pixels * self.n_channels

    @property
    def disk_bytes(self) -> float:
        """Disk of all its products (bytes)."""
        return DISK_PER_PIXEL[self.gridder] * self.pixels * self.n_channels

    @property
    def seconds(self) -> float:
        """Work on its planes, without what any cube costs (s)."""
        return SECONDS_PER_PLANE_PIXEL * self.pixels * self.n_channels

    def part(self, n_channels: int) -> CubeSize:
        """Return the size of a chunk."""
        return CubeSize(self.pixels, n_channels, self.gridder)


def choose_chunks(
    size: CubeSize, *, workers: int, n_cubes: int, memory_bytes: float, asked: int | None = None
) -> Choice[tuple[int, ...]]:
    """Return the number of channels of each chunk; a single one for a cube that is not split.

    Parameters
    ----------
    size : CubeSize
        Of the cube.
    workers : int
        Number of processes in parallel.
    n_cubes : int
        Cubes to be made; with as many as workers, none needs splitting to keep them busy.
    memory_bytes : float, bytes
        Free memory.
    asked : int, optional
        Number of chunks set by hand; memory may need more.
    """
    share = max(USABLE_MEMORY * memory_bytes / workers - BASE_BYTES, BYTES_PER_PIXEL[size.gridder] * size.pixels)
    fitting = int(share / (BYTES_PER_PIXEL[size.gridder] * size.pixels))
    by_memory = 1 if size.n_channels <= fitting else math.ceil(size.n_channels / max(1, fitting - 2 * CHUNK_MARGIN))
    idle = math.ceil(workers / n_cubes)
    by_speed = asked or max(1, min(idle, int(size.seconds / LEAST_SECONDS)))
    number = min(max(by_memory, by_speed), size.n_channels)
    evidence = (
        Evidence("memory as a whole", size.memory_bytes, "bytes"),
        Evidence("memory of each process", share + BASE_BYTES, "bytes"),
    )
    if asked and number == min(asked, size.n_channels):
        reason = "set by hand"
    elif number == 1 and idle > 1:
        reason = f"whole: its planes are {size.seconds:.0f} s of work; a chunk costs {LEAST_SECONDS:.0f} s more"
    elif number == 1:
        reason = f"whole: {size.memory_bytes / 1e9:.2g} GB fit, and {n_cubes} cubes keep {workers} processes busy"
    elif by_memory >= by_speed:
        whole, part = size.memory_bytes / 1e9, (share + BASE_BYTES) / 1e9
        reason = f"{number} chunks: the whole needs {whole:.2g} GB, a process may have {part:.2g}"
    else:
        reason = f"{number} chunks: {workers} processes work on {n_cubes} cubes, {size.seconds / number:.0f} s a chunk"
    return Choice(spread(size.n_channels, number), reason, evidence)


def with_margins(counts: Sequence[int], *, margin: int = CHUNK_MARGIN) -> tuple[tuple[int, int, int, int], ...]:
    """Return for each chunk the first channel and number of channels to image, and the same to keep.

    Examples
    --------
    >>> with_margins((4, 3), margin=2)
    ((0, 6, 0, 3), (2, 5, 2, 4))
    """
    total, first, found = sum(counts), 0, []
    for count in counts:
        begin, end = max(0, first - margin), min(total, first + count + margin)
        found.append((begin, end - begin, first - begin, first - begin + count - 1))
        first += count
    return tuple(found)


def spread(total: int, parts: int) -> tuple[int, ...]:
    """Return a number split into parts that differ by at most one, the larger ones first.

    Examples
    --------
    >>> spread(10, 3)
    (4, 3, 3)
    """
    least, more = divmod(total, parts)
    return tuple(least + (n < more) for n in range(parts))
