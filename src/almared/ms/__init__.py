"""MeasurementSets read with python-casacore: the facts, the rows of every table, and whether they open at all."""

from almared.ms.execution import read_execution_block

__all__ = ["read_execution_block"]
