"""Case table of the checks of the images: what passes, and what is found in which words."""

from __future__ import annotations

import json
from typing import Any

import pytest
from support.image_records import image_record

from almared.checks.imaging import clean_diverged, noise_above_request, noise_above_theory
from almared.checks.registry import run_checks
from almared.model import Finding

GROWN = "peak residual increased by more than 3 times from the previous major cycle"
"""Words of casatasks 6.7.0.31."""

CASES: list[tuple[Any, dict[str, Any], str]] = [
    (clean_diverged, {"stopped_because": "threshold; iteration limit"}, ""),
    (clean_diverged, {"stopped_because": GROWN}, f"diverged: tclean stopped as its {GROWN}"),
    # One chunk among others.
    (clean_diverged, {"stopped_because": f"threshold; {GROWN}"}, f"diverged: tclean stopped as its {GROWN}"),
    (noise_above_theory, {"rms_jy": 1.1e-4}, ""),
    (noise_above_theory, {"rms_jy": None}, ""),
    (noise_above_theory, {"rms_jy": 2e-4}, "its noise is 2 times the theory"),
    (noise_above_request, {"rms_jy": 2e-4}, ""),
    (noise_above_request, {"rms_jy": None, "requested_rms_jy": 1e-4}, ""),
    (noise_above_request, {"rms_jy": 1.1e-4, "requested_rms_jy": 1e-4}, ""),
    (noise_above_request, {"rms_jy": 1.5e-4, "requested_rms_jy": 1e-4}, "its noise is 1.5 times what was asked for"),
]


@pytest.mark.parametrize(("module", "given", "words"), CASES)
def test_each_check_finds_what_is_wrong_and_nothing_else(module: Any, given: dict[str, Any], words: str) -> None:
    findings = module.CHECK.run(image_record("a", **given))
    if not words:
        assert findings == ()
        return
    (finding,) = findings
    assert finding.message.startswith(words)
    assert (finding.check, finding.place) == (module.CHECK.code, "a")
    assert Finding.from_record(json.loads(json.dumps(finding.as_record(), allow_nan=False))) == finding


def test_the_clean_is_spoken_of_before_the_noise() -> None:
    found = run_checks(image_record("a", stopped_because=GROWN, rms_jy=2e-4, requested_rms_jy=1e-4))
    assert [finding.check for finding in found] == ["IMAG10", "IMAG11", "IMAG12"]
