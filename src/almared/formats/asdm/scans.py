"""Scans, subscans and data blocks of an ASDM."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass

from almared.errors import AsdmError
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.numbering import seconds, valid_number
from almared.formats.asdm.spectral import Configuration
from almared.formats.asdm.tables import AsdmTables, Row
from almared.model import DataBlock, Scan, Subscan
from almared.model.scan import MICROSECOND_DIGITS

DATA_UID = re.compile(r"uid://[A-Za-z0-9]+/X[0-9A-Fa-f]+/X[0-9A-Fa-f]+")
"""The only form that CASA reads; it cannot name a path outside ASDMBinary."""

Key = tuple[int, int]
"""Scan and subscan number."""


@dataclass(frozen=True, slots=True)
class MainRow:
    """A row of Main, checked.

    Parameters
    ----------
    number : int
        Row number.
    key : tuple of int
        Scan and subscan number.
    field_id : int
        The field.
    configuration_id : int
        The row of ConfigDescription.
    block : DataBlock
        What was written.
    time_mjd_s, interval_s : float, s
        Middle and length, MJD seconds UTC.
    """

    number: int
    key: Key
    field_id: int
    configuration_id: int
    block: DataBlock
    time_mjd_s: float
    interval_s: float


def read_main(tables: AsdmTables, configurations: Sequence[Configuration]) -> tuple[MainRow, ...]:
    """Return the rows of Main.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    configurations : sequence of Configuration
        Rows of ConfigDescription.

    Raises
    ------
    AsdmError
        A row is broken, refers to a missing row, or names a binary file in an unsafe form.
    """
    n_fields = tables.declared.get("Field", 0)
    return tuple(
        _main_row(n, row, configurations=configurations, n_fields=n_fields, where=f"{tables.path}/Main.xml, row {n}")
        for n, row in enumerate(tables.rows("Main"))
    )


def read_scans(tables: AsdmTables, main: Sequence[MainRow]) -> tuple[Scan, ...]:
    """Return the scans that hold data, in order of number.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    main : sequence of MainRow
        Rows of Main.

    Raises
    ------
    AsdmError
        Scan or Subscan is broken, or Main has data of a scan or subscan that they do not have.
    """
    by_key: dict[Key, list[MainRow]] = defaultdict(list)
    for row in main:
        by_key[row.key].append(row)
    recorded = {(row["scanNumber"], row["subscanNumber"]): row for row in tables.rows("Subscan")}
    _check_known(by_key, recorded, where=f"{tables.path}/Subscan.xml", what="subscan")
    scans = {row["scanNumber"]: row for row in tables.rows("Scan")}
    used = sorted({scan for scan, _ in by_key})
    _check_known(used, scans, where=f"{tables.path}/Scan.xml", what="scan")
    return tuple(_scan(scans[number], by_key, recorded=recorded) for number in used)


def in_order(blocks: Sequence[DataBlock]) -> tuple[DataBlock, ...]:
    """Return the data blocks of a subscan in order of their spectral windows."""
    return tuple(sorted(blocks, key=lambda block: block.spw_ids))


def _check_known(wanted: Iterable[object], there: Container[object], *, what: str, where: str) -> None:
    for number in wanted:
        if number not in there:
            raise AsdmError(
                f"Main has data of {what} {number}, which the table does not have", where=where, repair=COPY_ASDM
            )


def _main_row(number: int, row: Row, *, configurations: Sequence[Configuration], n_fields: int, where: str) -> MainRow:
    configuration_id = valid_number(row["configDescriptionId"], len(configurations), where=where)
    configuration = configurations[configuration_id]
    n_integrations, uid = row["numIntegration"], row["dataUID"].strip()
    if not DATA_UID.fullmatch(uid):
        raise AsdmError(
            f"dataUID {uid!r} is not a unique id of binary data",
            where=where,
            repair="CASA would not read it, and it could point outside ASDMBinary; " + COPY_ASDM,
        )
    if n_integrations < 1 or row["interval"] <= 0 or row["dataSize"] < 0:
        raise AsdmError("the row announces no integrations, no time or a negative size", where=where, repair=COPY_ASDM)
    block = DataBlock(
        spw_ids=configuration.spw_ids,
        processor=configuration.processor,
        n_integrations=n_integrations,
        integration_s=round(seconds(row["interval"]) / n_integrations, MICROSECOND_DIGITS),
        n_antennas=row["numAntenna"],
        data_uid=uid,
        data_size=row["dataSize"],
    )
    return MainRow(
        number=number,
        key=(row["scanNumber"], row["subscanNumber"]),
        field_id=valid_number(row["fieldId"], n_fields, where=where),
        configuration_id=configuration_id,
        block=block,
        time_mjd_s=seconds(row["time"]),
        interval_s=seconds(row["interval"]),
    )


def _scan(row: Row, by_key: Mapping[Key, list[MainRow]], *, recorded: Mapping[Key, Row]) -> Scan:
    number = row["scanNumber"]
    subscans = (_subscan(key, by_key[key], recorded=recorded[key]) for key in sorted(by_key) if key[0] == number)
    return Scan(number=number, intents=tuple(row["scanIntent"]), subscans=tuple(subscans))


def _subscan(key: Key, rows: Sequence[MainRow], *, recorded: Row) -> Subscan:
    return Subscan(
        number=key[1],
        intent=recorded["subscanIntent"],
        field_id=rows[0].field_id,
        start_mjd_s=seconds(recorded["startTime"]),
        end_mjd_s=seconds(recorded["endTime"]),
        blocks=in_order([row.block for row in rows]),
    )
