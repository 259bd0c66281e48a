"""Check by row counts that importasdm kept everything, since it drops rows without an error (asdm-facts 1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from almared.formats.ms.probe import MAIN, table_rows

KEPT_AS_IS = "ASDM_"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """A table of the MeasurementSet whose number of rows differs from the ASDM's.

    Parameters
    ----------
    table : str
        Table of the MeasurementSet.
    expected : int
        Rows expected from the ASDM.
    found : int
        Rows in the MeasurementSet.
    """

    table: str
    expected: int
    found: int

    @property
    def is_loss(self) -> bool:
        """Whether rows are missing."""
        return self.found < self.expected

    def text(self) -> str:
        """Return a sentence for the user."""
        what = "visibility rows" if self.table == MAIN else f"rows of {self.table}"
        return f"the ASDM has {self.expected} {what} and the MeasurementSet has {self.found}"


def compare_after_import(expected: Mapping[str, int], ms: Path) -> tuple[Discrepancy, ...]:
    """Return the tables whose number of rows differs from the ASDM; empty when all is complete.

    Parameters
    ----------
    expected : mapping of str to int
        Rows by table of the MeasurementSet (`almared.formats.asdm.expected_rows`). Tables that importasdm was not
        asked to keep (``ASDM_...``) do not count.
    ms : Path
        The MeasurementSet.

    Raises
    ------
    MeasurementSetError
        It cannot be read.
    """
    found = table_rows(ms)
    return tuple(
        Discrepancy(table, n, found.get(table, 0))
        for table, n in sorted(expected.items())
        if found.get(table, 0) != n and not (table.startswith(KEPT_AS_IS) and table not in found)
    )
