"""Facts of a calibration script, read without executing it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import cast

from almared.basics.hashes import sha256_of
from almared.errors import InputError
from almared.mous.places import STATE_DIRECTORY
from almared.plan.tasks import imaging_weights

LITERALS = ("made_with", "step_title", "step_makes", "step_changes", "step_flags", "step_after")
"""Names at the top of the script that hold its facts as plain literals (decision 001)."""

EMPTY_TEXT = "Constant(value='')"

NOT_HASHED = frozenset({*LITERALS, "thesteps", "mysteps", "mystep"})
"""Names that do not change what a step does."""


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """One step of the script.

    Parameters
    ----------
    number : int
        Its number.
    title : str
        Its title.
    makes : tuple of str
        Files and directories it makes, relative to the directory of the script.
    changes : tuple of str
        MSs whose flags or data it changes in place.
    flags : mapping of str to str
        The flag version from which it starts, per MS.
    reads : tuple of str
        Products of other steps that it names.
    fingerprint : str
        Hash of what it does; comments do not count.
    after : frozenset of int
        All steps on which it builds, directly or through others.
    scratch : frozenset of str
        Tables that CASA makes meanwhile in the working directory, under names of its own; steps that share one must not
        run side by side.
    """

    number: int
    title: str
    makes: tuple[str, ...]
    changes: tuple[str, ...]
    flags: Mapping[str, str]
    reads: tuple[str, ...]
    fingerprint: str
    after: frozenset[int] = frozenset()
    scratch: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class WrittenCall:
    """A call as it stands in the text of a step.

    Parameters
    ----------
    name : str
        What is called.
    arguments : mapping of str to object
        Keyword arguments that are plain literals.
    unknown : tuple of str
        Keyword arguments that are not.
    """

    name: str
    arguments: Mapping[str, object]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CalibrationScript:
    """A calibration script as it stands on disk.

    Parameters
    ----------
    path : Path
        The file.
    steps : tuple of ScriptStep
        In order of number.
    made_with : mapping of str to str
        Versions of almared and casatasks that made it, empty when it does not say.
    fingerprint : str
        Hash of the file.
    """

    path: Path
    steps: tuple[ScriptStep, ...]
    made_with: Mapping[str, str]
    fingerprint: str

    @property
    def directory(self) -> Path:
        """The directory in which it runs."""
        return self.path.parent

    def step(self, number: int) -> ScriptStep:
        """Return the step of that number.

        Raises
        ------
        InputError
            The script has no such step.
        """
        for step in self.steps:
            if step.number == number:
                return step
        raise InputError(f"there is no step {number}", where=self.path.name, repair=f"steps are {self.numbers}")

    def has(self, product: str) -> bool:
        """Tell whether a product is on disk."""
        return (self.directory / product).exists()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The numbers of its steps."""
        return tuple(step.number for step in self.steps)

    def later(self, number: int) -> frozenset[int]:
        """Return the steps that build on a step, directly or through others."""
        return frozenset(step.number for step in self.steps if number in step.after)

    @property
    def products(self) -> tuple[str, ...]:
        """All that its steps make, in order."""
        return tuple(dict.fromkeys(name for step in self.steps for name in step.makes))


def read_script(path: Path) -> CalibrationScript:
    """Return the facts of a calibration script; nothing in it is executed.

    Raises
    ------
    InputError
        The file cannot be read or parsed, has no steps, its facts are no literals, or it names products outside
        its own directory.
    """
    return _facts_of(path, _read(path))


