"""Scenario files read: shipped ones by name, anybody's by path, with single keys set from outside."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from almared.errors import ScenarioError
from almared.simulate.scenario import Scenario

SHIPPED = resources.files("almared.simulate") / "scenarios"


def shipped_scenarios() -> dict[str, str]:
    """Return name and title of the scenarios that come with almared."""
    files = sorted((f for f in SHIPPED.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name.removesuffix(".toml"): tomllib.loads(f.read_text()).get("title", "") for f in files}


def read_scenario(source: str | Path, *, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Return the scenario of a shipped name or a file.

    Parameters
    ----------
    source : str or Path
        Shipped name (`shipped_scenarios`) or a path.
    overrides : mapping of str to str
        Dotted key -> value as TOML would have it (``atmosphere.pwv`` -> ``"2 mm"``; quotes may be left out).

    Raises
    ------
    ScenarioError
        No such scenario, no TOML, unknown keys, wrong units or values.
    """
    text, where = _text_of(source)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"this is no TOML: {error}", where=where) from error
    for key, value in (overrides or {}).items():
        _set(tree, key, value=value)
    return _validated(tree, text, where=where)


def _text_of(source: str | Path) -> tuple[str, str]:
    name = str(source)
    if name in shipped_scenarios():
        return (SHIPPED / f"{name}.toml").read_text(), name
    path = Path(source)
    if not path.is_file():
        raise ScenarioError(
            "there is no such scenario",
            where=name,
            repair=f"give a TOML file, or one of the shipped ones: {', '.join(shipped_scenarios())}",
        )
    try:
        return path.read_text(), name
    except UnicodeDecodeError as error:
        raise ScenarioError("this is no text file", where=name) from error


def _validated(tree: Mapping[str, Any], text: str, *, where: str) -> Scenario:
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        lines = [_complaint(problem["loc"], problem["msg"], text=text) for problem in error.errors()]
        raise ScenarioError("; ".join(lines), where=where, repair="see the scenario reference in docs/") from error


def _complaint(location: Sequence[int | str], message: str, *, text: str) -> str:
    key = ".".join(str(part) for part in location)
    number = _line_of(location, text)
    place = f" (line {number})" if number else ""
    plain = message.removeprefix("Value error, ").replace("Extra inputs are not permitted", "there is no such key")
    return f"{key or 'scenario'}{place}: {plain}"


def _line_of(location: Sequence[int | str], text: str) -> int:
    """Return the line that sets the innermost named key below its table, 0 when it cannot be told."""
    names = [part for part in location if isinstance(part, str)]
    if not names:
        return 0
    lines, start = text.splitlines(), 0
    for table in (".".join(names[:-1]), *names[:-1][::-1]):
        heads = [i for i, line in enumerate(lines) if re.match(rf"\s*\[+\s*{re.escape(table)}\s*\]+", line)]
        if heads:
            which = next((part for part in location if isinstance(part, int)), 0)
            start = heads[min(which, len(heads) - 1)]
            break
    wanted = re.compile(rf"\s*\[*{re.escape(names[-1])}\b")
    return next((i + 1 for i, line in enumerate(lines) if i >= start and wanted.match(line)), 0)


def _set(tree: dict[str, Any], key: str, *, value: str) -> None:
    *tables, last = key.split(".")
    place: Any = tree
    for name in tables:
        place = _inside(place, name, key=key)
    if isinstance(place, dict):
        place[last] = _value(value)
    else:
        _inside(place, last, key=key)
        place[int(last)] = _value(value)


def _inside(place: Any, name: str, *, key: str) -> Any:
    if isinstance(place, dict):
        return place.setdefault(name, {})
    if isinstance(place, list) and name.isdigit() and int(name) < len(place):
        return place[int(name)]
    raise ScenarioError(f"{key!r} names nothing that can be set", where="--set", repair="give table.key=value")


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
