"""ALMA's receiver bands."""

from __future__ import annotations

BANDS_GHZ = {
    1: (35, 50), 2: (67, 84), 3: (84, 116), 4: (125, 163), 5: (163, 211), 6: (211, 275), 7: (275, 373), 8: (385, 500),
    9: (602, 720), 10: (787, 950),
}  # fmt: skip
"""Receiver band -> its frequencies (GHz) (ALMA Technical Handbook; docs/decisions/038).

Where two receivers overlap, a frequency belongs to the one that took nearly all the data: 84 to 116 GHz to
Band 3, although Band 2 extends to there, and 158 to 163 GHz to Band 4, although Band 5 begins there.
"""

NOMINAL_TSYS_K = {3: 75.0, 4: 86.0, 5: 120.0, 6: 90.0, 7: 150.0, 8: 387.0, 9: 1200.0, 10: 1515.0}
"""Receiver band -> nominal system temperature (K; domain C.3, expected rms)."""


def band_at(frequency_hz: float) -> int | None:
    """Return the receiver band of a frequency, None between bands.

    Examples
    --------
    >>> band_at(345e9), band_at(160e9), band_at(120e9)
    (7, 4, None)
    """
    return next((band for band, (low, high) in BANDS_GHZ.items() if low <= frequency_hz / 1e9 < high), None)


def nearest_band(frequency_hz: float) -> int:
    """Return the receiver band of a frequency; in a gap, the nearer band.

    Examples
    --------
    >>> nearest_band(120e9), nearest_band(124e9)
    (3, 4)
    """
    ghz = frequency_hz / 1e9

    def distance(band: int) -> float:
        low, high = BANDS_GHZ[band]
        # Bands exclude their upper edge.
        return 0.0 if low <= ghz < high else max(low - ghz, ghz - high, 1e-9)

    return min(BANDS_GHZ, key=distance)


def nominal_tsys_k(frequency_hz: float) -> float:
    """Return the nominal system temperature (K) at a frequency; below Band 3 that of Band 3."""
    return NOMINAL_TSYS_K[max(nearest_band(frequency_hz), min(NOMINAL_TSYS_K))]
