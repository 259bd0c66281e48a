"""The items of the report, one module each: a module in this folder with an `ITEM` is an item of the page."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from almared.report.item import Item


@functools.cache
def item_names() -> tuple[str, ...]:
    """Return the names of all items, in the order of the page."""
    names = [module.name for module in pkgutil.iter_modules(__path__)]
    return tuple(sorted(names, key=lambda name: item_of(name).place))


def item_of(name: str) -> Item:
    """Return the item of a module of this package."""
    found = importlib.import_module(f"{__name__}.{name}").ITEM
    if not isinstance(found, Item):
        raise TypeError(f"{name} has no item")
    return found
