"""Plans of stages that come after the calibration: their own titles, any number of steps."""

from __future__ import annotations

from dataclasses import dataclass

from almared.plan.plan import NamedChoice, Step


@dataclass(frozen=True, slots=True)
class StagePlan:
    """The combination or the imaging of a MOUS (docs/decisions/030).

    Parameters
    ----------
    kind : str
        What its script does, for the first line: ``"Flux equalisation and concatenation"``, ``"Imaging"``.
    script : str
        Name of the script, ``scriptForImaging.py``.
    uid : str
        Uid of the MOUS, empty when there is none.
    build : str
        The casatasks build it is made for.
    steps : tuple of Step
        Numbered from 0 without gaps; each has a name.
    choices : tuple of NamedChoice
        In the order in which they were made.
    warnings : tuple of str
        What the reducer has to look at.
    head : tuple of str
        Lines for the head of the script.
    """

    kind: str
    script: str
    uid: str
    build: str
    steps: tuple[Step, ...]
    choices: tuple[NamedChoice, ...] = ()
    warnings: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
