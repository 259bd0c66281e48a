"""The measures data that CASA uses here: where they are (`place`), and what their tables know (`tables`).

CASA has to be loaded before python-casacore (docs/decisions/002), so what only asks where they are does not load it.
"""

from almared.formats.measures.place import Measures, casadata_path, measures_in_use, measures_root

__all__ = ["Measures", "casadata_path", "measures_in_use", "measures_root"]
