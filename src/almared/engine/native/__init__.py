"""Engines of our own, one file for each faster task: a module here with a ``make_engine`` is asked before CASA.

A module holds the engine of one task, or of several that it carries out in one pass over the data. `ImmediateEngine` of
`almared.engine.port` has all that an engine needs which puts nothing off. Engines are asked in the alphabetical order
of their modules. Heavy libraries are imported where they are used: each process of a run makes all engines.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from types import ModuleType

from almared.engine.port import Engine


def native_engines(package: ModuleType | None = None) -> tuple[Engine, ...]:
    """Return new engines of all modules in this folder.

    Parameters
    ----------
    package : module, optional
        Another folder of such modules.
    """
    found = package or sys.modules[__name__]
    modules = sorted(module.name for module in pkgutil.iter_modules(found.__path__))
    return tuple(_engine_of(importlib.import_module(f"{found.__name__}.{name}")) for name in modules)


def _engine_of(module: ModuleType) -> Engine:
    engine: Engine = module.make_engine()
    return engine
