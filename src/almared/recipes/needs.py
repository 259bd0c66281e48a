"""Disk, memory and time that each step will need."""

from __future__ import annotations

from almared.plan import Plan


def with_needs(plan: Plan) -> Plan:
    """Return the plan with the needs of its steps."""
    return plan
