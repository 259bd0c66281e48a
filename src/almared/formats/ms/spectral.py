"""Spectral windows of a MeasurementSet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from almared.formats.ms.subtables import cells, column, opened
from almared.model import SpectralWindow
from almared.model.spectral import processor_from_name

STOKES = ("?", "I", "Q", "U", "V", "RR", "RL", "LR", "LL", "XX", "XY", "YX", "YY")
"""Correlations by casacore's number."""

SIDEBANDS = {0: "NOSB", 1: "LSB", 2: "USB", 3: "DSB"}
"""Net sidebands by the number that importasdm writes."""


@dataclass(frozen=True, slots=True)
class SpectralTable:
    """What SPECTRAL_WINDOW holds.

    Parameters
    ----------
    windows : tuple of SpectralWindow
        In order of id, without roles.
    frames : tuple of int
        Code of the frame of the frequencies of each.
    """

    windows: tuple[SpectralWindow, ...]
    frames: tuple[int, ...]


def read_descriptions(path: Path) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return spw id and correlations of every data description.

    Raises
    ------
    MeasurementSetError
        A table cannot be read.
    """
    with opened(path, "POLARIZATION") as tab:
        products = [tuple(STOKES[n] if 0 < n < len(STOKES) else "?" for n in c) for c in cells(tab, "CORR_TYPE")]
    with opened(path, "DATA_DESCRIPTION") as tab:
        spws, rows = column(tab, "SPECTRAL_WINDOW_ID"), column(tab, "POLARIZATION_ID")
    return tuple((int(spw), products[int(row)]) for spw, row in zip(spws, rows, strict=True))


def read_windows(
    path: Path, descriptions: Sequence[tuple[int, tuple[str, ...]]], *, processors: Mapping[int, str]
) -> tuple[SpectralWindow, ...]:
    """Return the spectral windows in order of id, without roles.

    Parameters
    ----------
    path : Path
        The MeasurementSet.
    descriptions : sequence of (int, tuple of str)
        Spw id and correlations of every data description.
    processors : mapping of int to str
        Spw id -> processor, for the windows that have data.

    Raises
    ------
    MeasurementSetError
        The table cannot be read.
    """
    return read_spectral_table(path, descriptions, processors=processors).windows


def read_spectral_table(
    path: Path,
    descriptions: Sequence[tuple[int, tuple[str, ...]]],
    *,
    processors: Mapping[int, str] | None = None,
) -> SpectralTable:
    """Return the spectral windows and the frames of their frequencies.

    Raises
    ------
    MeasurementSetError
        The table cannot be read.
    """
    products: dict[int, tuple[str, ...]] = {}
    for spw, correlations in descriptions:
        products.setdefault(spw, correlations)
    with opened(path, "SPECTRAL_WINDOW") as tab:
        optional = {name: cells(tab, name) for name in ("BBC_NO", "SDM_WINDOW_FUNCTION")}
        rows = [tab.row().get(number) for number in range(tab.nrows())]
    windows = tuple(
        _window(
            n,
            row,
            optional={name: values[n] for name, values in optional.items()},
            found=(products.get(n, ()), processors or {}),
        )
        for n, row in enumerate(rows)
    )
    return SpectralTable(windows, tuple(int(row["MEAS_FREQ_REF"]) for row in rows))


def _window(
    number: int,
    row: Mapping[str, Any],
    *,
    optional: Mapping[str, Any],
    found: tuple[tuple[str, ...], Mapping[int, str]],
) -> SpectralWindow:
    products, processors = found
    centres, widths = np.asarray(row["CHAN_FREQ"]), np.asarray(row["CHAN_WIDTH"])
    return SpectralWindow(
        id=number,
        name=row["NAME"],
        baseband=int(optional["BBC_NO"] or 0),
        sideband=SIDEBANDS.get(int(row["NET_SIDEBAND"]), "NOSB"),
        n_channels=int(row["NUM_CHAN"]),
        first_channel_hz=float(centres[0]),
        channel_step_hz=float(centres[1] - centres[0]) if len(centres) > 1 else float(widths[0]),
        channel_width_hz=float(np.median(np.abs(widths))),
        effective_bandwidth_hz=float(np.median(np.abs(row["EFFECTIVE_BW"]))),
        resolution_hz=float(np.median(np.abs(row["RESOLUTION"]))),
        ref_frequency_hz=float(row["REF_FREQUENCY"]),
        correlations=products,
        processor=processors.get(number) or processor_from_name(row["NAME"]),
        window_function=optional["SDM_WINDOW_FUNCTION"] or "HANNING",
    )
