"""Validate the docstrings of all public functions and classes with numpydoc's checks named in pyproject.toml."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

from numpydoc.validate import validate

import almared


def public_names() -> Iterator[str]:
    for info in pkgutil.walk_packages(almared.__path__, "almared."):
        # The parts that scripts carry are text for almared; they need CASA to be imported.
        if info.name.endswith("__main__") or ".script.parts." in info.name:
            continue
        module = importlib.import_module(info.name)
        for name, thing in vars(module).items():
            mine = getattr(thing, "__module__", None) == info.name
            if mine and not name.startswith("_") and (inspect.isfunction(thing) or inspect.isclass(thing)):
                yield f"{info.name}.{name}"


def main() -> int:
    settings = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))
    wanted = set(settings["tool"]["numpydoc_validation"]["checks"])
    faults = []
    names = list(public_names())
    for name in names:
        for code, text in validate(name)["errors"]:
            if code in wanted:
                faults.append(f"{name}: {code} {text}")
    print("\n".join(faults))
    print(f"{len(names)} docstrings looked at, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
