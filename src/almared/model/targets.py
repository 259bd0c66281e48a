"""A calibrated MeasurementSet and its sources to image."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from almared.model import Antenna, Field, SpectralWindow


@dataclass(frozen=True, slots=True)
class Target:
    """A source to image: one field or the pointings of a mosaic.

    Parameters
    ----------
    name : str
        Name of the source.
    field_ids : tuple of int
        All its fields.
    reason : str
        Why these fields belong together.
    """

    name: str
    field_ids: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class CalibratedMs:
    """Facts of a calibrated MeasurementSet.

    Parameters
    ----------
    path : Path
        The MS.
    fields : tuple of Field
        In order of id.
    field_frames : tuple of str
        Frame of each field's direction, ``ICRS`` or ``J2000``.
    windows : tuple of SpectralWindow
        In order of id.
    antennas : tuple of Antenna
        In order of id.
    rows : dict of (int, int) to int
        Number of rows of each field and window that has target data.
    columns : tuple of str
        Columns of the main table.
    rest_frequencies_hz : dict of int to float, Hz
        First rest frequency that SOURCE gives for a window.
    has_intents : bool
        Whether it identifies the data of targets.
    times : int
        Number of distinct times of target data.
    source_names : dict of int to str
        Name of each source by its id.
    """

    path: Path
    fields: tuple[Field, ...]
    field_frames: tuple[str, ...]
    windows: tuple[SpectralWindow, ...]
    antennas: tuple[Antenna, ...]
    rows: dict[tuple[int, int], int]
    columns: tuple[str, ...]
    rest_frequencies_hz: dict[int, float]
    has_intents: bool
    times: int
    source_names: dict[int, str] = field(default_factory=dict)

    @property
    def target_fields(self) -> tuple[int, ...]:
        """Ids of fields with target data."""
        return tuple(sorted({field for field, _ in self.rows}))

    @property
    def target_spws(self) -> tuple[int, ...]:
        """Ids of windows with target data, without radiometers and without averages of windows there in full."""
        ids = sorted({spw for _, spw in self.rows})
        real = [n for n in ids if not self.windows[n].is_channel_average and "WVR" not in self.windows[n].name]
        return tuple(real or ids)

    def spws_of(self, field_ids: Iterable[int]) -> tuple[int, ...]:
        """Return the windows in which some fields have data."""
        wanted = set(field_ids)
        return tuple(n for n in self.target_spws if any((field, n) in self.rows for field in wanted))

    @property
    def datacolumn(self) -> str:
        """The column that holds calibrated data."""
        return "corrected" if "CORRECTED_DATA" in self.columns else "data"

    @property
    def smallest_dish_m(self) -> float:
        """Diameter of the smallest dish, whose primary beam is the largest (m)."""
        return min(a.diameter_m for a in self.antennas)
