"""A calibration as data: steps of actions, with the choices behind them; nothing here chooses or writes."""

from almared.plan.actions import Action, Argument, Call, Routine, Value
from almared.plan.builds import CasaBuild, default_build, known_builds
from almared.plan.document import plan_document
from almared.plan.plan import STEP_TITLES, NamedChoice, Plan, Step, StepNeeds
from almared.plan.sound import check_plan
from almared.plan.stage import StagePlan

__all__ = [
    "STEP_TITLES",
    "Action",
    "Argument",
    "Call",
    "CasaBuild",
    "NamedChoice",
    "Plan",
    "Routine",
    "StagePlan",
    "Step",
    "StepNeeds",
    "Value",
    "check_plan",
    "default_build",
    "known_builds",
    "plan_document",
]
