"""Whole ASDMs with known truth and chosen faults: training data, dry runs, and the ground truth of the tests."""

from almared.simulate.produce import SimulatedEb, simulate
from almared.simulate.scenario_files import read_scenario, shipped_scenarios

__all__ = ["SimulatedEb", "read_scenario", "shipped_scenarios", "simulate"]
