"""What no task does on the way from one execution block to several: keeping fluxes, guarding their table."""

from __future__ import annotations

import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from casatools import table

from almared.script.parts.steps import tell


def keep_fluxes(name: str, fluxes: Mapping[str, Any]) -> None:
    """Write all numbers that fluxscale returned to a JSON file; its log has six digits of them."""
    with open(f"{name}.new", "w") as file:
        json.dump(fluxes, file, indent=1, default=lambda value: value.tolist())
    os.replace(f"{name}.new", name)


def check_table(name: str, digest: str) -> None:
    """Stop when the table of fluxes was edited after this script was made from it."""
    if not os.path.exists(name):
        return
    with open(name, "rb") as file:
        if hashlib.sha256(file.read()).hexdigest() != digest:
            raise RuntimeError(f"{name} was edited since this script was made from it: make it anew, `almared combine`")


def unify_windows(vis: str) -> None:
    """Give the rows of one setting one window.

    concat takes the first window of the same channels, be it one that the observation before did not use for the
    same purpose: the rows of a second execution block may come to lie in an empty window of the first.
    """
    tb = table()
    tb.open(f"{vis}/DATA_DESCRIPTION")
    spws = [int(number) for number in tb.getcol("SPECTRAL_WINDOW_ID")]
    products = [int(number) for number in tb.getcol("POLARIZATION_ID")]
    tb.open(f"{vis}/SPECTRAL_WINDOW")
    channels = [tuple(round(float(hertz)) for hertz in tb.getcell("CHAN_FREQ", spw)) for spw in spws]
    tb.open(vis, nomodify=False)
    first: dict[tuple[object, ...], int] = {}
    for number, observations in observations_by_description(tb).items():
        kept = first.setdefault((products[number], channels[number]), number)
        # Two windows that one observation used side by side stay two.
        if kept != number and not observations & observations_by_description(tb)[kept]:
            tell(f"{vis}: the rows of window {spws[number]} are given to window {spws[kept]}, which is the same")
            replace_description(tb, number, kept)
    tb.close()


def observations_by_description(tb: table) -> dict[int, set[int]]:
    """Return the observations that use each data description of an open MS, in the order of the rows."""
    found: dict[int, set[int]] = defaultdict(set)
    for start in range(0, tb.nrows(), 1000000):
        numbers = tb.getcol("DATA_DESC_ID", start, 1000000)
        observations = tb.getcol("OBSERVATION_ID", start, 1000000)
        for pair in dict.fromkeys(zip(numbers.tolist(), observations.tolist(), strict=True)):
            found[pair[0]].add(pair[1])
    return found


def replace_description(tb: table, old: int, new: int) -> None:
    """Give all rows of an open MS that have one data description another."""
    for start in range(0, tb.nrows(), 1000000):
        numbers = tb.getcol("DATA_DESC_ID", start, 1000000)
        numbers[numbers == old] = new
        tb.putcol("DATA_DESC_ID", numbers, start, len(numbers))
