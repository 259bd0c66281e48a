"""One look at a calibrated execution block: facts, tables and averages, read once and shared."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from pathlib import Path

from almared.errors import InputError
from almared.formats.caltable import CalTable, read_caltable
from almared.formats.ms import read_execution_block
from almared.heuristics.calibration.calibrators import PhaseGroup, choose_phase_association
from almared.measure.averages import Averages
from almared.measure.shared import averages_of, wanted_averages
from almared.model import ExecutionBlock
from almared.names import Products

TABLES_WITH_REFANT = ("phase_int", "phase_inf", "bandpass")


class CalibratedEb:
    """A calibrated execution block on disk; each part is read when first asked for, and kept.

    Parameters
    ----------
    directory : Path
        Where MS, tables and calibrated MS are.
    ms : str
        Name of the imported MS.
    work : Path
        Where averages are kept and CASA works.
    uv_limit_m : float, m, optional
        Longest baseline of the targets' spectra; the usual one by default.
    """

    def __init__(self, directory: Path, ms: str, *, work: Path, uv_limit_m: float | None = None) -> None:
        self.directory, self.work, self.uv_limit_m = directory, work, uv_limit_m
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
                "no table has the reference antenna", where=str(self.directory), repair="run the calibration"
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
