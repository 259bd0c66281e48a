"""Make CASA usable in this process without files of the user (architecture, facts about CASA)."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from almared.formats.measures import Measures, casadata_path, measures_in_use


def configure_casa(log_file: Path) -> None:
    """Configure CASA in this process; call it before the first import of casatools.

    Parameters
    ----------
    log_file : Path
        CASA's log file of this process.

    Raises
    ------
    EnvironmentFaultError
        casadata is not installed, or the imported measures are gone.

    Notes
    -----
    The measures are those in use (`almared.formats.measures`); all other data are those of casadata.
    """
    config = untouched_configuration()
    used = measures_in_use()
    config.datapath = data_paths(used)
    config.measurespath = str(used.path)
    config.rundata = str(casadata_path())
    config.data_auto_update = False
    config.measures_auto_update = False
    config.logfile = os.fspath(log_file)
    config.log2term = False
    config.nologger = True
    config.nogui = True
    config.telemetry_enabled = False
    config.crashreporter_enabled = False
    config.user_site = False


def data_paths(used: Measures) -> list[str]:
    """Return where CASA looks for its data: first where the measures in use are, then in casadata."""
    return list(dict.fromkeys((str(used.path), str(casadata_path()))))


def casa_environment() -> dict[str, str]:
    """Return the environment for a process that loads CASA.

    Idle OpenMP threads sleep, unless the user sets otherwise: by default they spin, and take
    processor time from other processes. Measured with two execution blocks on two processors: 18.5 s in
    place of 26.3 s in parallel, 27.2 s in place of 30.8 s one after the other. Results do not depend on it.
    """
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONOPTIMIZE"}
    return {"OMP_WAIT_POLICY": "passive", **kept}


def untouched_configuration() -> Any:
    """Return CASA's configuration without the files of the user and the site.

    casaconfig executes those on import, unless the command line of the process forbids it.
    """
    arguments = sys.argv
    sys.argv = [*arguments[:1], "--noconfig", "--nositeconfig"]
    try:
        from casaconfig import config
    finally:
        sys.argv = arguments
    return config


def site_configuration(log_file: str) -> str:
    """Return the text of a CASA site configuration (for CASASITECONFIG) equal to `configure_casa`."""
    used, data = measures_in_use(), str(casadata_path())
    return (
        f"datapath = {data_paths(used)!r}\nmeasurespath = {str(used.path)!r}\nrundata = {data!r}\n"
        "data_auto_update = False\nmeasures_auto_update = False\n"
        f"logfile = {log_file!r}\nlog2term = False\nnologger = True\nnogui = True\n"
        "telemetry_enabled = False\ncrashreporter_enabled = False\n"
    )
