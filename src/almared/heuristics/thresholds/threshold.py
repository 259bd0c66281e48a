"""One threshold and its origin; all of them by name."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import dataclass

import almared.heuristics.thresholds

VERSION = 3
"""Increased whenever a value changes."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A number that rules compare with.

    Parameters
    ----------
    value : float
        The number.
    unit : str
        Its unit, empty when it has none.
    origin : str
        Its origin.
    """

    value: float
    unit: str
    origin: str


def all_thresholds() -> dict[str, Threshold]:
    """Return all thresholds of all families, by name."""
    package = almared.heuristics.thresholds
    families = (importlib.import_module(f"{package.__name__}.{m.name}") for m in pkgutil.iter_modules(package.__path__))
    return {name: v for family in families for name, v in vars(family).items() if isinstance(v, Threshold)}
