"""The old call: ``es.generateReducScript('uid___A002_X1_X2')``, and ``step='fluxcal'`` for a MOUS.

Examples
--------
>>> from almared import es
>>> es.generateReducScript("uid://A002/X1/X2", refant="CM02")  # doctest: +SKIP
>>> es.generateReducScript(["uid___A002_X1_X2.ms.split.cal", "uid___A002_X1_X5.ms.split.cal"], step="fluxcal")
... # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from almared.errors import InputError, PlanError
from almared.mous import Mous, read_mous
from almared.mous.options import BY_OLD_NAME
from almared.mous.places import FLUX_SCRIPT
from almared.names import Uid
from almared.stages.calibration.stage import draft_calibration
from almared.stages.combination.stage import choose_combination, order_of_mous, write_combination

ALWAYS_SO: dict[str, Any] = {"bdfflags": True, "splitMyScienceSpw": True}
"""Options of the old generator with a single accepted value."""

FLUXES = "fluxcal"
INSTEAD = {
    "wvr": "the water vapour radiometers are a step of every calibration script: `almared plan`, then `almared run EB`",
    "imaging": "use `almared image MOUS`",
    "all": "use `almared reduce MOUS`, which runs everything that is still missing",
    "calsurvey": "use `almared plan` and `almared run`, as for any other execution block",
    "softreg": "there is no script for software checks; `almared demo` compares a whole reduction with the truth",
}
"""Steps of the old generator without a counterpart, and what to do instead (domain A.1)."""


def generateReducScript(  # noqa: N802
    msNames: str | Sequence[str],  # noqa: N803
    step: str = "calib",
    **options: object,
) -> list[Path]:
    """Write the calibration scripts of execution blocks next to their data, or the script of their fluxes.

    Parameters
    ----------
    msNames : str or sequence of str
        ``uid://A/B/C``, ``uid___A_B_C`` or the name of an imported MS; for ``fluxcal`` all ``uid___A_B_C.ms.split.cal``
        of a MOUS.
    step : str
        ``calib``, or ``fluxcal``: allFluxes.txt, unless it is there, and scriptForFluxCalibration.py in
        Combination/calibrated, as ``almared combine MOUS --no-run`` writes them.
    **options
        Options by the names of the old generator: refant, bpassCalId, timeBinForFinalData, lowSNR, lbc, lazy,
        tsysChanTol, allowHybrid; none for ``fluxcal``.

    Returns
    -------
    list of Path
        The scripts.

    Raises
    ------
    AlmaredError
        An execution block cannot be read or planned, an option or a step has no counterpart, or the names are not
        those of all execution blocks of the MOUS.

    References
    ----------
    domain.md A.1, B.1; requirements W047, W115.
    """
    names = [msNames] if isinstance(msNames, str) else list(msNames)
    if step == FLUXES:
        return [_generate_fluxes(names, options)]
    if step != "calib":
        raise PlanError(
            f"the step {step!r} of the old generator has no counterpart",
            repair=INSTEAD.get(step, "use 'calib' or 'fluxcal'; `almared --help` lists the commands"),
        )
    drafts = [draft_calibration(name, _translated(options)) for name in names]
    return [draft.written.script for draft in drafts if draft.written]


def _generate_fluxes(names: Sequence[str], options: Mapping[str, Any]) -> Path:
    for name, value in options.items():
        raise PlanError(
            f"the option {name}={value!r} has no counterpart with step='{FLUXES}'",
            repair="see `almared combine --help` for its options",
        )
    mous = read_mous(Path(names[0] if names else "."))
    _check_all_named(mous, names)
    order = order_of_mous(mous)
    write_combination(order, choose_combination(order))
    return order.directory / FLUX_SCRIPT


def _check_all_named(mous: Mous, names: Sequence[str]) -> None:
    """Refuse names other than those of all execution blocks, each once: the table covers all of them."""
    asked = sorted(Uid.parse(Path(name).name).file_name for name in names)
    there = sorted(eb.uid.file_name for eb in mous.ebs)
    if asked != there:
        raise InputError(
            f"these are not all execution blocks of the MOUS, each once: {', '.join(asked) or 'none'}",
            where=str(mous.tree.root),
            repair=f"name {', '.join(there)}; `almared combine MOUS --average EB` uses the fluxes of some of them",
        )
    if not mous.is_combined:
        raise InputError("there is only one execution block: nothing to combine", where=str(mous.tree.root))


def _translated(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options under their new names."""
    for name, value in options.items():
        if name not in BY_OLD_NAME and ALWAYS_SO.get(name, ...) != value:
            raise PlanError(
                f"the option {name}={value!r} of the old generator has no counterpart",
                repair="see `almared plan --help` for its options",
            )
    return {BY_OLD_NAME[name].name: value for name, value in options.items() if name in BY_OLD_NAME}


generateReduceScript = generateReducScript  # noqa: N816
"""The other spelling in use."""
