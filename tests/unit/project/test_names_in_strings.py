"""Names of modules stand in imports, where tools that move code find them, and not in strings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import almared

NAME = re.compile(r"almared(\.\w+)+(:\w+)?\.?")


def test_no_module_of_ours_is_named_in_a_string() -> None:
    root = Path(almared.__file__).parent
    found = {f"{path.relative_to(root)}: {text}" for path in root.rglob("*.py") for text in names_in(path.read_text())}
    assert found == set()


def test_the_search_sees_what_it_looks_for() -> None:
    text = '"""See almared.run.child."""\nimport almared.run\nA = "almared.run.child"\nB = f"almared.items.{A}"\n'
    assert list(names_in(text)) == ["almared.run.child", "almared.items."]
    assert list(names_in('run("almared.engine.jobs:serve")\nsay("almared run EB")\n')) == ["almared.engine.jobs:serve"]


def names_in(text: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value):
            yield node.value
