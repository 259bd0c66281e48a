"""What the checks of a calibration look at: measurements of its tables and of a quick image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from almared.measure.bandpass import WindowScatter
from almared.measure.coherence import PhaseNoise
from almared.measure.flags import FlagStage
from almared.measure.gains import AntennaGain
from almared.measure.point_sources import SensitivityFacts
from almared.measure.quickimage import QuickImage
from almared.measure.shadows import Shadow
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


@dataclass(frozen=True, slots=True)
class FlagMeasurement:
    """The flagged shares at each stage of the calibration, in order."""

    stages: tuple[FlagStage, ...] = ()


@dataclass(frozen=True, slots=True)
class ShadowMeasurement:
    """The antennas that were in the shadow of others."""

    shadows: tuple[Shadow, ...] = ()


@dataclass(frozen=True, slots=True)
class ElevationMeasurement:
    """The lowest elevation of each source.

    Parameters
    ----------
    lowest_deg : mapping of str to float, deg
        By the name of the source, at the middle of its scans.
    field_ids : mapping of str to tuple of int
        Fields of each source.
    """

    lowest_deg: Mapping[str, float] = field(default_factory=dict)
    field_ids: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