# What lives on a terminal reads the same scripts every second, and parsing them is most of its work.
@lru_cache(maxsize=64)
def _facts_of(path: Path, data: bytes) -> CalibrationScript:
    tree = _parsed(path, data)
    facts = _literals(tree, path)
    blocks = _step_blocks(tree)
    if not blocks:
        raise InputError(
            "it has no steps (`mystep = n` followed by `if mystep in thesteps:`)",
            where=str(path),
            repair="make the script again with `almared plan`",
        )
    makes = {n: _names(facts["step_makes"], n, path=path) for n in blocks}
    known = {name for names in makes.values() for name in names}
    single = [_step(n, blocks[n], tree=tree, facts=facts, known=known, path=path) for n in sorted(blocks)]
    after = _after(sorted(blocks), facts["step_after"], path=path)
    steps = tuple(replace(step, after=after[step.number]) for step in single)
    made_with = {str(key): str(value) for key, value in facts["made_with"].items()}
    return CalibrationScript(path, steps, made_with, sha256_of(data))


def step_calls(script: CalibrationScript, number: int) -> tuple[WrittenCall, ...]:
    """Return the calls by name in the block of a step, in the order of the text.

    Raises
    ------
    InputError
        The script cannot be read.
    """
    return _calls(_step_blocks(_parsed(script.path, _read(script.path)))[number])


def _calls(block: ast.If) -> tuple[WrittenCall, ...]:
    calls = [node for statement in block.body for node in ast.walk(statement) if isinstance(node, ast.Call)]
    calls.sort(key=lambda call: (call.lineno, call.col_offset))
    return tuple(_written_call(call) for call in calls if _called(call))


def _scratch(block: ast.If) -> frozenset[str]:
    """Return what stands for the imaging weights of each cube of a step."""
    weights = (imaging_weights(call.name, call.arguments) for call in _calls(block))
    return frozenset(name for name in weights if name)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Name):
        return call.func.id
    is_of_module = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
    return cast(ast.Attribute, call.func).attr if is_of_module else ""


def _written_call(call: ast.Call) -> WrittenCall:
    arguments: dict[str, object] = {}
    unknown = [f"argument {n}" for n in range(1, len(call.args) + 1)]
    for keyword in call.keywords:
        try:
            arguments[keyword.arg or "**"] = ast.literal_eval(keyword.value)
        except ValueError:
            unknown.append(keyword.arg or "**")
    return WrittenCall(_called(call), arguments, tuple(unknown))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as fault:
        raise InputError(
            f"the script cannot be read ({fault.strerror})", where=str(path), repair="make it with `almared plan EB`"
        ) from fault


def _parsed(path: Path, data: bytes) -> ast.Module:
    try:
        return ast.parse(data)
    except (SyntaxError, ValueError) as fault:
        line = getattr(fault, "lineno", None)
        place = f"{path}, line {line}" if line else str(path)
        raise InputError(f"the script is no valid Python: {fault}", where=place, repair="correct the line") from fault


def _literals(tree: ast.Module, path: Path) -> dict[str, dict[object, object]]:
    facts: dict[str, dict[object, object]] = {name: {} for name in LITERALS}
    for node in tree.body:
        name = _assigned(node)
        if name in facts:
            facts[name] = _literal(cast(ast.Assign, node).value, name, path=path)
    return facts


def _literal(node: ast.expr, name: str, *, path: Path) -> dict[object, object]:
    try:
        value = ast.literal_eval(node)
    except ValueError as fault:
        raise InputError(f"{name} is no plain literal", where=f"{path}, line {node.lineno}") from fault
    if not isinstance(value, dict):
        raise InputError(f"{name} is no dictionary", where=f"{path}, line {node.lineno}")
    return value


def _assigned(node: ast.stmt) -> str:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
        return node.target.id
    return ""


def _step_blocks(tree: ast.Module) -> dict[int, ast.If]:
    blocks: dict[int, ast.If] = {}
    number: int | None = None
    for node in tree.body:
        if _assigned(node) == "mystep":
            value = cast(ast.Assign, node).value
            number = value.value if isinstance(value, ast.Constant) and isinstance(value.value, int) else None
        elif isinstance(node, ast.If) and number is not None and "thesteps" in _used_names(node.test):
            blocks[number] = node
            number = None
    return blocks


