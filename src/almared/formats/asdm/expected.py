"""Number of rows that each table of the MeasurementSet must have after importasdm."""

from __future__ import annotations

from pathlib import Path

from almared.formats.asdm.overlap import rows_within, scan_spans
from almared.formats.asdm.scans import read_main
from almared.formats.asdm.spectral import Configuration, read_configurations
from almared.formats.asdm.tables import AsdmTables, open_tables

SAME_NUMBER = {
    "ANTENNA": "Antenna",
    "DATA_DESCRIPTION": "DataDescription",
    "FIELD": "Field",
    "FLAG_CMD": "Flag",
    "OBSERVATION": "ExecBlock",
    "PROCESSOR": "Processor",
    "SPECTRAL_WINDOW": "SpectralWindow",
}
"""Tables of the MS with one row for each row of the ASDM's."""

WITHIN_SCANS = {"FEED": "Feed", "SOURCE": "Source", "SYSCAL": "SysCal", "WEATHER": "Weather"}
"""Tables of which importasdm keeps only rows that overlap a scan in time."""

KEPT_AS_IS = (
    "Antenna",
    "CalAtmosphere",
    "CalWVR",
    "CorrelatorMode",
    "Receiver",
    "SBSummary",
    "Source",
    "Station",
)
"""Tables that importasdm is asked to keep unchanged (asis)."""


def expected_rows(path: Path) -> dict[str, int]:
    """Return the number of rows that the MeasurementSet of an ASDM must have, by table.

    Parameters
    ----------
    path : Path
        The directory of the ASDM.

    Raises
    ------
    AsdmError
        The ASDM is broken.
    """
    tables = open_tables(path)
    spans = scan_spans(tables)
    expected = {ms: tables.declared.get(name, 0) for ms, name in SAME_NUMBER.items()}
    expected |= {ms: len(rows_within(tables, name, spans)) for ms, name in WITHIN_SCANS.items()}
    expected |= {f"ASDM_{name.upper()}": tables.declared.get(name, 0) for name in KEPT_AS_IS}
    expected["POINTING"] = sum(row["numSample"] for row in rows_within(tables, "Pointing", spans, "numSample"))
    expected["MAIN"] = _visibility_rows(tables)
    return expected


def _visibility_rows(tables: AsdmTables) -> int:
    configurations = read_configurations(tables)
    main = read_main(tables, configurations)
    return sum(
        row.block.n_integrations * _rows_per_integration(configurations[row.configuration_id], row.block.n_antennas)
        for row in main
    )


def _rows_per_integration(configuration: Configuration, n_antennas: int) -> int:
    crosses = n_antennas * (n_antennas - 1) // 2 if configuration.has_crosses else 0
    autos = 0 if configuration.correlation_mode == "CROSS_ONLY" else n_antennas
    return len(configuration.data_description_ids) * (crosses + autos)
