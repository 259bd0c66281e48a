"""Text tables of the report: columns that line up, and headers that say what is in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np


def table_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows as lines whose columns line up: the first to the left, the others to the right."""
    lines = [list(header), *(list(row) for row in rows)]
    widths = [max(len(line[place]) for line in lines) for place in range(len(header))]
    return "\n".join(_line(line, widths) for line in lines) + "\n"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    parts = [cells[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=True))]
    return "  ".join(parts).rstrip()


def number_text(value: float, digits: int = 2) -> str:
    """Return a number with so many digits after the point; ``-`` where there is none."""
    return f"{value:.{digits}f}" if np.isfinite(value) else "-"


def quantity_text(value: float, unit: str) -> str:
    """Return a flux density (Jy) or rms with a prefix that suits it, such as ``0.145 mJy/beam``."""
    if not np.isfinite(value):
        return "-"
    for scale, prefix in ((1.0, ""), (1e-3, "m")):
        if abs(value) >= scale:
            return f"{value / scale:.3f} {prefix}{unit}"
    return f"{value / 1e-6:.1f} u{unit}"
