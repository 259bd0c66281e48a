"""Disk, memory and time that each step will need."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from almared.heuristics.resources import estimate_resources
from almared.model import ExecutionBlock
from almared.plan import Plan, Step, StepNeeds


def with_needs(plan: Plan, eb: ExecutionBlock, *, spw_ids: Sequence[int]) -> Plan:
    """Return the plan with the needs of its steps; a step with nothing to do needs nothing."""
    needs: dict[int, StepNeeds] = {
        entry.step: StepNeeds(entry.disk_bytes, entry.memory_bytes, entry.seconds)
        for entry in estimate_resources(eb, spw_ids)
    }
    return replace(plan, steps=tuple(_with(step, needs.get(step.number, StepNeeds())) for step in plan.steps))


def _with(step: Step, needs: StepNeeds) -> Step:
    return step if step.nothing_because else replace(step, needs=needs)
