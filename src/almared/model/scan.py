"""Scans, their subscans and the data blocks in them."""

from __future__ import annotations

from dataclasses import dataclass, field

MICROSECOND_DIGITS = 6
"""Integrations are whole microseconds; times in float64 seconds are good to one."""


@dataclass(frozen=True, slots=True)
class DataBlock:
    """The data that one processor wrote in one subscan: a row of the Main table.

    Parameters
    ----------
    spw_ids : tuple of int
        Spectral windows in it, in order.
    processor : str
        ``CORRELATOR`` or ``RADIOMETER``.
    n_integrations : int
        Number of integrations.
    integration_s : float, s
        Length of one integration.
    n_antennas : int
        Number of antennas in it.
    data_uid : str
        UID of the binary file, empty when read from an MS.
    data_size : int, bytes
        Size of the binary file as recorded, 0 when read from an MS.
    """

    spw_ids: tuple[int, ...]
    processor: str
    n_integrations: int
    integration_s: float
    n_antennas: int
    data_uid: str = field(default="", compare=False)
    data_size: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Subscan:
    """A stretch of a scan with one field and one intent.

    Parameters
    ----------
    number : int
        From 1 within its scan.
    intent : str
        Such as ``ON_SOURCE``, ``AMBIENT``.
    field_id : int
        The field observed.
    start_mjd_s, end_mjd_s : float, s
        Begin and end, MJD seconds UTC.
    blocks : tuple of DataBlock
        What was written.
    """

    number: int
    intent: str
    field_id: int
    start_mjd_s: float
    end_mjd_s: float
    blocks: tuple[DataBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class Scan:
    """One scan.

    Parameters
    ----------
    number : int
        As observed, from 1.
    intents : tuple of str
        Scan intents in the order recorded, such as ``("CALIBRATE_PHASE", "CALIBRATE_WVR")``.
    subscans : tuple of Subscan
        In order of number.
    """

    number: int
    intents: tuple[str, ...]
    subscans: tuple[Subscan, ...]

    @property
    def start_mjd_s(self) -> float:
        """Begin (MJD seconds UTC)."""
        return min(sub.start_mjd_s for sub in self.subscans)

    @property
    def end_mjd_s(self) -> float:
        """End (MJD seconds UTC)."""
        return max(sub.end_mjd_s for sub in self.subscans)

    @property
    def field_ids(self) -> tuple[int, ...]:
        """Fields in it, in order of first appearance."""
        return tuple(dict.fromkeys(sub.field_id for sub in self.subscans))

    @property
    def spw_ids(self) -> tuple[int, ...]:
        """Spectral windows in it, sorted."""
        found = {spw for sub in self.subscans for block in sub.blocks for spw in block.spw_ids}
        return tuple(sorted(found))

    def has(self, *intents: str) -> bool:
        """Tell whether the scan has any of the intents."""
        return any(intent in self.intents for intent in intents)
