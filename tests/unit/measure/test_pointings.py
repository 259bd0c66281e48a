"""What the report says of a quick image that shows one pointing of a mosaic."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from almared.measure import quicklook
from almared.measure.quicklook import pointing_text


@dataclass(frozen=True)
class Pointing:
    id: int


class Observed:
    """An execution block of so many pointings, and a field of the target that was not observed on it."""

    def __init__(self, n_pointings: int) -> None:
        self.pointings = tuple(range(4, 4 + n_pointings))

    def field_ids_with(self, _intent: object) -> tuple[int, ...]:
        return self.pointings


@pytest.mark.parametrize(("n_pointings", "told"), [(1, ""), (7, "One of 7 pointings, field 4")])
def test_one_pointing_of_several_is_told(n_pointings: int, told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    eb = Observed(n_pointings)
    fields = [Pointing(i) for i in (*eb.pointings, 99)]
    monkeypatch.setattr(quicklook, "fields_of_source", lambda *_: fields)
    said = pointing_text(eb, 4)  # type: ignore[arg-type]
    assert told in said
    assert bool(said) is (n_pointings > 1)
