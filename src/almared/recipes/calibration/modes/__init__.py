"""Observing modes, one file each: a file that sets ``MODE`` is found by itself, in the order that it gives."""

from __future__ import annotations

import functools
import importlib
import pkgutil

from almared.recipes.calibration.mode import Mode


@functools.cache
def all_modes() -> tuple[Mode, ...]:
    """Return the modes of all files of this folder, in their order."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    found: list[Mode] = [importlib.import_module(f"{__name__}.{name}").MODE for name in names]
    return tuple(sorted(found, key=lambda mode: mode.order))
