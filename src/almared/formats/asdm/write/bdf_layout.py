"""Contents of a binary data file of an ALMA correlator or radiometer, and their order."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

NS_PER_S = 1_000_000_000


def to_ns(seconds: float) -> int:
    """Return seconds as whole nanoseconds, exact for MJD seconds (whose float64 step is a microsecond)."""
    whole = int(seconds)
    return whole * NS_PER_S + round((seconds - whole) * 1e9)


class CrossType(StrEnum):
    """How cross-correlations are stored; the value in the MS is stored / scale factor for all of them."""

    INT16 = "INT16_TYPE"
    INT32 = "INT32_TYPE"
    FLOAT32 = "FLOAT32_TYPE"

    @property
    def dtype(self) -> str:
        """Name of the little-endian numpy type."""
        return {"INT16_TYPE": "<i2", "INT32_TYPE": "<i4", "FLOAT32_TYPE": "<f4"}[self.value]


@dataclass(frozen=True, slots=True)
class BdfWindow:
    """One spectral window in a correlator file.

    Parameters
    ----------
    baseband : int
        1 to 4.
    n_channels : int
        Number of channels (1 in a channel-average file).
    products : tuple of str
        Polarisation products of crosses and autos, ``("XX", "YY")``.
    sideband : str
        ``LSB``, ``USB``, ``DSB`` or ``NOSB``.
    scale_factor : float
        The stored crosses are the correlation coefficients times this.
    """

    baseband: int
    n_channels: int
    products: tuple[str, ...] = ("XX", "YY")
    sideband: str = "NOSB"
    scale_factor: float = 1.0

    @property
    def n_values(self) -> int:
        """Complex values per baseline and integration."""
        return self.n_channels * len(self.products)

    @property
    def n_auto_values(self) -> int:
        """Real values per antenna and integration; XY is complex and counts twice."""
        n_products = len(self.products)
        return self.n_channels * (4 if n_products == 4 else n_products)


@dataclass(frozen=True, slots=True)
class CorrelatorBdf:
    """Header of a correlator file: crosses and autos of one subscan.

    Parameters
    ----------
    data_uid, exec_block_uid : str
        UID of the file (``Main.dataUID``) and of the execution block.
    scan, subscan : int
        Numbers from 1.
    n_antennas : int
        Antennas, in the order of the configuration.
    windows : tuple of BdfWindow
        In the order of ``ConfigDescription.dataDescriptionId``, basebands together.
    start_mjd_s : float, s
        Begin of the first integration, MJD seconds UTC.
    integration_s : float, s
        Length of one integration.
    spectral_resolution : str
        ``FULL_RESOLUTION`` or ``CHANNEL_AVERAGE``.
    cross_type : CrossType
        How crosses are stored.
    with_actual_times : bool
        Whether actualTimes and actualDurations are written.
    """

    data_uid: str
    exec_block_uid: str
    scan: int
    subscan: int
    n_antennas: int
    windows: tuple[BdfWindow, ...]
    start_mjd_s: float
    integration_s: float
    spectral_resolution: str = "FULL_RESOLUTION"
    cross_type: CrossType = CrossType.INT16
    with_actual_times: bool = True

    @property
    def n_baselines(self) -> int:
        """Baselines between different antennas."""
        return self.n_antennas * (self.n_antennas - 1) // 2

    @property
    def n_cross_values(self) -> int:
        """Complex values per baseline and integration: the length of the value axis."""
        return sum(w.n_values for w in self.windows)

    @property
    def n_auto_values(self) -> int:
        """Real values per antenna and integration."""
        return sum(w.n_auto_values for w in self.windows)

    @property
    def basebands(self) -> tuple[tuple[int, tuple[BdfWindow, ...]], ...]:
        """Number and windows of each baseband, in order."""
        return tuple((bb, tuple(group)) for bb, group in groupby(self.windows, lambda w: w.baseband))

    @property
    def n_cross_flags(self) -> int:
        """Flag words per integration of the crosses: baseline, baseband, window, product."""
        return self.n_baselines * sum(len(w.products) for w in self.windows)

    @property
    def n_flags(self) -> int:
        """Flag words per integration: those of the crosses, then antenna, baseband, window, product."""
        return self.n_cross_flags + self.n_antennas * sum(len(w.products) for w in self.windows)

    @property
    def n_actual(self) -> int:
        """Entries of actualTimes per integration: baselines then antennas, baseband fastest."""
        return (self.n_baselines + self.n_antennas) * len(self.basebands)


@dataclass(frozen=True, slots=True)
class RadiometerBdf:
    """Header of a file of the water-vapour radiometers: all integrations of one subscan in one subset.

    Parameters
    ----------
    data_uid, exec_block_uid : str
        UID of the file and of the execution block.
    scan, subscan : int
        Numbers from 1.
    n_antennas, n_integrations : int
        Antennas and integrations.
    start_mjd_s : float, s
        Begin of the first integration, MJD seconds UTC.
    integration_s : float, s
        Length of one integration.
    n_channels : int
        Channels of the radiometer.
    """

    data_uid: str
    exec_block_uid: str
    scan: int
    subscan: int
    n_antennas: int
    n_integrations: int
    start_mjd_s: float
    integration_s: float
    n_channels: int = 4


def baseline_pairs(n_antennas: int) -> tuple[tuple[int, int], ...]:
    """Return the antenna pairs in the order of the file: (0,1), (0,2), (1,2), (0,3), ...

    Parameters
    ----------
    n_antennas : int
        Number of antennas.
    """
    return tuple((i, j) for j in range(1, n_antennas) for i in range(j))
