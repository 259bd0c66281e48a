"""ASDMs read without CASA: tables, facts, and one clear error for broken or foreign data."""

from almared.formats.asdm.execution import read_execution_block
from almared.formats.asdm.expected import expected_rows
from almared.formats.asdm.tables import AsdmTables, open_tables

__all__ = ["AsdmTables", "expected_rows", "open_tables", "read_execution_block"]
