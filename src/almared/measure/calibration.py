"""What the checks of a calibration look at: measurements of its tables and of a quick image."""

from __future__ import annotations

from dataclasses import dataclass

from almared.measure.bandpass import WindowScatter
from almared.measure.coherence import PhaseNoise
from almared.measure.gains import AntennaGain
from almared.measure.point_sources import SensitivityFacts
from almared.measure.quickimage import QuickImage
from almared.measure.tsys import TsysFault, WindowTsys


@dataclass(frozen=True, slots=True)
class TsysMeasurement:
    """The system temperatures of all windows, with their spikes and values not above zero."""

    windows: tuple[WindowTsys, ...] = ()
    faults: tuple[TsysFault, ...] = ()


@dataclass(frozen=True, slots=True)
class BandpassMeasurement:
    """The scatter of the bandpass over channels, per window."""

    windows: tuple[WindowScatter, ...] = ()


@dataclass(frozen=True, slots=True)
class WvrMeasurement:
    """The phase noise of each antenna without and with the correction for water vapour."""

    noises: tuple[PhaseNoise, ...] = ()


@dataclass(frozen=True, slots=True)
class GainMeasurement:
    """The gains of the antennas relative to their median."""

    gains: tuple[AntennaGain, ...] = ()


@dataclass(frozen=True, slots=True)
class QuickImageMeasurement:
    """A quick image of the target, and what it is compared with."""

    facts: SensitivityFacts
    quick: QuickImage
