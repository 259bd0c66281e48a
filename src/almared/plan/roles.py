"""What calls are for, so that special cases ask for a role and not for every gaincal of a step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """What a call is for in its plan; it is never written into a script.

    A mode may have roles of its own: what is asked of their family holds for them too.

    Parameters
    ----------
    name : str
        Such as ``phase_int``; that of a solution is the suffix of its table.
    family : Role, optional
        The wider role that it belongs to.
    """

    name: str
    family: Role | None = None

    def is_one_of(self, roles: tuple[Role, ...]) -> bool:
        """Return whether it, or a family that it belongs to, is among some roles."""
        return self in roles or (self.family is not None and self.family.is_one_of(roles))


UNNAMED = Role("")
"""Of a call that nothing asks for."""

FLAGGING = Role("flagging")
SOLUTION = Role("solution")
"""What solves on the visibilities of calibrators."""

GAINS = Role("gains", SOLUTION)
"""Solutions of gaincal: they need a reference antenna and an interval."""

IMPORT = Role("import")
FIX_POSITIONS = Role("fix_positions")
LISTING = Role("listing")

FLAG_AUTOCORRELATIONS = Role("flag_autocorrelations", FLAGGING)
FLAG_INTENTS = Role("flag_intents", FLAGGING)
FLAG_ONLINE = Role("flag_online", FLAGGING)
FLAG_TSYS = Role("flag_tsys", FLAGGING)
FLAG_WITHOUT_TSYS = Role("flag_without_tsys", FLAGGING)
FLAG_SHADOWED = Role("flag_shadowed", FLAGGING)
FLAG_EDGES = Role("flag_edges", FLAGGING)
FLAG_PLANET_LINES = Role("flag_planet_lines", FLAGGING)

WVR = Role("wvr")
TSYS = Role("tsys")
ANTPOS = Role("antpos")
APRIORI_APPLY = Role("apriori_apply")
SCIENCE_SPLIT = Role("science_split")

CLEAR_MODELS = Role("clear_models")
FLUX_MODEL = Role("flux_model")
BANDPASS_MODEL = Role("bandpass_model")
UNIT_MODEL = Role("unit_model")

PHASE_BANDPASS = Role("ap_pre_bandpass", GAINS)
"""Phases of each integration before the bandpass."""

BANDPASS = Role("bandpass", SOLUTION)
PHASE_INT = Role("phase_int", GAINS)
AMPLI_INF = Role("ampli_inf", GAINS)
FLUX_INF = Role("flux_inf", GAINS)
PHASE_INF = Role("phase_inf", GAINS)
PHASE_SHORT_INT = Role("phase_short_int", GAINS)
AMPLI_SHORT_INF = Role("ampli_short_inf", GAINS)
FLUX_SCALE = Role("flux_scale")

FINAL_APPLY = Role("final_apply")
CALIBRATED_SPLIT = Role("calibrated_split")
