"""MeasurementSets read with python-casacore: the facts, the rows of every table, and a check that they open."""

from almared.formats.ms.execution import read_execution_block
from almared.formats.ms.imported import Discrepancy, compare_after_import
from almared.formats.ms.probe import count_rows_and_columns, table_rows

__all__ = ["Discrepancy", "compare_after_import", "count_rows_and_columns", "read_execution_block", "table_rows"]
