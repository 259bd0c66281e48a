"""Numbers to the base of sixty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.basics.sexagesimal import parse_sexagesimal, sexagesimal_parts


@given(st.floats(0, 360), st.integers(1, 8))
def test_parts_are_read_as_the_number_they_were(value: float, digits: int) -> None:
    parts = sexagesimal_parts(value, digits=digits)
    assert parse_sexagesimal(":".join(parts)) == pytest.approx(value, abs=0.51 * 10.0**-digits / 3600 + 1e-12)
    assert int(parts[1]) < 60
    assert float(parts[2]) < 60


@pytest.mark.parametrize(
    ("text", "separator", "value"),
    [("06:02:12.5", ":", 6 + 2 / 60 + 12.5 / 3600), ("-28.10.30.5", ".", -(28 + 10 / 60 + 30.5 / 3600)),
     ("+00:00:36", ":", 0.01), ("-00:00:36.", ":", -0.01), (" 1:00:00 ", ":", 1.0)],
)  # fmt: skip
def test_signs_and_separators(text: str, separator: str, value: float) -> None:
    assert parse_sexagesimal(text, separator=separator) == pytest.approx(value, abs=1e-15)


@pytest.mark.parametrize("text", ["", "12", "12:30", "a:b:c", "12:30:", "1.5:00:00"])
def test_broken_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_sexagesimal(text)
