"""The facts of an execution block, read from its ASDM without CASA."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from almared.errors import AsdmError, InputError
from almared.formats.asdm.bulk import has_binary_data
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.numbering import seconds
from almared.formats.asdm.positions import read_antennas
from almared.formats.asdm.records import read_online_flags, read_pwv, read_tsys, read_weather
from almared.formats.asdm.scans import MainRow, read_main, read_scans
from almared.formats.asdm.schema import REQUIRED_TABLES
from almared.formats.asdm.sky import read_fields, read_sources
from almared.formats.asdm.spectral import Configuration, correlator_name, read_configurations, read_windows
from almared.formats.asdm.tables import AsdmTables, Row, open_tables
from almared.model import ExecutionBlock, assign_roles
from almared.model.execution import TELESCOPE
from almared.names import Uid


def read_execution_block(path: Path) -> ExecutionBlock:
    """Return the facts of an ASDM.

    Every table that importasdm needs is read and checked; of the others, those with facts for the plan. The
    binary data files are looked at (first and last bytes, size), not read.

    Parameters
    ----------
    path : Path
        The directory of the ASDM.

    Raises
    ------
    AsdmError
        It is not the ASDM of an ALMA interferometric execution block, or it is broken or not trustworthy.

    References
    ----------
    asdm-facts 1 and 2: importasdm drops the rest of a table at the first bad value and carries on.
    """
    tables = open_tables(path)
    block = _exec_block(tables)
    _check_tables(tables)
    configurations = read_configurations(tables)
    main = read_main(tables, configurations)
    _check_interferometric(tables, main, configurations=configurations)
    antennas = read_antennas(tables)
    scans = read_scans(tables, main)
    uid = _uid(tables, block)
    return ExecutionBlock(
        uid=str(uid),
        name=uid.file_name,
        telescope=block["telescopeName"],
        array_name=block.get("arrayName", block["configName"]),
        correlator=correlator_name(tables),
        project_uid=block["projectUID"],
        sb_uid=tables.rows("SBSummary")[0]["sbSummaryUID"],
        observer=block["observerName"],
        start_mjd_s=seconds(block["startTime"]),
        end_mjd_s=seconds(block["endTime"]),
        antennas=antennas,
        fields=read_fields(tables),
        sources=read_sources(tables),
        spws=assign_roles(read_windows(tables, configurations), scans),
        scans=scans,
        tsys=read_tsys(tables),
        online_flags=read_online_flags(tables, antennas),
        pwv=read_pwv(tables),
        weather=read_weather(tables),
        has_binary_data=has_binary_data(path, main),
        raw_bytes=sum(row.block.data_size for row in main),
    )


def _exec_block(tables: AsdmTables) -> Row:
    """Return the one row of ExecBlock; foreign data are refused here first."""
    where = str(tables.path / "ExecBlock.xml")
    rows = tables.rows("ExecBlock")
    telescopes = sorted({row["telescopeName"] for row in rows})
    if rows and telescopes != [TELESCOPE]:
        raise AsdmError(
            f"the data are from {', '.join(telescopes)}, not from ALMA",
            where=where,
            repair="almared calibrates ALMA execution blocks only",
            telescopes=telescopes,
        )
    if len(rows) != 1:
        raise AsdmError(
            f"it holds {len(rows)} execution blocks",
            where=where,
            repair="almared calibrates one execution block at a time; ASDMs from the archive hold one",
        )
    return rows[0]


def _check_tables(tables: AsdmTables) -> None:
    missing = [name for name in REQUIRED_TABLES if not tables.declared.get(name)]
    if missing:
        raise AsdmError(
            f"it has no rows of {', '.join(missing)}",
            where=str(tables.path / "ASDM.xml"),
            repair="CASA cannot make an MS without them; " + COPY_ASDM,
            tables=missing,
        )
    for name in tables.declared:
        tables.check_count(name)
    for name in ("State", "SwitchCycle", "Feed", "Receiver"):
        tables.rows(name)


def _check_interferometric(
    tables: AsdmTables, main: Sequence[MainRow], *, configurations: Sequence[Configuration]
) -> None:
    if not any(configurations[row.configuration_id].has_crosses for row in main):
        raise AsdmError(
            "it holds no cross-correlations: this is a single-dish (total-power) execution block",
            where=str(tables.path / "ConfigDescription.xml"),
            repair="almared calibrates interferometric data; single-dish data have their own scripts",
        )


def _uid(tables: AsdmTables, block: Row) -> Uid:
    try:
        return Uid.parse(block["execBlockUID"])
    except InputError as error:
        raise AsdmError(
            f"the execution block has an invalid unique id, {block['execBlockUID']!r}",
            where=str(tables.path / "ExecBlock.xml"),
            repair=COPY_ASDM,
        ) from error
