"""The calibration of one execution block."""

from __future__ import annotations

from almared.heuristics.calibration.antpos import check_positions
from almared.heuristics.calibration.earth_orientation import orientation_warnings
from almared.model import ExecutionBlock, Finding
from almared.model.finding import warning
from almared.names import Products
from almared.physics.earth_rotation import KnownOrientation
from almared.plan import CALIBRATION, CasaBuild, Plan, check_plan, choice_findings, default_build
from almared.plan.faults import with_fault_warnings
from almared.recipes.calibration.decide import decide
from almared.recipes.calibration.decisions import Decisions
from almared.recipes.calibration.head import head_lines
from almared.recipes.calibration.mode import recognise_modes
from almared.recipes.calibration.modes import all_modes
from almared.recipes.calibration.needs import with_needs
from almared.recipes.calibration.options import CalibrationOptions
from almared.recipes.calibration.plain import plain_steps
from almared.recipes.calibration.requirements import check_requirements
from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations import SITUATIONS
from almared.recipes.calibration.tsys_findings import tsys_findings
from almared.recipes.special_case import apply_cases


def plan_calibration(
    eb: ExecutionBlock, options: CalibrationOptions | None = None, *, earth: KnownOrientation | None = None
) -> Plan:
    """Return the plan of the twenty steps from ASDM to calibrated MeasurementSet.

    Parameters
    ----------
    eb : ExecutionBlock
        Facts.
    options : CalibrationOptions, optional
        What the reducer asks for.
    earth : KnownOrientation, optional
        What the measures in use know of the orientation of the Earth; without it its dates are not judged.

    Raises
    ------
    PlanError
        The execution block needs another recipe, lacks what a calibration needs, or an option names what is
        not there.

    References
    ----------
    domain.md A.2 to A.8.
    """
    options = options or CalibrationOptions()
    modes = recognise_modes(eb, options, modes=all_modes())
    check_requirements(eb)
    build = CasaBuild.known(options.build) if options.build else default_build()
    products = Products(options.ms or eb.ms_name)
    decided = decide(eb, options)
    for found in modes:
        decided = found.decide(decided, eb)
    steps = plain_steps(eb, options, products=products, decided=decided)
    plan = Plan(
        kind=CALIBRATION,
        script=products.script,
        uid=eb.uid,
        build=build.version,
        steps=steps,
        choices=decided.named_choices(),
        ms=products.ms,
        eb=eb,
    )
    situation = Situation(eb, options, products, decided)
    plan = apply_cases(plan, situation, cases=(*(found.as_case() for found in modes), *SITUATIONS))
    turned = (warning("EART01", text) for text in orientation_warnings(eb, earth))
    plan = with_fault_warnings(plan).with_findings(*turned)
    return check_plan(_finished(plan, situation))


METADATA_ONLY = "the ASDM holds metadata only: the script cannot run on it"


def _wrong_positions(eb: ExecutionBlock, decided: Decisions) -> tuple[Finding, ...]:
    corrected = decided.position_offsets.value if decided.position_offsets else ()
    return tuple(
        warning(
            "PLAN03",
            f"{found.selection}: {found.metric} ({found.value}); give --antpos",
            evidence=(found,),
        )
        for found in check_positions(eb, corrected)
    )


def _finished(plan: Plan, situation: Situation) -> Plan:
    eb, decided = situation.eb, situation.decided
    missing = () if eb.has_binary_data else (warning("PLAN02", METADATA_ONLY),)
    chosen = choice_findings(*(entry.choice for entry in plan.choices))
    plan = plan.with_findings(*missing, *chosen, *tsys_findings(eb), *_wrong_positions(eb, decided))
    head = head_lines(eb, refant=decided.refant.value, build=plan.build, choices=plan.choices)
    return with_needs(plan, eb, spw_ids=decided.split_spws.value).with_head(head)
