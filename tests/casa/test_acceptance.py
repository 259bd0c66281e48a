"""What a whole calibration finds, compared with the truth that the simulator put in."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from conftest import Command

from almared.simulate.observe.truth import read_truth
from almared.simulate.scenario.mous import read_mous_truth
from almared.simulate.verify import Comparison, verify_calibration, verify_mous

pytestmark = [pytest.mark.casa, pytest.mark.slow]


def faults(lines: list[Comparison]) -> list[str]:
    return [
        f"{c.quantity}, {c.selection}: {c.found:g} for {c.put_in:g}, off by {c.deviation:g} {c.deviation_unit}"
        for c in lines
        if not c.passed
    ]


def calibrated(almared: Command, place: Path, scenario: str, *, seed: int, positions: bool = True) -> list[Comparison]:
    """Simulate, plan and run as a user would; return the comparisons with the truth."""
    almared("simulate", scenario, "--out", place, "--seed", seed)
    eb = next(place.glob("uid___*"))
    almared("plan", eb, *(["--antpos", place / "antennapos.csv"] if positions else []))
    almared("run", eb)
    return list(verify_calibration(place, read_truth(place), positions_given=positions))


def kinds(lines: list[Comparison], more: frozenset[str] = frozenset()) -> set[str]:
    words = ("Stokes I", "XX", "YY", "flux scale", "scan phases", "phase rms of check", "bandpass minus", "water path")
    return {word for word in (*words, *more) for line in lines if line.quantity.startswith(word)}


ALL_KINDS = {"Stokes I", "XX", "YY", "flux scale", "scan phases", "phase rms of check", "bandpass minus", "water path"}


IMAGE_LIMITS = {"flux of": 4.0, "line flux of": 6.0, "place of": 5.0, "noise of": 15.0}
"""Percent; of the place percent of the beam. The table of the demonstration may not call other limits its own."""


@pytest.fixture(scope="module")
def demo_mous(demo_run: Path) -> Path:
    """The tree of the demonstration's MOUS; not to be changed."""
    return demo_run / "uid___A001_Xd1_X4"


def test_the_demo_finds_what_was_put_in(demo_run: Path, demo_mous: Path) -> None:
    lines = list(verify_mous(demo_mous, read_mous_truth(demo_run)))
    assert kinds(lines, frozenset(IMAGE_LIMITS)) == ALL_KINDS | set(IMAGE_LIMITS)
    assert faults(lines) == []
    for begin, limit in IMAGE_LIMITS.items():
        assert {line.limit for line in lines if line.quantity.startswith(begin)} == {limit}
    kept = json.loads((demo_run / "put-in-found.json").read_text())
    assert [line["quantity"] for line in kept] == [line.quantity for line in lines]


def test_the_demo_is_delivered(demo_mous: Path, almared: Command) -> None:
    """The checklist has no failed line, every file of the package is as the manifest says, pages are small."""
    answer = json.loads(almared("check", demo_mous, "--json").stdout)
    assert [line for line in answer["lines"] if not line["passed"]] == []
    package = next(demo_mous.glob("Delivery/*/*/*/member.*"))
    for line in (package / "manifest.sha256").read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((package / name).read_bytes()).hexdigest() == digest, name
    assert len(list(package.glob("product/*.pbcor.fits"))) == 5
    pages = list(package.glob("qa/*.html"))
    assert len(pages) == 3
    assert max(page.stat().st_size for page in pages) < 20e6


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_other_seeds_find_what_was_put_in(almared: Command, tmp_path: Path, seed: int) -> None:
    lines = calibrated(almared, tmp_path / "eb", "b3-quasar", seed=seed)
    assert kinds(lines) == ALL_KINDS
    assert faults(lines) == []


def test_a_moon_sets_the_flux_scale(almared: Command, tmp_path: Path) -> None:
    """Titan resolved or not, calibrators and target are within 5 %."""
    place = tmp_path / "eb"
    almared("simulate", "b6-titan", "--out", place, "--seed", 1)
    eb = next(place.glob("uid___*"))
    almared("plan", eb, "--antpos", place / "antennapos.csv")
    almared("run", eb)
    lines = list(verify_calibration(place, read_truth(place), positions_given=True, limits_percent=(5.0, 5.0)))
    scale = [line for line in lines if line.quantity.startswith(("Stokes I", "flux scale"))]
    assert len(scale) > 4
    assert faults(scale) == []


def test_better_positions_bring_the_check_source_nearer_to_zero(almared: Command, tmp_path: Path) -> None:
    with_positions = calibrated(almared, tmp_path / "with", "tiny", seed=1)
    without = calibrated(almared, tmp_path / "without", "tiny", seed=1, positions=False)
    assert faults([line for line in without if "check source" in line.quantity]) == []
    good, bad = (
        np.array([line.found for line in lines if "check source" in line.quantity])
        for lines in (with_positions, without)
    )
    assert len(good) == len(bad) == 4
    assert np.all(good < bad)
