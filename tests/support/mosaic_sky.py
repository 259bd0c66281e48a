"""An MS of the mosaic of the simulator that holds the true sky, with noise of a known size: no calibration between."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
from casacore.tables import table

from almared.simulate.scenario.mous import MousTruth
from almared.simulate.world.sky import SkySource

SOURCE = "Seven_Clouds"

SETTINGS = {
    "array.group.0.antennas": "24",
    "sequence.cycles": "1",
    "sequence.check": "''",
    "sequence.bandpass_time": "20 s",
    "sequence.flux_time": "20 s",
    "sequence.phase_time": "20 s",
    "sequence.target_time": "140 s",
    "timing.science": "20 s",
}
"""What is simulated, of scenario mosaic7."""

PREPARE = """
import sys
from casatasks import importasdm, split
importasdm(asdm=sys.argv[1], vis="raw.ms", asis="", process_caldevice=False)
split(vis="raw.ms", outputvis="sky.ms", intent="OBSERVE_TARGET#ON_SOURCE", datacolumn="data", spw=sys.argv[2],
      antenna="*&", width=int(sys.argv[3]))
"""
"""CASA makes ``sky.ms`` of an ASDM: the windows named, so many channels averaged to one."""

Changed = Callable[[SkySource], SkySource]


SEVEN_METRES = {"array.group.0.configuration": "aca.cycle8.cfg", "array.group.0.antennas": "10"}
"""The same with the 7-m array."""


def setting_words(settings: Mapping[str, str] = SETTINGS) -> list[str]:
    """Return the options of ``almared simulate`` that set what is simulated."""
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]


def without_line(source: SkySource) -> SkySource:
    return replace(source, components=tuple(replace(c, lines=()) for c in source.components))


def line_alone(source: SkySource) -> SkySource:
    return replace(source, components=tuple(replace(c, flux_jy=0.0) for c in source.components))


def fill(ms: Path, truth: MousTruth, *, noise_jy: float, changed: Changed) -> None:
    """Write visibilities of the true sky into an MS, all weights being one over the square of the noise, or one.

    Parameters
    ----------
    ms : Path
        The MS, of the target alone.
    truth : MousTruth
        What was put in.
    noise_jy : float
        Rms of real and imaginary part of a visibility in a channel (Jy).
    changed : callable
        What of the source is seen.
    """
    execution = truth.executions[0]
    source = changed(execution.source(SOURCE))
    diameters = np.array([antenna["diameter_m"] for antenna in execution.tree["antennas"]])
    rng = np.random.default_rng(3)
    with table(str(ms / "SPECTRAL_WINDOW"), ack=False) as windows, table(str(ms / "FIELD"), ack=False) as fields:
        frequencies = [windows.getcell("CHAN_FREQ", row) for row in range(windows.nrows())]
        centres = fields.getcol("PHASE_DIR")[:, 0]
    with table(str(ms), readonly=False, ack=False) as main:
        keys = np.stack([main.getcol("FIELD_ID"), main.getcol("DATA_DESC_ID")], axis=1)
        for field, window in np.unique(keys, axis=0):
            rows = np.flatnonzero(np.all(keys == (field, window), axis=1))
            part = main.selectrows(rows)
            uvw = part.getcol("UVW").reshape(-1, len(diameters) * (len(diameters) - 1) // 2, 3)
            centre = (float(centres[field][0] % (2 * np.pi)), float(centres[field][1]))
            # All dishes are alike, so that the order of the baselines does not matter.
            sky = source.visibilities(frequencies[window], uvw, centre=centre, diameters_m=diameters)
            data = np.repeat(sky.reshape(len(rows), -1, 1), 2, axis=2).astype(np.complex128)
            data += noise_jy * (rng.standard_normal(data.shape) + 1j * rng.standard_normal(data.shape))
            part.putcol("DATA", data.astype(np.complex64))
            part.putcol("FLAG", np.zeros(data.shape, bool))
            part.putcol("WEIGHT", np.full((len(rows), 2), noise_jy**-2 if noise_jy else 1.0, np.float32))
            part.putcol("SIGMA", np.full((len(rows), 2), noise_jy or 1.0, np.float32))
        main.putcol("FLAG_ROW", np.zeros(main.nrows(), bool))
