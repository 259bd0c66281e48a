"""Whole ASDMs with known truth and chosen faults: for training, dry runs and the tests."""

from almared.simulate.observe.produce import SimulatedEb, simulate
from almared.simulate.scenario.files import read_executions, read_scenario, shipped_scenarios
from almared.simulate.scenario.mous import SimulatedMous, simulate_mous

__all__ = [
    "SimulatedEb",
    "SimulatedMous",
    "read_executions",
    "read_scenario",
    "shipped_scenarios",
    "simulate",
    "simulate_mous",
]
