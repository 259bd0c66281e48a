"""Items of the report: each makes its figures and texts by itself, from what is known of an execution block."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from almared.errors import InputError
from almared.formats.caltable import CalTable, read_caltable
from almared.formats.ms import read_execution_block
from almared.heuristics.calibrators import PhaseGroup, choose_phase_association
from almared.model import ExecutionBlock
from almared.names import Products
from almared.report.averages import Averages
from almared.report.shared import averages_of, wanted_averages

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DOTS_PER_INCH = 100

TABLES_WITH_REFANT = ("phase_int", "phase_inf", "bandpass")


@dataclass(frozen=True, slots=True)
class FigureMade:
    """A figure that was written.

    Parameters
    ----------
    file : str
        Its name in the directory of the report.
    caption : str
        What is shown.
    alt : str
        What one sees on it, in words and numbers.
    """

    file: str
    caption: str
    alt: str


@dataclass(frozen=True, slots=True)
class Made:
    """What an item made.

    Parameters
    ----------
    figures : tuple of FigureMade
        Figures that were written.
    texts : tuple of str
        Names of the texts that were written.
    warnings : tuple of str
        What the reducer should look at.
    numbers : mapping of str to float
        Measured numbers for programs, by name with unit; what could not be measured is left out.
    """

    figures: tuple[FigureMade, ...] = ()
    texts: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # JSON knows no NaN.
        object.__setattr__(self, "numbers", {name: v for name, v in self.numbers.items() if math.isfinite(v)})


class EbContext:
    """What is known of a calibrated execution block; read when first asked for, and shared by the items.

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
        self.directory, self.out, self.work, self.uv_limit_m = directory, out, work, uv_limit_m
        self.products = Products(ms)

    @cached_property
    def eb(self) -> ExecutionBlock:
        """The facts of the execution block."""
        return read_execution_block(self.path(self.products.ms))

    @cached_property
    def groups(self) -> tuple[PhaseGroup, ...]:
        """Which phase calibrator serves which sources."""
        return choose_phase_association(self.eb).value

    @cached_property
    def refant(self) -> str:
        """The reference antenna that the calibration used, read from its tables."""
        found: Counter[str] = Counter()
        for suffix in TABLES_WITH_REFANT:
            if (self.directory / self.products.of_split(suffix)).exists():
                table = self.table(self.products.of_split(suffix))
                found.update(table.antenna_names[n] for n in table.antenna2 if n >= 0)
        if not found:
            raise InputError(
                "no table tells the reference antenna", where=str(self.directory), repair="run the calibration"
            )
        return found.most_common(1)[0][0]

    def path(self, name: str) -> Path:
        """Return the path of a product.

        Raises
        ------
        InputError
            It is not there.
        """
        place = self.directory / name
        if not place.exists():
            raise InputError(f"{name} is not there", where=str(self.directory), repair="run the calibration")
        return place

    def first_of(self, *names: str) -> str:
        """Return the first of some products that is there.

        Raises
        ------
        InputError
            None is there.
        """
        found = next((name for name in names if (self.directory / name).exists()), None)
        if found is None:
            raise InputError(f"none of {', '.join(names)} is there", where=str(self.directory))
        return found

    def table(self, name: str) -> CalTable:
        """Return a calibration table."""
        return read_caltable(self.path(name))

    def averages(self, *field_ids: int) -> tuple[Averages, ...]:
        """Return the averaged visibilities of fields; all fields are read at the first call, and kept on disk."""
        name = self.first_of(self.products.split, self.products.calibrated)
        wanted = wanted_averages(self.eb, self.uv_limit_m)
        return tuple(one for one in averages_of(self.path(name), wanted, work=self.work) if one.field_id in field_ids)

    def draw(self, file: str, draw: Callable[[Figure], object], *, caption: str, alt: str) -> FigureMade:
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
        return FigureMade(file, caption, alt)

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
    """

    key: str
    title: str
    look_for: str
    files: Sequence[str]
    make: Callable[[EbContext], Made]
    part: int = 0
