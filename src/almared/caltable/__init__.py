"""CASA's calibration tables read with python-casacore."""

from almared.caltable.read import read_caltable
from almared.caltable.table import CalTable

__all__ = ["CalTable", "read_caltable"]
