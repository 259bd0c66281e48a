"""Read scenario files: shipped ones by name, others by path, with single keys overridden."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from almared.errors import ScenarioError
from almared.simulate.scenario.models import Scenario, SourcePart
from almared.simulate.scenario.sequence import scans_of

SHIPPED = resources.files(__package__.rpartition(".")[0]) / "scenarios"


def shipped_scenarios() -> dict[str, str]:
    """Return name and title of the scenarios that come with almared."""
    files = sorted((f for f in SHIPPED.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    return {f.name.removesuffix(".toml"): tomllib.loads(f.read_text()).get("title", "") for f in files}


def read_scenario(source: str | Path, *, overrides: Mapping[str, str] | None = None) -> Scenario:
    """Return the scenario with a shipped name, or from a file that describes one execution.

    Parameters
    ----------
    source, overrides
        As for `read_executions`.

    Raises
    ------
    ScenarioError
        As `read_executions`, and when there are several executions.
    """
    executions = read_executions(source, overrides=overrides)
    if len(executions) > 1:
        raise ScenarioError(f"it describes {len(executions)} executions, but must describe one", where=str(source))
    return executions[0]


def read_executions(source: str | Path, *, overrides: Mapping[str, str] | None = None) -> tuple[Scenario, ...]:
    """Return the executions of a shipped name or a file: one, or those of a MOUS.

    Each table ``[[execution]]`` says how one execution differs from the rest of the file, with the same keys:
    ``[execution.time]``, ``[execution.source.phase]``, and lists (``[[execution.array.group]]``) as a whole.

    Parameters
    ----------
    source : str or Path
        Shipped name (`shipped_scenarios`) or a path.
    overrides : mapping of str to str
        Dotted key -> value as in TOML (``atmosphere.pwv`` -> ``"2 mm"``; quotes may be left out).

    Raises
    ------
    ScenarioError
        No such scenario, invalid TOML, unknown keys, wrong units or values; executions without a MOUS, with one uid, or
        whose targets differ.
    """
    text, where = _text_of(source)
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"not valid TOML: {error}", where=where) from error
    for key, value in (overrides or {}).items():
        _set(tree, key, value=value)
    changes = tree.pop("execution", None)
    if changes is None:
        return (_validated(tree, lambda _: text, where=where),)
    executions = tuple(
        _execution(tree, change, text=text, where=where, number=number)
        for number, change in enumerate(_tables(changes, where=where))
    )
    _require_one_mous(executions, where=where)
    return executions


def _execution(tree: dict[str, Any], change: dict[str, Any], *, text: str, where: str, number: int) -> Scenario:
    def text_of(location: Sequence[int | str]) -> str:
        return _execution_text(text, number if _is_set(change, location) else -1)

    return _validated(_merged(tree, change), text_of, where=f"{where}, execution {number + 1}")


def _is_set(change: Any, location: Sequence[int | str]) -> bool:
    if not location:
        return True
    return isinstance(change, dict) and location[0] in change and _is_set(change[str(location[0])], location[1:])


def _tables(changes: Any, *, where: str) -> list[dict[str, Any]]:
    if not isinstance(changes, list) or not changes or not all(isinstance(change, dict) for change in changes):
        raise ScenarioError("executions must be tables [[execution]]", where=where)
    return changes


def _merged(tree: Any, change: Any) -> Any:
    """Return a tree with changes: tables key by key, all else as a whole."""
    if not isinstance(tree, dict) or not isinstance(change, dict):
        return change
    return tree | {key: _merged(tree.get(key), value) for key, value in change.items()}


def _execution_text(text: str, number: int) -> str:
    """Return the text with all lines emptied but those of an execution (named as in the rest), or of none (-1)."""
    lines, count, inside = [], -1, False
    for line in text.splitlines():
        head = re.match(r"\s*\[+\s*([^\]\s]+)", line)
        if head:
            inside = head[1].split(".")[0] == "execution"
            count += head[1] == "execution"
        is_kept = count == number if inside else number < 0
        lines.append(re.sub(r"^(\s*\[+\s*)execution\.", r"\1", line) if is_kept else "")
    return "\n".join(lines)


def _require_one_mous(executions: Sequence[Scenario], *, where: str) -> None:
    if executions[0].mous is None or any(execution.mous != executions[0].mous for execution in executions):
        raise ScenarioError("executions belong to one MOUS", where=where, repair='add [mous] with uid = "uid://..."')
    if len({execution.uid for execution in executions}) < len(executions):
        raise ScenarioError("two executions have the same uid", where=where, repair="give each [[execution]] a uid")
    for execution in executions[1:]:
        for key in sorted(_targets(executions[0]) | _targets(execution)):
            if not _is_same_sky(executions[0].source.get(key), execution.source.get(key)):
                raise ScenarioError(f"the target {key!r} differs between executions", where=where)


def _targets(scenario: Scenario) -> set[str]:
    return {scan.source for scan in scans_of(scenario) if scan.kind == "target"}


def _is_same_sky(one: SourcePart | None, other: SourcePart | None) -> bool:
    """Return whether two sources are the same except for the pointings."""
    pointed: dict[str, object] = {"shift": (0.0, 0.0), "pointings": ()}
    return bool(one and other and one.model_copy(update=pointed) == other.model_copy(update=pointed))


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
        raise ScenarioError("not a text file", where=name) from error


def _validated(tree: Mapping[str, Any], text_of: Callable[[Sequence[int | str]], str], *, where: str) -> Scenario:
    try:
        return Scenario.model_validate(tree)
    except ValidationError as error:
        lines = [_complaint(problem["loc"], problem["msg"], text=text_of(problem["loc"])) for problem in error.errors()]
        raise ScenarioError("; ".join(lines), where=where, repair="see the scenario reference in docs/") from error


def _complaint(location: Sequence[int | str], message: str, *, text: str) -> str:
    key = ".".join(str(part) for part in location)
    number = _line_of(location, text)
    place = f" (line {number})" if number else ""
    plain = message.removeprefix("Value error, ").replace("Extra inputs are not permitted", "there is no such key")
    return f"{key or 'scenario'}{place}: {plain}"


def _line_of(location: Sequence[int | str], text: str) -> int:
    """Return the line that sets the innermost named key below its table, 0 when unknown."""
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
    raise ScenarioError(f"{key!r} is not a key that can be set", where="--set", repair="give table.key=value")


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
