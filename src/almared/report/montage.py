"""The images of several items on one sheet each, for the delivery: ``<uid>__qa2_part1.png`` to part 4."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

COLUMNS, ROWS = 2, 3
"""Panels of a sheet (domain C.2: 2 by 3)."""

CELL = (1000, 760)
"""Width and height of a panel (pixels)."""

GAP = 16


def make_montages(out: Path, stem: str, *, figures: Mapping[str, tuple[int, Sequence[str]]]) -> tuple[Path, ...]:
    """Write a sheet per part, further ones (``part2b``) when six places do not do; return their paths.

    Parameters
    ----------
    out : Path
        Directory of the report.
    stem : str
        Uid as a file name.
    figures : mapping of str to tuple
        Per item its part (0 for none) and its figures.
    """
    for old in out.glob(f"{stem}__qa2_part*.png"):
        old.unlink()
    parts = sorted({part for part, files in figures.values() if part and files})
    sheets = []
    for part in parts:
        files = [file for number, names in figures.values() if number == part for file in names]
        for place in range(0, len(files), COLUMNS * ROWS):
            letter = "" if place == 0 else "bcdefghijklmnopqrstuvwxyz"[place // (COLUMNS * ROWS) - 1]
            path = out / f"{stem}__qa2_part{part}{letter}.png"
            _sheet([out / name for name in files[place : place + COLUMNS * ROWS]]).save(path)
            sheets.append(path)
    return tuple(sheets)


def _sheet(files: Sequence[Path]) -> Image:
    from PIL import Image

    rows = -(-len(files) // COLUMNS)
    width, height = (CELL[n] * count + GAP * (count + 1) for n, count in ((0, COLUMNS), (1, rows)))
    sheet = Image.new("RGB", (width, height), "white")
    for number, file in enumerate(files):
        with Image.open(file) as opened:
            panel = opened.convert("RGB")
        scale = min(CELL[0] / panel.width, CELL[1] / panel.height)
        panel = panel.resize((round(panel.width * scale), round(panel.height * scale)), Image.Resampling.LANCZOS)
        column, row = number % COLUMNS, number // COLUMNS
        left = GAP + column * (CELL[0] + GAP) + (CELL[0] - panel.width) // 2
        top = GAP + row * (CELL[1] + GAP) + (CELL[1] - panel.height) // 2
        sheet.paste(panel, (left, top))
    return sheet
