"""What the situations of the imaging may look at: an image, and its steps in the plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from almared.plan import Action, Call, Plan, Routine, Step, Value
from almared.plan.actions import Argument
from almared.recipes.imaging import roles
from almared.recipes.imaging.choices import ImageChoices


@dataclass(frozen=True, slots=True)
class ImageSituation:
    """An image with its choices, whose steps a situation may change.

    Parameters
    ----------
    image : ImageChoices
        The image.
    """

    image: ImageChoices

    @property
    def record(self) -> str:
        """Name of the record of its clean: made by its only step, or the one that joins its chunks."""
        return clean_record(self.image.name)

    def step(self, plan: Plan) -> Step:
        """Return the step that makes the image."""
        return next(step for step in plan.steps if self.record in step.makes)

    def with_step(self, plan: Plan, change: Callable[[Step], Step]) -> Plan:
        """Return the plan with the step that makes the image changed."""
        return plan.with_step(self.step(plan).number, change)

    def with_clean(self, plan: Plan, change: Callable[[Call], Call]) -> Plan:
        """Return the plan with the call that cleans the image as a whole changed."""

        def changed(action: Action) -> Action:
            return change(action) if isinstance(action, Call) and action.role is roles.CLEAN_WHOLE else action

        return self.with_step(plan, lambda step: replace(step, actions=tuple(map(changed, step.actions))))


def clean_record(image: str) -> str:
    """Return the name of the record of a clean."""
    return f"{image}.clean.json"


def with_inserted(call: Call, after: str, *, argument: str, value: Value, reason: str = "") -> Call:
    """Return a call with an argument set; a new one comes right after another."""
    if any(given.name == argument for given in call.arguments):
        return call.with_argument(argument, value, reason=reason)
    place = [given.name for given in call.arguments].index(after) + 1
    new = Argument(argument, value, reason)
    return replace(call, arguments=(*call.arguments[:place], new, *call.arguments[place:]))


def without_arguments(call: Call, *names: str) -> Call:
    """Return a call without some arguments."""
    return replace(call, arguments=tuple(given for given in call.arguments if given.name not in names))


def with_products(step: Step, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> Step:
    """Return a step whose check looks for other products; what it makes changes alike.

    Parameters
    ----------
    step : Step
        A step with one check of what tasks made.
    change : callable
        Returns the names to look for from those that the check has.
    """
    check = next(a for a in step.actions if isinstance(a, Routine) and a.name == "check_made")
    old = tuple(str(given.value) for given in check.arguments)
    new = change(old)
    checked = replace(check, arguments=tuple(Argument("", name) for name in new))
    others = tuple(name for name in step.makes if name not in old)
    return replace(step, actions=tuple(checked if a is check else a for a in step.actions), makes=(*new, *others))
