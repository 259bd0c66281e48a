"""Makes an execution block smaller: fewer antennas, wider channels, longer integrations, with the same structure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from almared.errors import InputError
from almared.model import Antenna, DataBlock, ExecutionBlock, Scan, SpectralWindow, Subscan
from almared.physics.beams import SMALL_DISH_BELOW_M
from almared.simulate.replica.size import binary_size

LEAST_CHANNELS = 8
"""Science windows keep more than 4 channels: CASA recognises the radiometers by their 4 (asdm-facts 6)."""


@dataclass(frozen=True, slots=True)
class Thinning:
    """How much smaller to make an execution block.

    Parameters
    ----------
    every_nth_integration : int
        Number of correlator integrations that become a single longer one; the radiometers keep theirs.
    most_channels : int or None
        Windows with more channels get channels wider by a whole number.
    most_antennas : int or None
        Number of antennas to keep, spread evenly over the list.
    """

    every_nth_integration: int = 1
    most_channels: int | None = None
    most_antennas: int | None = None

    def __post_init__(self) -> None:
        if self.every_nth_integration < 1:
            raise InputError("every_nth_integration must be 1 or more")
        if self.most_channels is not None and self.most_channels < LEAST_CHANNELS:
            raise InputError(f"most_channels must be {LEAST_CHANNELS} or more")
        if self.most_antennas is not None and self.most_antennas < 2:
            raise InputError("most_antennas must be 2 or more")


def thin(
    eb: ExecutionBlock,
    *,
    every_nth_integration: int = 1,
    most_channels: int | None = None,
    most_antennas: int | None = None,
) -> ExecutionBlock:
    """Return a smaller execution block; ids of windows, fields and scans stay the same.

    Parameters
    ----------
    eb : ExecutionBlock
        The execution block.
    every_nth_integration : int
        Number of correlator integrations that become a single longer one.
    most_channels, most_antennas : int, optional
        Maximum number of channels per window and of antennas.

    Raises
    ------
    InputError
        A number is too small.
    """
    how = Thinning(every_nth_integration, most_channels, most_antennas)
    antennas = _fewer(eb.antennas, how.most_antennas)
    spws = tuple(_coarser(spw, how.most_channels) for spw in eb.spws)
    smaller = _SmallerCopy(eb, antennas, spws, how.every_nth_integration)
    scans = tuple(smaller.scan(scan) for scan in eb.scans)
    return replace(
        eb,
        antennas=antennas,
        spws=spws,
        scans=scans,
        tsys=(),
        pwv=(),
        online_flags=(),
        raw_bytes=sum(b.data_size for s in scans for sub in s.subscans for b in sub.blocks),
    )


def _fewer(antennas: Sequence[Antenna], most: int | None) -> tuple[Antenna, ...]:
    if most is None or most >= len(antennas):
        return tuple(antennas)
    kept = [antennas[round(n * (len(antennas) - 1) / (most - 1))] for n in range(most)]
    return tuple(replace(antenna, id=number) for number, antenna in enumerate(kept))


def _coarser(spw: SpectralWindow, most: int | None) -> SpectralWindow:
    if most is None or spw.n_channels <= most or spw.processor != "CORRELATOR":
        return spw
    factor = -(-spw.n_channels // most)
    first = spw.first_channel_hz + 0.5 * (factor - 1) * spw.channel_step_hz
    return replace(
        spw,
        n_channels=max(LEAST_CHANNELS, spw.n_channels // factor),
        first_channel_hz=first,
        ref_frequency_hz=first,
        channel_step_hz=spw.channel_step_hz * factor,
        channel_width_hz=spw.channel_width_hz * factor,
        effective_bandwidth_hz=spw.effective_bandwidth_hz * factor,
        resolution_hz=spw.resolution_hz * factor,
    )


@dataclass(frozen=True, slots=True)
class _SmallerCopy:
    eb: ExecutionBlock
    antennas: tuple[Antenna, ...]
    spws: tuple[SpectralWindow, ...]
    factor: int

    def scan(self, scan: Scan) -> Scan:
        return replace(scan, subscans=tuple(self.subscan(sub) for sub in scan.subscans))

    def subscan(self, sub: Subscan) -> Subscan:
        blocks = tuple(self.block(block) for block in sub.blocks)
        longest = max((b.n_integrations * b.integration_s for b in blocks), default=0.0)
        return replace(sub, blocks=blocks, end_mjd_s=sub.start_mjd_s + longest if longest else sub.end_mjd_s)

    def block(self, block: DataBlock) -> DataBlock:
        factor = self.factor if block.processor == "CORRELATOR" else 1
        made = replace(
            block,
            n_integrations=max(1, block.n_integrations // factor),
            integration_s=block.integration_s * min(factor, block.n_integrations),
            n_antennas=self.count(block),
        )
        return replace(made, data_size=binary_size(made, self.spws))

    def count(self, block: DataBlock) -> int:
        large = sum(a.diameter_m > SMALL_DISH_BELOW_M for a in self.eb.antennas)
        if block.processor == "RADIOMETER" and block.n_antennas == large:
            return sum(a.diameter_m > SMALL_DISH_BELOW_M for a in self.antennas)
        return min(block.n_antennas, len(self.antennas))
