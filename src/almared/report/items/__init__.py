"""The items of the report, one module each; `ALL` lists them in the order of the page."""

from __future__ import annotations

import importlib

from almared.report.item import Item

ALL = (
    "schedule",
    "elevation",
    "mosaic",
    "antennas",
    "wvr",
    "tsys",
    "listobs",
    "shadowing",
    "gain_check",
    "bandpass",
    "gains_time",
    "flux",
    "flux_calibrator",
    "phase_calibrator",
    "flags",
    "target_image",
    "target_spectrum",
    "check_source",
)
"""Names of the modules, each of which holds an `ITEM`."""


def item_of(name: str) -> Item:
    """Return the item of a module of this package."""
    found = importlib.import_module(f"almared.report.items.{name}").ITEM
    if not isinstance(found, Item):
        raise TypeError(f"{name} has no item")
    return found
