"""CASA's calibration tables read with python-casacore."""

from almared.formats.caltable.read import read_caltable
from almared.formats.caltable.table import CalTable

__all__ = ["CalTable", "read_caltable"]
