"""The casatasks builds that plans are made for, and the signatures of their tasks."""

from __future__ import annotations

import functools
import importlib.metadata
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from almared.errors import PlanError


@dataclass(frozen=True, slots=True)
class CasaBuild:
    """A build of casatasks.

    Parameters
    ----------
    version : str
        Such as ``6.7.0.31``.
    signatures : mapping of str to tuple of str
        Parameter names per task.
    """

    version: str
    signatures: Mapping[str, tuple[str, ...]]

    @classmethod
    def known(cls, version: str) -> CasaBuild:
        """Return a build whose signatures are known.

        Raises
        ------
        PlanError
            The build is unknown.
        """
        table = _table()
        if version not in table:
            raise PlanError(
                f"the task signatures of casatasks {version} are not known",
                repair=f"use one of {', '.join(table)}, or add it with tools/make_signatures.py",
            )
        return cls(version, {task: tuple(names) for task, names in table[version].items()})


def default_build() -> CasaBuild:
    """Return the installed build when its signatures are known, otherwise the oldest known one."""
    table = _table()
    try:
        installed = importlib.metadata.version("casatasks")
    except importlib.metadata.PackageNotFoundError:
        installed = ""
    return CasaBuild.known(installed if installed in table else next(iter(table)))


def known_builds() -> tuple[str, ...]:
    """Return the versions of casatasks whose signatures are known."""
    return tuple(_table())


@functools.cache
def _table() -> dict[str, dict[str, list[str]]]:
    text = resources.files(__package__).joinpath("data/signatures.json").read_text()
    table: dict[str, dict[str, list[str]]] = json.loads(text)
    return table
