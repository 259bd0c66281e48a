"""The execution block: all facts of one ASDM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from almared.model.antenna import Antenna
from almared.model.field import Field, Source
from almared.model.records import OnlineFlag, TsysRecord, WaterVapour, Weather
from almared.model.scan import Scan
from almared.model.spectral import SpectralWindow, SpwRole

TELESCOPE = "ALMA"
"""The only telescope whose data are read."""


@dataclass(frozen=True, slots=True)
class ExecutionBlock:
    """Facts of one execution block, read from its ASDM or its MS.

    Parameters
    ----------
    uid : str
        Such as ``uid://A002/X85c183/X36f``.
    name : str
        The uid as a file name, ``uid___A002_X85c183_X36f``.
    telescope, array_name, correlator : str
        ``ALMA``; array name; ``ALMA_BASELINE`` or ``ALMA_ACA``.
    project_uid, sb_uid, observer : str
        As recorded.
    start_mjd_s, end_mjd_s : float, s
        Begin and end of the execution, MJD seconds UTC.
    antennas, fields, sources, spws, scans : tuple
        Each in order of id.
    tsys, online_flags, pwv : tuple
        What was recorded along with the data.
    weather : Weather or None
        Mean conditions.
    has_binary_data : bool
        False for a replica that holds metadata only.
    raw_bytes : int, bytes
        Size of the binary data (0 when read from an MS).
    """

    uid: str
    name: str
    telescope: str
    array_name: str
    correlator: str
    project_uid: str
    sb_uid: str
    observer: str
    start_mjd_s: float
    end_mjd_s: float
    antennas: tuple[Antenna, ...]
    fields: tuple[Field, ...]
    sources: tuple[Source, ...]
    spws: tuple[SpectralWindow, ...]
    scans: tuple[Scan, ...]
    tsys: tuple[TsysRecord, ...] = ()
    online_flags: tuple[OnlineFlag, ...] = ()
    pwv: tuple[WaterVapour, ...] = ()
    weather: Weather | None = None
    has_binary_data: bool = field(default=True, compare=False)
    raw_bytes: int = field(default=0, compare=False)

    @property
    def ms_name(self) -> str:
        """File name of the MeasurementSet, ``<uid>.ms``."""
        return f"{self.name}.ms"

    def scans_with(self, *intents: str) -> tuple[Scan, ...]:
        """Return the scans that have any of the intents."""
        return tuple(scan for scan in self.scans if scan.has(*intents))

    def field_ids_with(self, *intents: str) -> tuple[int, ...]:
        """Return the fields of the scans that have any of the intents, sorted."""
        found = {fid for scan in self.scans_with(*intents) for fid in scan.field_ids}
        return tuple(sorted(found))

    def intents_of_field(self, field_id: int) -> tuple[str, ...]:
        """Return all scan intents that a field was observed with, sorted."""
        found = {i for scan in self.scans if field_id in scan.field_ids for i in scan.intents}
        return tuple(sorted(found))

    def spws_with_role(self, *roles: SpwRole) -> tuple[SpectralWindow, ...]:
        """Return the spectral windows of the roles, in order of id."""
        return tuple(spw for spw in self.spws if spw.role in roles)

    def integrations(self) -> Iterator[tuple[Scan, int, float]]:
        """Yield scan, number of integrations and their length for every data block."""
        for scan in self.scans:
            for sub in scan.subscans:
                for block in sub.blocks:
                    yield scan, block.n_integrations, block.integration_s