def _step(
    number: int,
    block: ast.If,
    *,
    tree: ast.Module,
    facts: Mapping[str, Mapping[object, object]],
    known: set[str],
    path: Path,
) -> ScriptStep:
    used = [*block.body, *_definitions(block, tree)]
    makes = _names(facts["step_makes"], number, path=path)
    flags = facts["step_flags"].get(number, {})
    text = "\n".join(_canonical(node) for node in used)
    return ScriptStep(
        number=number,
        title=str(facts["step_title"].get(number, f"step {number}")),
        makes=makes,
        changes=_names(facts["step_changes"], number, path=path),
        flags={str(k): str(v) for k, v in flags.items()} if isinstance(flags, dict) else {},
        reads=tuple(sorted((_strings(used) & known) - set(makes))),
        fingerprint=sha256_of(text),
        scratch=_scratch(block),
    )


def _canonical(node: object) -> str:
    """Return the abstract syntax as text that is the same for all Pythons: empty fields and places left out."""
    if isinstance(node, ast.JoinedStr):
        # Python 3.12 has empty texts in some f-strings where others have none.
        parts = (_canonical(part) for part in node.values)
        return f"JoinedStr[{','.join(part for part in parts if part != EMPTY_TEXT)}]"
    if isinstance(node, ast.AST):
        fields = ((name, value) for name, value in ast.iter_fields(node) if name != "ctx" and value not in (None, []))
        return f"{type(node).__name__}({','.join(f'{name}={_canonical(value)}' for name, value in fields)})"
    if isinstance(node, list):
        return f"[{','.join(_canonical(item) for item in node)}]"
    return repr(node)


def _definitions(block: ast.If, tree: ast.Module) -> list[ast.stmt]:
    """Return the functions and constants of the file that the block uses, directly or through others."""
    defined: dict[str, list[ast.stmt]] = {}
    for node in tree.body:
        name = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else _assigned(node)
        if name and name not in NOT_HASHED:
            defined.setdefault(name, []).append(node)
    wanted, seen = sorted(_used_names(*block.body)), set[str]()
    while wanted:
        name = wanted.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        wanted += sorted(_used_names(*defined[name]))
    return [node for name in sorted(seen) for node in defined[name]]


def _used_names(*nodes: ast.AST) -> set[str]:
    return {found.id for node in nodes for found in ast.walk(node) if isinstance(found, ast.Name)}


def _strings(nodes: Sequence[ast.stmt]) -> set[str]:
    return set(_string_constants(nodes))


def _string_constants(nodes: Sequence[ast.stmt]) -> Iterator[str]:
    for node in nodes:
        for found in ast.walk(node):
            if isinstance(found, ast.Constant) and isinstance(found.value, str):
                yield found.value


def _after(numbers: Sequence[int], table: Mapping[object, object], *, path: Path) -> dict[int, frozenset[int]]:
    """Return per step all on which it builds: those it names and theirs, else all before it."""
    after: dict[int, frozenset[int]] = {}
    for number in numbers:
        named = table.get(number, list(after))
        if not isinstance(named, list | tuple) or not set(named) <= set(after):
            raise InputError(f"step_after of step {number} is no list of earlier steps", where=str(path))
        after[number] = frozenset(named).union(*(after[before] for before in named))
    return after


def _names(table: Mapping[object, object], number: int, *, path: Path) -> tuple[str, ...]:
    names = table.get(number, [])
    if not isinstance(names, list | tuple):
        raise InputError(f"the products of step {number} are no list", where=str(path))
    return tuple(_inside(str(name), path) for name in names)


def _inside(name: str, path: Path) -> str:
    """Return the name when it stays inside the script's directory; what is named here may be removed."""
    pure = PurePosixPath(name)
    if not pure.parts or pure.is_absolute() or ".." in pure.parts or pure.parts[0] in (STATE_DIRECTORY, path.name):
        raise InputError(
            f"{name!r} cannot be a product: it must lie in the script's directory and be no part of its state",
            where=str(path),
            repair="correct step_makes or step_changes in the script",
        )
    return name
