"""Step 15: gains and the flux scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Argument, Call, Role, Routine, Step, StepId, roles
from almared.recipes.building import calibration_step, call, check_made, remove
from almared.recipes.calibration.steps.flag_versions import flags_of_step, start_flags


@dataclass(frozen=True, slots=True)
class GainRecipe:
    """What the gain solutions need.

    Parameters
    ----------
    products : Products
        Names.
    bandpass : str
        The bandpass table.
    field_ids : tuple of int
        Calibrators.
    refant : str
        Reference antenna.
    phase_solint : Choice of str
        Interval of the short phases, mostly ``int``.
    amplitude_gaintype : Choice of str
        ``T`` or ``G``.
    flux_reference : Choice of int, or None
        Field whose model sets the scale; None leaves the scale of the models.
    """

    products: Products
    bandpass: str
    field_ids: tuple[int, ...]
    refant: str
    phase_solint: Choice[str]
    amplitude_gaintype: Choice[str]
    flux_reference: Choice[int] | None

    def table(self, role: Role) -> str:
        """Return the name of the table of a solution."""
        return self.products.of_split(role.name)

    def phases(self, role: Role, solint: str | Choice[str], *, comment: str) -> Call:
        """Return a phase solution."""
        return self.solve(role, solint, gaintype="G", calmode="p", comment=comment)

    def amplitudes(self, role: Role, comment: str, *, phases: Role = roles.PHASE_INT) -> Call:
        """Return an amplitude solution per scan."""
        return self.solve(role, "inf", gaintype=self.amplitude_gaintype, calmode="a", comment=comment, before=(phases,))

    def solve(
        self, role: Role, solint: str | Choice[str], *, comment: str, before: Sequence[Role] = (), **kind: object
    ) -> Call:
        """Return a gaincal call on all calibrators after the bandpass and the tables named."""
        return call(
            "gaincal",
            comment,
            role=role,
            vis=self.products.split,
            caltable=self.table(role),
            field=id_ranges(self.field_ids),
            solint=solint,
            refant=self.refant,
            **kind,
            gaintable=(self.bandpass, *(self.table(role) for role in before)),
        )


def solve_gains(recipe: GainRecipe) -> Step:
    """Return step 15 for a flux calibrator that is a point or hardly resolved (domain A.8 step 15)."""
    products = recipe.products
    solved = (roles.PHASE_INT, roles.AMPLI_INF, roles.FLUX_INF, roles.PHASE_INF)
    tables = tuple(recipe.table(role) for role in solved)
    texts = fluxscale_products(products) if recipe.flux_reference else ()
    actions: list[Action] = [
        start_flags(StepId.GAIN, products),
        remove(*tables, *texts),
        recipe.phases(
            roles.PHASE_INT, recipe.phase_solint, comment="Short phases, for the amplitudes and the calibrators."
        ),
        recipe.amplitudes(roles.AMPLI_INF, "Amplitudes of each scan."),
        *_flux_scale(recipe),
        recipe.phases(roles.PHASE_INF, "inf", comment="Phases of each scan, carried over to the targets."),
        check_made(*tables),
    ]
    return calibration_step(
        StepId.GAIN,
        tuple(actions),
        makes=(*tables, *texts),
        changes=(products.split,),
        flags=flags_of_step(StepId.GAIN, products),
    )


def _flux_scale(recipe: GainRecipe) -> list[Action]:
    if recipe.flux_reference is None:
        return [recipe.amplitudes(roles.FLUX_INF, "No calibrator of known flux: the scale of the models is kept.")]
    reference = Choice(str(recipe.flux_reference.value), recipe.flux_reference.reason)
    scale = call(
        "fluxscale",
        "The scale from the calibrator of known flux to the others; the fluxes found are in the log kept.",
        role=roles.FLUX_SCALE,
        vis=recipe.products.split,
        caltable=recipe.table(roles.AMPLI_INF),
        fluxtable=recipe.table(roles.FLUX_INF),
        reference=reference,
    )
    return kept_scale(scale, recipe.products)


def fluxscale_products(products: Products) -> tuple[str, str]:
    """Return the files that keep what fluxscale found: its log, and all it returned as JSON."""
    return products.of_split("fluxscale"), products.of_split("fluxscale.json")


def kept_scale(scale: Call, products: Products) -> list[Action]:
    """Return a call of fluxscale that keeps its log and, under the name ``fluxes``, what it returns."""
    log, values = fluxscale_products(products)
    keep = Routine("keep_fluxes", (Argument("", values), Argument("", variable="fluxes")))
    return [replace(scale, result="fluxes", log_to=log), keep]
