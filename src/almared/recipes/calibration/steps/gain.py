"""Step 15: gains and the flux scale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from almared.basics.select import id_ranges
from almared.model import Choice
from almared.names import Products
from almared.plan import Action, Argument, Call, Routine, Step, StepId
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

    def table(self, suffix: str) -> str:
        """Return the name of a gain table."""
        return self.products.of_split(suffix)

    def phases(self, suffix: str, solint: str | Choice[str], *, comment: str) -> Call:
        """Return a phase solution."""
        return self.solve(suffix, solint, gaintype="G", calmode="p", comment=comment)

    def amplitudes(self, suffix: str, comment: str, *, phases: str = "phase_int") -> Call:
        """Return an amplitude solution per scan."""
        return self.solve(
            suffix, "inf", gaintype=self.amplitude_gaintype, calmode="a", comment=comment, before=(phases,)
        )

    def solve(
        self, suffix: str, solint: str | Choice[str], *, comment: str, before: Sequence[str] = (), **kind: object
    ) -> Call:
        """Return a gaincal call on all calibrators after the bandpass and the tables named."""
        return call(
            "gaincal",
            comment,
            vis=self.products.split,
            caltable=self.table(suffix),
            field=id_ranges(self.field_ids),
            solint=solint,
            refant=self.refant,
            **kind,
            gaintable=(self.bandpass, *(self.table(name) for name in before)),
        )


def solve_gains(recipe: GainRecipe) -> Step:
    """Return step 15 for a flux calibrator that is a point or hardly resolved (domain A.8 step 15)."""
    products = recipe.products
    solved = ("phase_int", "ampli_inf", "flux_inf", "phase_inf")
    tables = tuple(products.of_split(name) for name in solved)
    texts = fluxscale_products(products) if recipe.flux_reference else ()
    actions: list[Action] = [
        start_flags(StepId.GAIN, products),
        remove(*tables, *texts),
        recipe.phases(
            "phase_int", recipe.phase_solint, comment="Short phases, for the amplitudes and the calibrators."
        ),
        recipe.amplitudes("ampli_inf", "Amplitudes of each scan."),
        *_flux_scale(recipe),
        recipe.phases("phase_inf", "inf", comment="Phases of each scan, carried over to the targets."),
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
        return [recipe.amplitudes("flux_inf", "No calibrator of known flux: the scale of the models is kept.")]
    reference = Choice(str(recipe.flux_reference.value), recipe.flux_reference.reason)
    scale = call(
        "fluxscale",
        "The scale from the calibrator of known flux to the others; the fluxes found are in the log kept.",
        vis=recipe.products.split,
        caltable=recipe.table("ampli_inf"),
        fluxtable=recipe.table("flux_inf"),
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
