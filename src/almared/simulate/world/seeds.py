"""Random numbers that depend only on the seed and a name, not on the order of use or threads."""

from __future__ import annotations

import zlib

import numpy as np


def generator(seed: int, *names: str | int) -> np.random.Generator:
    """Return a separate generator for each purpose.

    Parameters
    ----------
    seed : int
        Seed of the whole simulation.
    *names : str or int
        What the numbers are for, ``("bandpass", "DA41")``.
    """
    words = [zlib.crc32(name.encode()) if isinstance(name, str) else int(name) for name in names]
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *words])))


def stream_key(seed: int, *names: str | int) -> int:
    """Return a 63-bit key of a stream of the kernel's counter-based noise."""
    return int(generator(seed, "stream", *names).integers(0, 2**63 - 1))
