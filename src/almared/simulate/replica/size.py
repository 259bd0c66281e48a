"""Sizes of binary data files that are not written."""

from __future__ import annotations

from collections.abc import Sequence

from almared.formats.asdm.write.bdf_layout import BdfWindow, CorrelatorBdf
from almared.model import DataBlock, SpectralWindow

HEADER_BYTES = 2500
SUBSET_BYTES = 1700
"""Approximate size of the text parts of a file and of one integration."""


def binary_size(block: DataBlock, spws: Sequence[SpectralWindow]) -> int:
    """Return the size that the file of a block would have, crosses stored in 16 bits (bytes).

    Parameters
    ----------
    block : DataBlock
        The block.
    spws : sequence of SpectralWindow
        All windows, in order of id.
    """
    windows = [spws[i] for i in block.spw_ids]
    if block.processor == "RADIOMETER":
        values = sum(w.n_channels * len(w.correlations) for w in windows)
        return HEADER_BYTES + SUBSET_BYTES + 4 * values * block.n_antennas * block.n_integrations
    header = CorrelatorBdf(
        data_uid="",
        exec_block_uid="",
        scan=0,
        subscan=0,
        n_antennas=block.n_antennas,
        windows=tuple(BdfWindow(w.baseband, w.n_channels, w.correlations) for w in windows),
        start_mjd_s=0.0,
        integration_s=block.integration_s,
    )
    numbers = 4 * header.n_baselines * header.n_cross_values + 4 * header.n_antennas * header.n_auto_values
    return HEADER_BYTES + block.n_integrations * (SUBSET_BYTES + numbers + 4 * header.n_flags + 16 * header.n_actual)
