"""Items of the report: each makes its figures and texts by itself, from what is known of an execution block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from almared.measure.calibrated_eb import CalibratedEb
from almared.records.report import ItemProducts, ReportFigure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 100


class EbContext(CalibratedEb):
    """A calibrated execution block, and where the items of its report draw and write.

    Parameters
    ----------
    directory : Path
        Where MS, tables and calibrated MS are.
    ms : str
        Name of the imported MS.
    out : Path
        Where figures and texts go.
    work : Path
        Where averages are kept and CASA works.
    uv_limit_m : float, m, optional
        Longest baseline of the targets' spectra; the usual one by default.
    """

    def __init__(self, directory: Path, ms: str, *, out: Path, work: Path, uv_limit_m: float | None = None) -> None:
        super().__init__(directory, ms, work=work, uv_limit_m=uv_limit_m)
        self.out = out

    def draw(self, file: str, draw: Callable[[Figure], object], *, caption: str, alt: str) -> ReportFigure:
        """Draw a figure and write it as PNG.

        Parameters
        ----------
        file : str
            Its name.
        draw : callable
            Draws on the figure it gets.
        caption, alt : str
            What is shown, and what one sees.
        """
        from matplotlib.figure import Figure

        figure = Figure(layout="constrained", dpi=DOTS_PER_INCH)
        draw(figure)
        self.out.mkdir(parents=True, exist_ok=True)
        figure.savefig(self.out / file)
        return ReportFigure(file, caption, alt)

    def write(self, file: str, text: str) -> str:
        """Write a text and return its name."""
        self.out.mkdir(parents=True, exist_ok=True)
        (self.out / file).write_text(text)
        return file


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the report.

    Parameters
    ----------
    key : str
        Its name, unique.
    title : str
        Above it.
    look_for : str
        What a reviewer looks for.
    files : tuple of str
        Traditional names of what it makes; pages after the first follow.
    make : callable
        Makes it; raises our errors where it cannot.
    part : int
        In which montage its figures are, 0 for none.
    place : int
        Where it stands on the page: items are sorted by it.
    """

    key: str
    title: str
    look_for: str
    files: Sequence[str]
    make: Callable[[EbContext], ItemProducts]
    part: int = 0
    place: int = 0
