"""A MeasurementSet that several readers look at: each of its subtables is read once."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from almared.formats.ms.sky import read_antennas, read_field_table, read_source_table
from almared.formats.ms.spectral import SpectralTable, read_descriptions, read_spectral_table
from almared.formats.ms.subtables import cells, has_subtable, opened
from almared.model import Antenna, Field, Source, SpectralWindow


class OpenMs:
    """Facts of a MeasurementSet, each read when it is asked for first.

    It is made for one walk through an MS that nothing writes to meanwhile; no table stays open.

    Parameters
    ----------
    path : Path
        The MeasurementSet.

    Raises
    ------
    MeasurementSetError
        By each property, when a table cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def descriptions(self) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """Spw id and correlations of every data description."""
        return read_descriptions(self.path)

    @cached_property
    def windows(self) -> tuple[SpectralWindow, ...]:
        """Spectral windows in order of id, without roles."""
        return self._spectral.windows

    @property
    def frequency_frames(self) -> tuple[int, ...]:
        """Code of the frame of the frequencies of each window."""
        return self._spectral.frames

    @cached_property
    def antennas(self) -> tuple[Antenna, ...]:
        """Antennas in order of id."""
        return read_antennas(self.path)

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields in order of id."""
        return self._fields[0]

    @property
    def field_frames(self) -> tuple[str, ...]:
        """Frame of the direction of each field."""
        return self._fields[1]

    @property
    def sources(self) -> tuple[Source, ...]:
        """Sources in order of id."""
        return self._sources[0]

    @property
    def rest_frequencies_hz(self) -> dict[int, float]:
        """First rest frequency that SOURCE gives for a window (Hz)."""
        return self._sources[1]

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Intents of each state; none where there is no table of them."""
        if not has_subtable(self.path, "STATE"):
            return ()
        with opened(self.path, "STATE") as tab:
            return tuple(str(mode or "") for mode in cells(tab, "OBS_MODE"))

    @cached_property
    def _spectral(self) -> SpectralTable:
        return read_spectral_table(self.path, self.descriptions)

    @cached_property
    def _fields(self) -> tuple[tuple[Field, ...], tuple[str, ...]]:
        return read_field_table(self.path)

    @cached_property
    def _sources(self) -> tuple[tuple[Source, ...], dict[int, float]]:
        return read_source_table(self.path)
