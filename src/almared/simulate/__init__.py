"""Whole ASDMs with known truth and chosen faults: training data, dry runs, and the ground truth of the tests."""

from almared.simulate.mous import SimulatedMous, simulate_mous
from almared.simulate.produce import SimulatedEb, simulate
from almared.simulate.scenario_files import read_executions, read_scenario, shipped_scenarios

__all__ = [
    "SimulatedEb",
    "SimulatedMous",
    "read_executions",
    "read_scenario",
    "shipped_scenarios",
    "simulate",
    "simulate_mous",
]
