"""MeasurementSets of a target whose noise, lines and flags are known, made up for tests."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np
from casacore.tables import default_ms, makearrcoldesc, makescacoldesc, maketabdesc, table

N_ANTENNAS, N_TIMES, N_CHANNELS = 7, 16, 128
SIGMA_JY, SECONDS = 0.05, 6.0
CONTINUUM_JY, LINE_JY, LINE_CHANNEL, LINE_WIDTH = 0.4, 0.2, 80.0, 10.0
FIRST_HZ, STEP_HZ = 100e9, 15.625e6


def smoothed_noise(rng: np.random.Generator, shape: Sequence[int]) -> np.ndarray:
    """Complex noise of unit scatter in real and imaginary part, Hanning smoothed along channels."""
    wide = rng.normal(size=(*shape[:1], shape[1] + 2, *shape[2:], 2))
    smooth = 0.25 * wide[:, :-2] + 0.5 * wide[:, 1:-1] + 0.25 * wide[:, 2:]
    return (smooth[..., 0] + 1j * smooth[..., 1]) / math.sqrt(0.375)


def line() -> np.ndarray:
    channels = np.arange(N_CHANNELS)
    return LINE_JY * np.exp(-4 * math.log(2) * ((channels - LINE_CHANNEL) / LINE_WIDTH) ** 2)


def make_ms(path: Path, *, excess: float, turning_deg: float = 0.0, telluric: float = 1.0, hands: int = 2) -> Path:
    """Write an MS of one field and window.

    Parameters
    ----------
    path : Path
        Where.
    excess : float
        Noise over that which the weights tell.
    turning_deg : float, deg
        Scatter of the phase of each baseline from time to time.
    telluric : float
        Noise over the usual in channels 20 to 31.
    hands : int
        Correlations: XX, or XX and YY.
    """
    rng = np.random.default_rng(11)
    pairs = np.array(list(combinations(range(N_ANTENNAS), 2)))
    place = np.stack([rng.uniform(-200, 200, N_ANTENNAS), rng.uniform(-200, 200, N_ANTENNAS), np.zeros(N_ANTENNAS)], 1)
    n_rows = N_TIMES * len(pairs)
    columns = [makearrcoldesc("DATA", 0j, ndim=2, valuetype="complex")]
    with default_ms(str(path), maketabdesc(columns)) as main:
        main.addrows(n_rows)
        shape = (n_rows, N_CHANNELS, hands)
        phase = np.exp(1j * np.radians(turning_deg) * rng.normal(size=n_rows))
        scatter = np.where((np.arange(N_CHANNELS) >= 20) & (np.arange(N_CHANNELS) < 32), telluric, 1.0)[:, None]
        sky = ((CONTINUUM_JY + line()) * phase[:, None])[:, :, None]
        main.putcol("DATA", (sky + SIGMA_JY * excess * scatter * smoothed_noise(rng, shape)).astype(np.complex64))
        flags = np.zeros(shape, dtype=bool)
        flags[:, :4] = flags[:, -4:] = True
        main.putcol("FLAG", flags)
        main.putcol("WEIGHT", np.full((n_rows, hands), SIGMA_JY**-2, dtype=np.float32))
        main.putcol("SIGMA", np.full((n_rows, hands), SIGMA_JY, dtype=np.float32))
        main.putcol("ANTENNA1", np.tile(pairs[:, 0], N_TIMES).astype(np.int32))
        main.putcol("ANTENNA2", np.tile(pairs[:, 1], N_TIMES).astype(np.int32))
        main.putcol("UVW", np.tile(place[pairs[:, 0]] - place[pairs[:, 1]], (N_TIMES, 1)))
        main.putcol("TIME", 5e9 + SECONDS * np.repeat(np.arange(N_TIMES), len(pairs)))
        main.putcol("INTERVAL", np.full(n_rows, SECONDS))
        main.flush()
    _fill_subtables(path, hands)
    return path


def _fill_subtables(path: Path, hands: int) -> None:
    frequencies = FIRST_HZ + STEP_HZ * np.arange(N_CHANNELS)
    widths = np.full(N_CHANNELS, STEP_HZ)
    with table(str(path / "SPECTRAL_WINDOW"), readonly=False, ack=False) as windows:
        windows.addrows(1)
        cells = {
            "NUM_CHAN": N_CHANNELS, "NAME": "ALMA_RB_03#BB_1#SW-01#FULL_RES", "CHAN_FREQ": frequencies,
            "CHAN_WIDTH": widths, "EFFECTIVE_BW": widths * 8 / 3, "RESOLUTION": widths * 2, "REF_FREQUENCY": FIRST_HZ,
            "TOTAL_BANDWIDTH": N_CHANNELS * STEP_HZ, "MEAS_FREQ_REF": 5, "NET_SIDEBAND": 2,
        }  # fmt: skip
        for name, value in cells.items():
            windows.putcell(name, 0, value)
    with table(str(path / "POLARIZATION"), readonly=False, ack=False) as polarizations:
        polarizations.addrows(1)
        polarizations.putcell("CORR_TYPE", 0, np.array([9, 12][:hands], dtype=np.int32))
        polarizations.putcell("NUM_CORR", 0, hands)
    with table(str(path / "DATA_DESCRIPTION"), readonly=False, ack=False) as descriptions:
        descriptions.addrows(1)


def make_target_ms(path: Path) -> Path:
    """Write an MS of the science target M100 with all subtables that its imaging looks at."""
    make_ms(path, excess=1.0)
    rng = np.random.default_rng(12)
    observatory = np.array([2225060.0, -5440059.0, -2481681.0])
    with table(str(path / "ANTENNA"), readonly=False, ack=False) as antennas:
        antennas.addrows(N_ANTENNAS)
        for number in range(N_ANTENNAS):
            antennas.putcell("NAME", number, f"DA{41 + number}")
            antennas.putcell("STATION", number, f"A{number:03d}")
            antennas.putcell("POSITION", number, observatory + rng.uniform(-100, 100, 3))
            antennas.putcell("DISH_DIAMETER", number, 12.0)
    with table(str(path / "FIELD"), readonly=False, ack=False) as fields:
        fields.addcols(maketabdesc([makescacoldesc("EPHEMERIS_ID", -1)]))
        fields.addrows(1)
        fields.putcell("NAME", 0, "M100")
        fields.putcell("PHASE_DIR", 0, np.array([[3.23, 0.276]]))
        fields.putcell("EPHEMERIS_ID", 0, -1)
    with table(str(path / "STATE"), readonly=False, ack=False) as states:
        states.addrows(1)
        states.putcell("OBS_MODE", 0, "OBSERVE_TARGET#ON_SOURCE")
    return path
