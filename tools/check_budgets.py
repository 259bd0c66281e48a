"""Hold the budgets of CONTRIBUTING: sizes of functions, classes and modules, parameters, module names."""

from __future__ import annotations

import ast
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path

MEDIAN, MOST_OF_90, MOST = 10, 35, 60
MODULE, CLASS, PARAMETERS = 500, 250, 6
PLAIN, POSITIONAL = 2, 2
"""Parameters are keyword-only after two where their meaning is not plain; without keywords never more than four."""
FORBIDDEN = {"utils", "helpers", "common", "misc", "manager", "handler", "util", "helper"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


def body_lines(node: Function) -> int:
    """Lines of the body without the docstring."""
    body = node.body[1:] if ast.get_docstring(node) is not None else node.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def functions(tree: ast.AST) -> Iterator[Function]:
    for node in ast.walk(tree):
        if isinstance(node, Function):
            yield node


def faults_of(path: Path, tree: ast.Module, text: str) -> Iterator[str]:
    lines = text.count("\n")
    if lines > MODULE:
        yield f"{path}: {lines} lines, at most {MODULE}"
    if set(path.stem.split("_")) & FORBIDDEN:
        yield f"{path}: a module name that says nothing"
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and (node.end_lineno or 0) - node.lineno + 1 > CLASS:
            yield f"{path}:{node.lineno}: class {node.name} is longer than {CLASS} lines"
    for node in functions(tree):
        yield from faults_of_function(path, node)


def faults_of_function(path: Path, node: Function) -> Iterator[str]:
    where = f"{path}:{node.lineno}: {node.name}"
    if body_lines(node) > MOST:
        yield f"{where} has {body_lines(node)} lines, at most {MOST}"
    every = len(parameters(node)) + len(node.args.kwonlyargs)
    if every > PARAMETERS:
        yield f"{where} has {every} parameters, at most {PARAMETERS}"
    # The functions that scripts carry are called by people too.
    if positional(node) > POSITIONAL and "parts" not in path.parts:
        yield f"{where} takes {positional(node)} parameters without their names, at most {POSITIONAL}"


def positional(node: Function) -> int:
    """Number of parameters that can be given without their name; none counts where others fix the signature."""
    is_fixed = node.name.startswith("__") and node.name != "__init__"
    # Compiled functions take no keywords.
    is_compiled = any("njit" in ast.unparse(decorator) for decorator in node.decorator_list)
    if is_fixed or is_compiled or node.args.vararg:
        return 0
    return len(parameters(node))


def parameters(node: Function) -> list[str]:
    """Names of the parameters that are not keyword-only."""
    return [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in {"self", "cls"}]


def main(root: str) -> int:
    sizes: list[int] = []
    faults: list[str] = []
    many = 0
    for path in sorted(Path(root).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        sizes += [body_lines(f) for f in functions(tree)]
        many += sum(positional(f) > PLAIN for f in functions(tree))
        faults += faults_of(path, tree, text)
    under = sum(size < MOST_OF_90 for size in sizes) / len(sizes)
    median = statistics.median(sizes)
    if median > MEDIAN:
        faults.append(f"the median function has {median} lines, at most {MEDIAN}")
    if under < 0.9:
        faults.append(f"only {under:.1%} of the functions are under {MOST_OF_90} lines")
    print("\n".join(faults))
    print(f"{len(sizes)} functions, median {median:g} lines, {under:.1%} under {MOST_OF_90}, longest {max(sizes)}")
    print(f"{many} take more than {PLAIN} parameters without their names")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
