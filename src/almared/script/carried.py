"""The functions that a script carries: found by name in `almared.script.parts` and copied as text."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources

from almared.errors import PlanError
from almared.script.literals import WIDTH

FILES = ("steps.py", "flags.py", "imported.py", "models.py", "imaging.py", "combine.py")
"""Modules of parts, in the order in which their functions stand in a script."""


@dataclass(frozen=True, slots=True)
class Part:
    """A function of a part module.

    Parameters
    ----------
    name : str
        Its name.
    text : str
        Its source, decorators included.
    uses : frozenset of str
        Names that it uses.
    """

    name: str
    text: str
    uses: frozenset[str]


def carried_functions(names: Iterable[str]) -> tuple[Part, ...]:
    """Return the functions of these names and those that they use, in a fixed order.

    Raises
    ------
    PlanError
        There is no such function.
    """
    parts, _ = _library()
    wanted, found = list(names), set[str]()
    unknown = sorted(set(wanted) - set(parts))
    if unknown:
        raise PlanError(f"the script has no function {unknown[0]}")
    while wanted:
        name = wanted.pop()
        found.add(name)
        wanted += sorted((parts[name].uses & set(parts)) - found)
    return tuple(part for name, part in parts.items() if name in found)


def carried_imports(parts: Iterable[Part], tasks: Iterable[str]) -> list[str]:
    """Return the import lines that these functions and tasks need, in the order of isort."""
    _, imports = _library()
    used = {name for part in parts for name in part.uses}
    pairs = {pair for name, pair in imports.items() if name in used} | {("casatasks", task) for task in tasks}
    return _import_lines(pairs)


def _import_lines(pairs: set[tuple[str, str]]) -> list[str]:
    plain = sorted(f"import {module}" for module, name in pairs if not name)
    modules = sorted({module for module, name in pairs if name})
    lines = {m: _from(m, sorted(name for module, name in pairs if module == m and name)) for m in modules}
    casa = [lines[m] for m in modules if m.startswith("casa")]
    return [*plain, *(lines[m] for m in modules if not m.startswith("casa")), "", *casa]


def _from(module: str, names: list[str]) -> str:
    line = f"from {module} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return f"from {module} import (\n" + "".join(f"    {name},\n" for name in names) + ")"


@functools.cache
def _library() -> tuple[dict[str, Part], dict[str, tuple[str, str]]]:
    """Return the functions by name, and per imported name its module and itself (nothing for a module)."""
    parts: dict[str, Part] = {}
    imports: dict[str, tuple[str, str]] = {}
    for file in FILES:
        text = resources.files(__package__).joinpath("parts", file).read_text(encoding="utf-8")
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                parts[node.name] = _part(node, text)
            elif isinstance(node, ast.Import):
                imports.update({alias.name: (alias.name, "") for alias in node.names})
            elif isinstance(node, ast.ImportFrom) and _is_outside(node.module):
                imports.update({alias.name: (str(node.module), alias.name) for alias in node.names})
    return parts, imports


def _is_outside(module: str | None) -> bool:
    return bool(module) and not str(module).startswith(("almared", "__future__"))


def _part(node: ast.FunctionDef, text: str) -> Part:
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    lines = text.splitlines()[first - 1 : node.end_lineno]
    uses = {found.id for found in ast.walk(node) if isinstance(found, ast.Name)}
    return Part(node.name, "\n".join(lines), frozenset(uses - {node.name}))
