"""Case tables of the checks of the calibration: what passes, and what is found in which words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from almared.checks.calibration import (
    bandpass_scatter,
    check_source_coherence,
    check_source_offset,
    flagged_antennas,
    gain_range,
    low_elevation,
    missing_fluxes,
    no_gains,
    quick_image_noise,
    shadowed_antennas,
    tsys_faults,
    tsys_outliers,
    wvr_coherence,
    wvr_improvement,
)
from almared.formats.fluxtable import FluxScale, MeasuredFlux
from almared.measure.bandpass import WindowScatter
from almared.measure.calibration import (
    BandpassMeasurement,
    ElevationMeasurement,
    FlagMeasurement,
    GainMeasurement,
    ShadowMeasurement,
    TsysMeasurement,
    WvrMeasurement,
)
from almared.measure.coherence import PhaseNoise
from almared.measure.flags import FlagStage
from almared.measure.gains import AntennaGain
from almared.measure.shadows import Shadow
from almared.measure.tsys import TsysFault, WindowTsys
from almared.model import Finding, Severity

NAN = float("nan")
ANTENNAS = ("DA41", "DV01")


def tsys_window(*outliers: tuple[bool, bool]) -> TsysMeasurement:
    """A window with two antennas, each polarisation of which may be an outlier."""
    two = np.full((2, 2), 90.0)
    return TsysMeasurement((WindowTsys(17, ANTENNAS, two, two[0], two[0], two[0], np.array(outliers)),))


def faults(*kinds: str) -> TsysMeasurement:
    return TsysMeasurement((), tuple(TsysFault(kind, "DV01", "X", 3, 17, (5, 6)) for kind in kinds))


def scatter(rms: float) -> BandpassMeasurement:
    part = np.full((2, 2), rms)
    return BandpassMeasurement((WindowScatter(17, ANTENNAS, part, part, np.zeros((2, 2), dtype=bool)),))


def noises(*pairs: tuple[float, float]) -> WvrMeasurement:
    return WvrMeasurement(tuple(PhaseNoise(f"A{n}", 10.0, *pair) for n, pair in enumerate(pairs)))


def gains(*values: tuple[float, ...]) -> GainMeasurement:
    return GainMeasurement(tuple(AntennaGain(f"A{n}", 17, value) for n, value in enumerate(values)))


def flags(*by_antenna: dict[str, float]) -> FlagMeasurement:
    return FlagMeasurement(tuple(FlagStage(f"stage {n}", 0.1, shares, {}, {}) for n, shares in enumerate(by_antenna)))


def shadows(*seconds: float) -> ShadowMeasurement:
    return ShadowMeasurement(
        tuple(Shadow(f"CM{n:02d}", ("CM09",), each, 0.0, each) for n, each in enumerate(seconds, 1))
    )


def fluxes(*, missing: tuple[tuple[str, int], ...]) -> FluxScale:
    return FluxScale((MeasuredFlux("Titan", 17, None, 1.0, 0.01),), missing)


def elevations(**lowest_deg: float) -> ElevationMeasurement:
    return ElevationMeasurement(lowest_deg, {name: (n,) for n, name in enumerate(lowest_deg)})


@dataclass(frozen=True)
class Source:
    """What the checks ask of a point source."""

    offset_beams: float = 0.0
    coherence: float = 1.0
    name: str = "J1924-2914"


@dataclass(frozen=True)
class Facts:
    """What the check asks of the expectation."""

    expected_jy: float = 1e-3
    target: str = "NGC 253"


@dataclass(frozen=True)
class Quick:
    """What the check asks of a quick image."""

    rms_jy: float
    is_dynamic_range_limited: bool = False


@dataclass(frozen=True)
class Pair:
    """A quick image and its expectation."""

    quick: Quick
    facts: Facts = Facts()


CASES: list[tuple[Any, Any, str]] = [
    (tsys_outliers, tsys_window((False, False), (False, False)), ""),
    (tsys_outliers, tsys_window((False, False), (True, True)), "Tsys apart from the other antennas: DV01 (spw 17)"),
    (tsys_faults, faults(), ""),
    (tsys_faults, faults("spike", "spike"), "Tsys with spikes: DV01"),
    (tsys_faults, faults("not above zero"), "Tsys not above zero: DV01"),
    (bandpass_scatter, scatter(0.05), ""),
    (bandpass_scatter, scatter(0.06), "the bandpass of spw 17 scatters by more than 5 %"),
    (wvr_improvement, noises((30.0, 20.0), (NAN, NAN)), ""),
    (wvr_improvement, noises((30.0, 20.0), (20.0, 30.0)), "the WVR correction does not improve A1"),
    (wvr_coherence, noises((60.0, 30.0)), ""),
    (wvr_coherence, noises((60.0, 50.0), (60.0, 10.0)), "coherence with WVR below 0.8: A0"),
    (gain_range, gains((0.9, 1.1), (NAN, 1.0)), ""),
    (gain_range, gains((0.89, 1.0), (1.0, 1.2)), "gains outside 0.90 to 1.10: A0, A1"),
    (no_gains, gains((1.0, 1.0), (NAN, 1.0)), ""),
    (no_gains, gains((1.0, 1.0), (NAN, NAN)), "no gains at all: A1"),
    (check_source_offset, Source(offset_beams=0.2), ""),
    (check_source_offset, Source(offset_beams=0.5), "J1924-2914 is 0.50 of the beam off its catalogue position"),
    (check_source_coherence, Source(coherence=0.85), ""),
    (check_source_coherence, Source(coherence=NAN), ""),
    (check_source_coherence, Source(coherence=0.5), "keeps 50 % of its amplitude in the image: decorrelation"),
    (flagged_antennas, flags(), ""),
    (flagged_antennas, flags({"DA41": 0.9}, {"DA41": 0.75, "DV01": 0.1}), ""),
    (flagged_antennas, flags({"DA41": 0.1}, {"DA41": 0.76, "DV01": 0.1}), "more than 75 % flagged: DA41"),
    (shadowed_antennas, shadows(), ""),
    (shadowed_antennas, shadows(90.0), "in shadow: CM01 for 1.5 min"),
    (missing_fluxes, fluxes(missing=()), ""),
    (missing_fluxes, fluxes(missing=(("J1924-2914", 19),)), ""),
    (missing_fluxes, fluxes(missing=(("J1924-2914", 17),)), "no flux of J1924-2914 spw 17"),
    (low_elevation, elevations(Titan=20.0), ""),
    (low_elevation, elevations(Titan=19.9, Ceres=60.0), "below 20 deg of elevation: Titan"),
    (quick_image_noise, Pair(Quick(1.5e-3)), ""),
    (quick_image_noise, Pair(Quick(3e-3, is_dynamic_range_limited=True)), ""),
    (quick_image_noise, Pair(Quick(3e-3)), "the rms of the quick image is 3.0 times the expected one"),
]


@pytest.mark.parametrize(("module", "subject", "words"), CASES)
def test_each_check_finds_what_is_wrong_and_nothing_else(module: Any, subject: Any, words: str) -> None:
    findings = module.CHECK.run(subject)
    if not words:
        assert findings == ()
        return
    (finding,) = findings
    assert words in finding.message
    assert (finding.check, finding.severity) == (module.CHECK.code, Severity.WARNING)
    assert not finding.selection.is_everything
    assert Finding.from_record(json.loads(json.dumps(finding.as_record(), allow_nan=False))) == finding
