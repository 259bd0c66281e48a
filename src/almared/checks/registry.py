"""All checks, found by their files; no list is kept by hand."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

import almared.checks
from almared.checks.check import Check
from almared.errors import InputError
from almared.model import Finding


@cache
def all_checks() -> tuple[Check[Any], ...]:
    """Return all checks, by code."""
    return tuple(sorted((module.CHECK for module in check_modules()), key=lambda check: str(check.code)))


def check_modules() -> Iterator[ModuleType]:
    """Yield the modules of all checks: those in the folders of the stages."""
    for folder in pkgutil.iter_modules(almared.checks.__path__, f"{almared.checks.__name__}."):
        if folder.ispkg:
            package = importlib.import_module(folder.name)
            names = (module.name for module in pkgutil.iter_modules(package.__path__, f"{folder.name}."))
            yield from (importlib.import_module(name) for name in names)


def run_checks(subject: object) -> tuple[Finding, ...]:
    """Return what all checks find that look at things of this type, in the order of their codes.

    Parameters
    ----------
    subject : object
        Such as a `FluxesToCombine` or a `CombinedMs`.
    """
    mine = (check for check in all_checks() if check.looks_at is type(subject))
    return tuple(finding for check in mine for finding in check.run(subject))


def manual_page(code: str) -> str:
    """Return what the check of a code measures, its threshold, and what to do.

    Raises
    ------
    InputError
        There is no check of this code.
    """
    for module in check_modules():
        if module.CHECK.code == code.upper():
            return str(module.__doc__)
    raise InputError(f"there is no check {code!r}", repair=f"they are {', '.join(c.code for c in all_checks())}")
