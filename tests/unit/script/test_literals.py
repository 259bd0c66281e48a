"""Literals and comments of scripts: true to their value, plain ASCII, stable under ruff."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
import tokenize

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from almared.errors import PlanError
from almared.script.comments import comment_lines, safe_line
from almared.script.literals import WIDTH, render_text, render_value

HOSTILE = (
    '"]; import os; os.system("x")\n#',
    "it's",
    'say "no"',
    "both ' and \"",
    "back\\slash'",
    "\\'",
    "\u202egnitirw",
    "a\u2028b\x0cc\x00d\r",
    "Straße \N{GREEK SMALL LETTER ALPHA}",
    "# fmt: off",
    "{braces} %s",
)

texts = st.text(max_size=60) | st.sampled_from(HOSTILE)
numbers = st.integers(-(10**12), 10**12) | st.floats(allow_nan=False, allow_infinity=False)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=6).map(tuple) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=25,
)


def as_lists(value: object) -> object:
    """The script writes tuples as lists."""
    if isinstance(value, tuple):
        return [as_lists(item) for item in value]
    if isinstance(value, dict):
        return {key: as_lists(item) for key, item in value.items()}
    return value


def ruff_formatted(text: str) -> str:
    order = [sys.executable, "-m", "ruff", "format", "--isolated", "--line-length", str(WIDTH), "-"]
    done = subprocess.run(order, input=text, capture_output=True, text=True, check=True)
    return done.stdout


@given(texts)
def test_text_comes_back_and_is_one_ascii_line(text: str) -> None:
    literal = render_text(text)
    assert ast.literal_eval(literal) == text
    assert literal.isascii()
    assert literal.isprintable()


@given(values)
def test_value_comes_back(value: object) -> None:
    assert ast.literal_eval(render_value(value)) == as_lists(value)


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
@given(st.lists(values, min_size=30, max_size=60))
def test_layout_is_what_ruff_makes(several: list[object]) -> None:
    text = "".join(f"x{n} = {render_value(v, used=len(f'x{n} = '))}\n" for n, v in enumerate(several))
    assert ruff_formatted(text) == text


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"bytes", {1, 2}, [float("nan")]])
def test_what_is_no_literal_is_refused(value: object) -> None:
    with pytest.raises(PlanError):
        render_value(value)


@given(texts)
def test_comment_stays_a_comment(text: str) -> None:
    lines = comment_lines(text, indent=4)
    made = "if True:\n" + "".join(f"{line}\n" for line in lines) + "    pass\n"
    kinds = [t.type for t in tokenize.generate_tokens(io.StringIO(made).readline)]
    assert kinds.count(tokenize.COMMENT) == len(lines)
    assert len(ast.parse(made).body) == 1
    assert all(len(line) <= WIDTH and line.isascii() and line.isprintable() for line in lines)


def test_line_of_a_comment_shows_what_cannot_be_seen() -> None:
    assert safe_line("a\nb\u202ec\u2028d") == "a b\\u202ec\\u2028d"
