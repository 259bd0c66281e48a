"""Spectral windows of an ASDM, and the windows of each correlator configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from almared.errors import AsdmError
from almared.formats.asdm.documents import COPY_ASDM
from almared.formats.asdm.numbering import numbered_rows, pointed_at, valid_number
from almared.formats.asdm.tables import AsdmTables, Row
from almared.model import SpectralWindow
from almared.model.spectral import processor_from_name

BASEBANDS = {f"BB_{n}": n for n in range(1, 9)}


@dataclass(frozen=True, slots=True)
class Configuration:
    """A row of ConfigDescription: what one kind of binary data holds.

    Parameters
    ----------
    spw_ids : tuple of int
        Spectral windows in the order of the data.
    data_description_ids : tuple of int
        The same as rows of DataDescription.
    processor : str
        ``CORRELATOR``, ``RADIOMETER`` or ``SPECTROMETER``.
    correlation_mode : str
        ``CROSS_AND_AUTO``, ``CROSS_ONLY`` or ``AUTO_ONLY``.
    n_antennas : int
        Number of antennas.
    mode : str
        Identifier of the processor's mode, such as ``CorrelatorMode_0``.
    """

    spw_ids: tuple[int, ...]
    data_description_ids: tuple[int, ...]
    processor: str
    correlation_mode: str
    n_antennas: int
    mode: str

    @property
    def has_crosses(self) -> bool:
        """Whether it holds cross-correlations."""
        return self.processor == "CORRELATOR" and self.correlation_mode != "AUTO_ONLY"


def read_configurations(tables: AsdmTables) -> tuple[Configuration, ...]:
    """Return the configurations in order of id.

    Raises
    ------
    AsdmError
        A table is broken or points at a row that is not there.
    """
    descriptions = numbered_rows(tables, "DataDescription", key="dataDescriptionId")
    processors = numbered_rows(tables, "Processor", key="processorId")
    rows = numbered_rows(tables, "ConfigDescription", key="configDescriptionId")
    return tuple(
        _configuration(row, descriptions, processors=processors, where=f"{tables.path}/ConfigDescription.xml, row {n}")
        for n, row in enumerate(rows)
    )


def read_windows(tables: AsdmTables, configurations: Sequence[Configuration]) -> tuple[SpectralWindow, ...]:
    """Return the spectral windows in order of id, without roles.

    Parameters
    ----------
    tables : AsdmTables
        The ASDM.
    configurations : sequence of Configuration
        They give the processor that writes each window.

    Raises
    ------
    AsdmError
        A table is broken.
    """
    processors = {i: c.processor for c in configurations for i in c.spw_ids}
    products = _products(tables)
    return tuple(
        _window(number, row, products=products.get(number, ()), processor=processors.get(number) or guess(row))
        for number, row in enumerate(numbered_rows(tables, "SpectralWindow", key="spectralWindowId"))
    )


def guess(row: Row) -> str:
    """Return the processor of a window without data, from its name."""
    return processor_from_name(row.get("name", ""))


def correlator_name(tables: AsdmTables) -> str:
    """Return the name of the correlator, empty when the ASDM gives none.

    Raises
    ------
    AsdmError
        The modes name different correlators.
    """
    names = sorted({row["correlatorName"] for row in tables.rows("CorrelatorMode")})
    if len(names) > 1:
        raise AsdmError(
            f"the correlator modes name several correlators: {', '.join(names)}",
            where=str(tables.path / "CorrelatorMode.xml"),
            repair="one execution block has one correlator; " + COPY_ASDM,
        )
    return names[0] if names else ""


def _configuration(row: Row, descriptions: Sequence[Row], *, processors: Sequence[Row], where: str) -> Configuration:
    ids = tuple(valid_number(tag, len(descriptions), where=where) for tag in row["dataDescriptionId"])
    if len(row["switchCycleId"]) != len(ids):
        raise AsdmError("switchCycleId and dataDescriptionId differ in length", where=where, repair=COPY_ASDM)
    return Configuration(
        spw_ids=tuple(int(descriptions[i]["spectralWindowId"].rpartition("_")[2]) for i in ids),
        data_description_ids=ids,
        processor=row["processorType"],
        correlation_mode=row["correlationMode"],
        n_antennas=row["numAntenna"],
        mode=pointed_at(processors, row["processorId"], where=where)["modeId"],
    )


def _products(tables: AsdmTables) -> dict[int, tuple[str, ...]]:
    polarizations = numbered_rows(tables, "Polarization", key="polarizationId")
    n_windows = tables.declared.get("SpectralWindow", 0)
    where = str(tables.path / "DataDescription.xml")
    found: dict[int, tuple[str, ...]] = {}
    for row in tables.rows("DataDescription"):
        spw = valid_number(row["spectralWindowId"], n_windows, where=where)
        found.setdefault(spw, tuple(pointed_at(polarizations, row["polOrHoloId"], where=where)["corrType"]))
    return found


def _window(number: int, row: Row, *, products: tuple[str, ...], processor: str) -> SpectralWindow:
    centres = _centres(row)
    return SpectralWindow(
        id=number,
        name=row.get("name", ""),
        baseband=BASEBANDS.get(row["basebandName"], 0),
        sideband=row["netSideband"],
        n_channels=row["numChan"],
        first_channel_hz=centres[0],
        channel_step_hz=centres[1],
        channel_width_hz=_width(row, "chanWidth"),
        effective_bandwidth_hz=_width(row, "effectiveBw"),
        resolution_hz=_width(row, "resolution"),
        ref_frequency_hz=row["refFreq"],
        correlations=products,
        processor=processor,
        window_function=row["windowFunction"],
    )


def _centres(row: Row) -> tuple[float, float]:
    """Return the centre of the first channel and the signed channel spacing (Hz)."""
    if "chanFreqStart" in row:
        return row["chanFreqStart"], row.get("chanFreqStep", 0.0)
    values = row.get("chanFreqArray")
    if values is None or not len(values):
        raise _incomplete(row, "channel frequencies")
    return float(values[0]), float(values[1] - values[0]) if len(values) > 1 else row["totBandwidth"]


def _width(row: Row, name: str) -> float:
    if name in row:
        return abs(float(row[name]))
    values: Any = row.get(f"{name}Array")
    if values is None or not len(values):
        raise _incomplete(row, f"{name} or {name}Array")
    return float(np.median(np.abs(values)))


def _incomplete(row: Row, what: str) -> AsdmError:
    return AsdmError(
        f"{row['spectralWindowId']} has no {what}",
        where="SpectralWindow.xml",
        repair="CASA cannot import such a window; " + COPY_ASDM,
    )
