"""Lines of the final checklist that need no reduction to be tried."""

from __future__ import annotations

from almared.delivery.checklist import version_line


def test_other_builds_of_casa_fail_unless_a_reason_is_given() -> None:
    builds = {"Calibration_X10": ("6.7.0.31",), "Imaging": ("6.7.6.14",)}
    line = version_line(builds, reason="")
    assert line.faults == ("Calibration_X10: 6.7.0.31; Imaging: 6.7.6.14",)
    assert "[readme] versions" in line.repair
    reasoned = version_line(builds, reason="the old build is gone")
    assert reasoned.passed
    assert reasoned.notes == ("Calibration_X10: 6.7.0.31; Imaging: 6.7.6.14: the old build is gone",)


def test_one_build_passes_and_so_does_a_stage_that_never_ran() -> None:
    line = version_line({"Calibration_X10": ("6.7.0.31",), "Imaging": ()}, reason="")
    assert line.passed
    assert line.notes == ()
