"""Identifiers that tie the tables together: data descriptions, polarisations, processors, configurations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from almared.errors import ScenarioError
from almared.model import Antenna, DataBlock, ExecutionBlock, SpectralWindow
from almared.names import UID
from almared.physics.beams import SMALL_DISH_BELOW_M

Mode = tuple[str, tuple[int, ...]]
"""Processor and basebands: full-resolution and channel-average files of one setup share a row of Processor."""


@dataclass(frozen=True, slots=True)
class Configuration:
    """A row of ConfigDescription: the windows and antennas of one kind of binary file.

    Parameters
    ----------
    spw_ids : tuple of int
        Windows in the order of the file; data descriptions have the same ids.
    processor : str
        ``CORRELATOR`` or ``RADIOMETER``.
    spectral_type : str
        ``FULL_RESOLUTION``, ``CHANNEL_AVERAGE`` or ``BASEBAND_WIDE``.
    antenna_ids : tuple of int
        Antennas in the order of the file.
    processor_id : int
        Row of Processor.
    """

    spw_ids: tuple[int, ...]
    processor: str
    spectral_type: str
    antenna_ids: tuple[int, ...]
    processor_id: int


@dataclass(frozen=True, slots=True)
class Setup:
    """The identifiers of an execution block.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    polarizations : tuple of tuple of str
        Distinct sets of correlations: the rows of Polarization.
    configurations : tuple of Configuration
        Rows of ConfigDescription.
    modes : tuple of Configuration
        The first configuration of each row of Processor.
    """

    eb: ExecutionBlock
    polarizations: tuple[tuple[str, ...], ...]
    configurations: tuple[Configuration, ...]
    modes: tuple[Configuration, ...]

    def configuration_id(self, block: DataBlock) -> int:
        """Return the row of ConfigDescription of a data block."""
        key = (block.spw_ids, block.processor, block.n_antennas)
        keys = [(c.spw_ids, c.processor, len(c.antenna_ids)) for c in self.configurations]
        return keys.index(key)

    def polarization_id(self, spw: SpectralWindow) -> int:
        """Return the row of Polarization of a window."""
        return self.polarizations.index(spw.correlations)


def make_setup(eb: ExecutionBlock) -> Setup:
    """Return the identifiers for an execution block.

    Raises
    ------
    ScenarioError
        The ids are not 0 to n-1, a unique id is not hexadecimal, or a block names a missing window.
    """
    for kind, items in (("antennas", eb.antennas), ("fields", eb.fields), ("spws", eb.spws)):
        _require_rows(kind, [item.id for item in items])
    _require_uids(eb)
    blocks = tuple(block for scan in eb.scans for sub in scan.subscans for block in sub.blocks)
    drafts = tuple(dict.fromkeys((b.spw_ids, b.processor, b.n_antennas) for b in blocks))
    modes: list[Mode] = []
    configurations = tuple(_configuration(eb, draft, modes=modes) for draft in drafts)
    first = tuple(next(c for c in configurations if c.processor_id == n) for n in range(len(modes)))
    polarizations = tuple(dict.fromkeys(spw.correlations for spw in eb.spws))
    return Setup(eb, polarizations, configurations, first)


def antennas_of_block(antennas: Sequence[Antenna], block: DataBlock) -> tuple[int, ...]:
    """Return the ids of the antennas in a block, in the order of its file.

    A radiometer block with fewer antennas than the array leaves out the 7-m dishes, which have none;
    otherwise it holds the first antennas.

    Parameters
    ----------
    antennas : sequence of Antenna
        The array.
    block : DataBlock
        The block.

    Raises
    ------
    ScenarioError
        The block has more antennas than the array.
    """
    ids = tuple(a.id for a in antennas)
    large = tuple(a.id for a in antennas if a.diameter_m > SMALL_DISH_BELOW_M)
    if block.processor == "RADIOMETER" and block.n_antennas == len(large):
        return large
    if block.n_antennas > len(ids):
        raise ScenarioError(f"a data block has {block.n_antennas} antennas, the array {len(ids)}")
    return ids[: block.n_antennas]


def _configuration(eb: ExecutionBlock, draft: tuple[tuple[int, ...], str, int], *, modes: list[Mode]) -> Configuration:
    spw_ids, processor, n_antennas = draft
    if not set(spw_ids) <= {spw.id for spw in eb.spws}:
        raise ScenarioError(f"a data block names spectral windows {spw_ids} that do not exist")
    spws = [eb.spws[i] for i in spw_ids]
    spectral_type = "CHANNEL_AVERAGE" if all(w.is_channel_average for w in spws) else "FULL_RESOLUTION"
    mode = (processor, tuple(w.baseband for w in spws))
    if mode not in modes:
        modes.append(mode)
    antenna_ids = antennas_of_block(eb.antennas, DataBlock(spw_ids, processor, 0, 0.0, n_antennas))
    return Configuration(spw_ids, processor, spectral_type, antenna_ids, modes.index(mode))


def _require_rows(kind: str, ids: Sequence[int]) -> None:
    if list(ids) != list(range(len(ids))):
        raise ScenarioError(f"ids of {kind} must count from 0 in order, not {list(ids)[:5]}...")


def _require_uids(eb: ExecutionBlock) -> None:
    for what, uid in (("uid", eb.uid), ("project_uid", eb.project_uid), ("sb_uid", eb.sb_uid)):
        found = UID.fullmatch(uid)
        if found is None or not all(_is_hex(part) for part in (found[2], found[3])):
            raise ScenarioError(f"the {what} {uid!r} is not hexadecimal", repair="write it as uid://A002/X<hex>/X<hex>")


def _is_hex(part: str) -> bool:
    return part[:1] == "X" and all(c in "0123456789abcdefABCDEF" for c in part[1:]) and len(part) > 1
