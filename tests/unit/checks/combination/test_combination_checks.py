"""Case tables of the checks of the combination: what passes, and what is found in which words."""

from __future__ import annotations

import json

import pytest

from almared.checks.combination import (
    dates,
    doppler_groups,
    frequencies,
    gaps,
    n_fields,
    n_windows,
    scale_applied,
    spectra,
    variation,
)
from almared.checks.registry import run_checks
from almared.heuristics.combination.equalise import OwnFlux, equalise
from almared.measure.combination import AppliedScale, CombinedMs, Count, FluxesToCombine, SpwGroup
from almared.model import Finding, Selection, Severity

DAY = 86400.0


def own(source: str, spw: int, ms: str, flux: float, *, error: float = 0.003, ghz: float = 90.0) -> OwnFlux:
    return OwnFlux(source, spw, ms, ghz * 1e9, flux, error)


def averaged(*values: OwnFlux) -> FluxesToCombine:
    return FluxesToCombine({value.ms: 0.0 for value in values}, tuple(equalise(values)), values)


def sgr_b2(last_jy: float) -> FluxesToCombine:
    """The four windows of the Sgr B2 table, in which the last has a tenth of its neighbours' flux."""
    ghz, jy = (91.28, 89.48, 101.37, 103.23), (5.55588, 5.46806, 5.45036, last_jy)
    pairs = enumerate(zip(ghz, jy, strict=True))
    return FluxesToCombine(own=tuple(own("J1744-3116", n, "a", flux, error=0.02, ghz=f) for n, (f, flux) in pairs))


def combined(*, fields: int = 5, windows: int = 4, **parts: tuple[object, ...]) -> CombinedMs:
    return CombinedMs("calibrated.ms", Count(fields, 5), Count(windows, 4), **parts)  # type: ignore[arg-type]


def scale(found: float | None, table: float | None) -> CombinedMs:
    return combined(applied=(AppliedScale("a", "J1", 0, table, found),))


GROUPS = (SpwGroup((0, 4), (90e9, 90.002e9), 128), SpwGroup((1,), (92e9,), 128))

CASES = [
    (dates, FluxesToCombine({"a": 0.0, "b": 2.9 * DAY}), ""),
    (dates, FluxesToCombine({"a": 0.0, "b": 9.9 * DAY}, few_days=10), ""),
    (dates, FluxesToCombine({"b": 4.0 * DAY, "a": 0.0, "c": 1.0}), "a and b are 4.0 days apart"),
    (dates, FluxesToCombine(), ""),
    (variation, averaged(*(own("J1", spw, ms, jy) for spw in (0, 1) for ms, jy in (("a", 1.05), ("b", 0.95)))),
     "J1 varies more than its errors"),
    (variation, averaged(*(own("J1", spw, ms, jy) for spw in (0, 1) for ms, jy in (("a", 1.05), ("b", 0.95)))),
     "a +5.0 %, b -5.0 %"),
    (variation, averaged(own("J1", 0, "a", 1.05, error=0.04), own("J1", 0, "b", 0.95, error=0.04)), ""),
    # Half a percent is of no account, however small the errors.
    (variation, averaged(own("J1", 0, "a", 1.005, error=1e-4), own("J1", 0, "b", 1.0, error=1e-4)), ""),
    (spectra, sgr_b2(0.56742), "window 3: 0.56742 Jy is -90 % off"),
    (spectra, sgr_b2(5.4), ""),
    (spectra, FluxesToCombine(own=(own("J1", 0, "a", -0.1), own("J1", 1, "a", 1.0))), "-0.1 Jy"),
    (spectra, FluxesToCombine(own=(own("J1", 0, "a", 1.0),)), ""),
    (gaps, averaged(own("J1", 0, "a", 1.0), own("J1", 0, "b", 1.0), own("J1", 1, "a", 1.0)),
     "J1 in window 1: b did not measure it"),
    (gaps, averaged(own("J1", 0, "a", 1.0), own("J1", 0, "b", 1.0)), ""),
    (frequencies, FluxesToCombine(frequencies_hz={"a": {0: 90e9}, "b": {0: 90e9 * 1.0002}}), ""),
    (frequencies, FluxesToCombine(frequencies_hz={"a": {0: 90e9}, "b": {0: 90.1e9}}), "window 0 of b is +100.0 MHz"),
    (n_fields, combined(), ""),
    (n_fields, combined(fields=7), "has 7 fields, 5 were expected: look at calibrated.ms.listobs"),
    (n_windows, combined(windows=8), "has 8 windows, 4 were expected"),
    (doppler_groups, combined(groups=GROUPS), "to be imaged together: 0,4 (90.000 GHz, 2.000 MHz apart)"),
    (doppler_groups, combined(groups=GROUPS[1:]), ""),
    (scale_applied, scale(1.051, 1.05), ""),
    (scale_applied, scale(1.2, None), ""),
    (scale_applied, scale(None, 1.05), "no solution"),
    (scale_applied, scale(1.2, 1.05), "+20.0 % off the flux used, by the table it should be +5.0 %"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "subject", "words"), CASES)
def test_each_check_finds_what_is_wrong_and_nothing_else(module: object, subject: object, words: str) -> None:
    check = module.CHECK  # type: ignore[attr-defined]
    findings = check.run(subject)
    if not words:
        assert findings == ()
        return
    (finding,) = findings
    assert words in finding.message
    assert (finding.check, finding.severity > Severity.OK) == (check.code, True)
    assert Finding.from_record(json.loads(json.dumps(finding.as_record()))) == finding


def test_a_finding_names_the_data_it_is_about() -> None:
    (finding,) = spectra.check(sgr_b2(0.56742))
    assert (finding.place, finding.selection) == ("a", Selection(fields=("J1744-3116",), spws=(3,)))
    assert finding.value_of("off the spectrum") == pytest.approx(-90, abs=1)


def test_all_checks_that_look_at_one_thing_run_in_order_of_their_codes() -> None:
    found = run_checks(combined(fields=7, windows=8, groups=GROUPS))
    assert [finding.check for finding in found] == ["COMB10", "COMB11", "COMB12"]
