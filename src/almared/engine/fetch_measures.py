"""Fetches measures from the network, by CASA's own casaconfig."""

from __future__ import annotations

import io
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from almared.engine.configure import untouched_configuration
from almared.errors import EnvironmentFaultError

REPAIR = "fetch WSRT_Measures_*.ztar on another machine, then `almared measures --import FILE`"


def fetch_measures(place: Path) -> None:
    """Put the newest measures of the servers that casaconfig knows into a directory that is not there yet.

    Parameters
    ----------
    place : Path
        The directory.

    Raises
    ------
    EnvironmentFaultError
        There is no network, or no server answers as it should.
    """
    untouched_configuration()
    import casaconfig

    try:
        # By force, since the directory is empty. What it prints is in the error that it raises.
        with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
            casaconfig.measures_update(path=str(place), force=True, verbose=0)
    except casaconfig.NoNetwork as fault:
        raise EnvironmentFaultError("there is no network, so nothing was updated", repair=REPAIR) from fault
    # casaconfig passes on whatever its server, its lock and tarfile raise.
    except Exception as fault:
        raise EnvironmentFaultError(
            f"casaconfig could not fetch the measures: {type(fault).__name__}: {fault}", repair=REPAIR
        ) from fault
    if not place.is_dir() or not any(place.iterdir()):
        raise EnvironmentFaultError("casaconfig fetched nothing", repair=REPAIR)
