"""Writes the tables of an ASDM from the facts of an execution block and the records along with the data.

References
----------
asdm-facts.md sections 1, 2, 5 to 7: what CASA's importasdm requires of each table.
"""

from __future__ import annotations

from pathlib import Path

from almared.formats.asdm.write.tables import TableForm, write_tables
from almared.simulate.asdm.array import array_tables
from almared.simulate.asdm.calibration import calibration_tables
from almared.simulate.asdm.execution import execution_tables
from almared.simulate.asdm.setup import make_setup
from almared.simulate.asdm.sky import sky_tables
from almared.simulate.asdm.spectral import spectral_tables
from almared.simulate.observe.contents import AsdmContents

BINARY_DATA = "ASDMBinary"


def write_asdm_metadata(contents: AsdmContents, directory: Path) -> None:
    """Write all tables of an ASDM; the binary data are written elsewhere.

    Parameters
    ----------
    contents : AsdmContents
        The facts and rows. The same contents give the same bytes.
    directory : Path
        The ASDM: a directory; made if missing.

    Raises
    ------
    ScenarioError
        A value cannot be written so that CASA reads it: not finite, an unknown intent, a unique id that is
        not hexadecimal, ids that do not count from 0.
    """
    setup = make_setup(contents.eb)
    tables = (
        *execution_tables(setup, contents.mous_uid or contents.eb.uid),
        *spectral_tables(setup),
        *array_tables(contents),
        *sky_tables(contents),
        *calibration_tables(contents),
    )
    created = contents.array_time_mjd_s or contents.eb.end_mjd_s
    form = TableForm(contents.eb.uid, created, contents.binary_tables, contents.big_endian)
    directory.mkdir(parents=True, exist_ok=True)
    write_tables(tables, directory, form=form)


def binary_data_path(directory: Path, data_uid: str) -> Path:
    """Return the path of a binary data file in the ASDM, after making its directory.

    Parameters
    ----------
    directory : Path
        The ASDM.
    data_uid : str
        ``Main.dataUID``.
    """
    folder = directory / BINARY_DATA
    folder.mkdir(parents=True, exist_ok=True)
    return folder / data_uid.replace(":", "_").replace("/", "_")
