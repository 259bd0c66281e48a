"""The comparison on which the tests of kills rest sees every kind of difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import makearrcoldesc, makescacoldesc, maketabdesc, table
from comparison import differences_of_products, differences_of_tables


def make(path: Path) -> Path:
    columns = (makescacoldesc("TIME", 0.0), makearrcoldesc("DATA", 0j, ndim=2), makescacoldesc("NAME", ""))
    with table(str(path), maketabdesc(columns), nrow=3, ack=False) as tab:
        tab.putcol("TIME", np.array([1.0, np.nan, 3.0]))
        for row in range(3):
            tab.putcell("DATA", row, np.full((2, 3 + row), 1 + 2j))
        with table(str(path / "ANTENNA"), maketabdesc(columns[2:]), nrow=1, ack=False) as antenna:
            antenna.putcell("NAME", 0, "DA41")
            tab.putkeyword("ANTENNA", antenna)
    return path


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
    return make(tmp_path / "one" / "a.ms"), make(tmp_path / "other" / "a.ms")


def changed(path: Path, change: Callable[[Any], object]) -> None:
    with table(str(path), readonly=False, ack=False) as tab:
        change(tab)


def test_equal_tables_with_nan_and_ragged_cells_are_equal(pair: tuple[Path, Path]) -> None:
    assert differences_of_tables(*pair) == []
    assert differences_of_products(pair[0].parent, pair[1].parent) == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda tab: tab.putcell("TIME", 0, 1.5), "column TIME differs in 33.33%, by at most 0.5"),
        (lambda tab: tab.putcell("DATA", 2, np.full((2, 5), 1 + 2.0001j)), "column DATA differs"),
        (lambda tab: tab.putcell("NAME", 1, "x"), "column NAME differs"),
        (lambda tab: tab.addrows(1), "3 rows and 4 rows"),
        (lambda tab: tab.removecols(["NAME"]), "column NAME is in one only"),
        (lambda tab: tab.removekeyword("ANTENNA"), "subtables ['ANTENNA'] are in one only"),
    ],
)
def test_each_difference_is_told(pair: tuple[Path, Path], change: Callable[[Any], object], words: str) -> None:
    changed(pair[1], change)
    assert any(words in text for text in differences_of_tables(*pair)), differences_of_tables(*pair)


def test_differences_of_subtables_are_told(pair: tuple[Path, Path]) -> None:
    changed(pair[1] / "ANTENNA", lambda tab: tab.putcell("NAME", 0, "DA42"))
    assert differences_of_tables(*pair) == ["ANTENNA: column NAME differs"]
    assert differences_of_tables(*pair, without=["ANTENNA"]) == []


def test_missing_products_and_flag_versions_are_told(pair: tuple[Path, Path]) -> None:
    for path in pair:
        versions = path.parent / "a.ms.flagversions"
        versions.mkdir()
        make(versions / "flags.Original")
        (versions / "FLAG_VERSION_LIST").write_text("Original : \n")
    places = (pair[0].parent, pair[1].parent)
    assert differences_of_products(*places) == []
    changed(pair[1].parent / "a.ms.flagversions" / "flags.Original", lambda tab: tab.putcell("TIME", 2, 9.0))
    (pair[1].parent / "a.ms.flagversions" / "FLAG_VERSION_LIST").write_text("Other : \n")
    make(pair[0].parent / "a.ms.split")
    found = differences_of_products(*places)
    assert "a.ms.split is in one only" in found
    assert any("flags.Original: column TIME" in text for text in found)
    assert any("'Other : ' is listed in one only" in text for text in found)
