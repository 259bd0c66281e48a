"""A script as data: steps of actions and the choices behind them; nothing here chooses or writes."""

from almared.plan.actions import Action, Argument, Call, Routine, Value
from almared.plan.builds import CasaBuild, default_build, known_builds
from almared.plan.document import plan_document
from almared.plan.kinds import CALIBRATION, COMBINATION, IMAGING, PlanKind
from almared.plan.plan import NamedChoice, Plan, choice_findings
from almared.plan.roles import Role
from almared.plan.sound import check_plan
from almared.plan.step import Step, StepNeeds
from almared.plan.step_id import StepId

__all__ = [
    "CALIBRATION",
    "COMBINATION",
    "IMAGING",
    "Action",
    "Argument",
    "Call",
    "CasaBuild",
    "NamedChoice",
    "Plan",
    "PlanKind",
    "Role",
    "Routine",
    "Step",
    "StepId",
    "StepNeeds",
    "Value",
    "check_plan",
    "choice_findings",
    "default_build",
    "known_builds",
    "plan_document",
]
