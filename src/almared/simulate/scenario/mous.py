"""Several executions of one MOUS: an ASDM and its truth each, and the truth of the whole."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared.errors import InputError, ScenarioError
from almared.names import Uid
from almared.simulate.observe.produce import Progress, SimulatedEb, refuse_existing, simulate
from almared.simulate.observe.truth import Truth, read_truth
from almared.simulate.scenario.models import Scenario
from almared.simulate.world.seeds import generator

MOUS_TRUTH = "mous-truth.json"
FORMAT = 1
SEEDS = 2**31


@dataclass(frozen=True, slots=True)
class SimulatedMous:
    """Products of the simulation of a MOUS.

    Parameters
    ----------
    uid : str
        Of the MOUS.
    truth : Path
        ``mous-truth.json``.
    ebs : tuple of SimulatedEb
        The executions, each in a directory of the name of its ASDM.
    """

    uid: str
    truth: Path
    ebs: tuple[SimulatedEb, ...]


@dataclass(frozen=True, slots=True)
class MousTruth:
    """The truth of a simulated MOUS.

    Parameters
    ----------
    tree : mapping
        Contents of ``mous-truth.json``: ``uid``, ``project``, ``block``, ``seed``, and ``executions`` with ``uid``,
        ``asdm`` (name), ``directory`` (relative) and ``seed`` each.
    executions : tuple of Truth
        Truth of each execution.
    """

    tree: Mapping[str, Any]
    executions: tuple[Truth, ...]

    @property
    def uid(self) -> str:
        """Uid of the MOUS."""
        return str(self.tree["uid"])


def simulate_mous(
    executions: Sequence[Scenario],
    out: str | Path,
    *,
    seed: int = 1,
    threads: int | None = None,
    force: bool = False,
    progress: Callable[[int], Progress] | None = None,
) -> SimulatedMous:
    """Return a simulated MOUS: per execution ``<name>/`` with its ASDM and truth, and ``mous-truth.json``.

    Parameters
    ----------
    executions : sequence of Scenario
        As `almared.simulate.read_executions` returns them.
    out : str or Path
        Directory.
    seed : int
        Seed of all random numbers; the seed of each execution follows from it.
    threads, force
        As for `almared.simulate.simulate`.
    progress : callable, optional
        For the number of an execution (from 0), returns a function of the visibilities done and the total.

    Raises
    ------
    ScenarioError
        A scenario cannot be used, belongs to no MOUS, or an output exists already.
    ResourceError
        The disk is too small.
    """
    mous = executions[0].mous
    if mous is None:
        raise ScenarioError(
            "the execution belongs to no MOUS", where="mous", repair='add [mous] with uid = "uid://..."'
        )
    target = Path(out)
    places = [target / Uid.parse(execution.uid).file_name for execution in executions]
    truth = target / MOUS_TRUTH
    if not force:
        refuse_existing([truth, *places])
    truth.unlink(missing_ok=True)
    ebs = []
    for number, (execution, place) in enumerate(zip(executions, places, strict=True)):
        if place.exists():
            shutil.rmtree(place)
        own = execution_seed(seed, number if execution.seed is None else execution.seed)
        told = progress(number) if progress else None
        ebs.append(simulate(execution, place, seed=own, threads=threads, progress=told))
    truth.write_text(json.dumps(_tree(executions, ebs, seed=seed), indent=1) + "\n", encoding="utf-8")
    return SimulatedMous(mous.uid, truth, tuple(ebs))


def execution_seed(seed: int, number: int) -> int:
    """Return the seed of an execution of a MOUS."""
    return int(generator(seed, "execution", number).integers(0, SEEDS))


def read_mous_truth(path: str | Path) -> MousTruth:
    """Return the truth of a simulated MOUS.

    Parameters
    ----------
    path : str or Path
        ``mous-truth.json``, or the directory that holds it.

    Raises
    ------
    InputError
        There is no truth, or this version cannot read it.
    """
    place = Path(path)
    file = place / MOUS_TRUTH if place.is_dir() else place
    try:
        tree = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the truth cannot be read: {error}", where=str(file)) from error
    if not isinstance(tree, dict) or tree.get("format") != FORMAT:
        raise InputError("the truth has another format", where=str(file), repair="simulate again")
    return MousTruth(tree, tuple(read_truth(file.parent / entry["directory"]) for entry in tree["executions"]))


def _tree(executions: Sequence[Scenario], ebs: Sequence[SimulatedEb], *, seed: int) -> dict[str, Any]:
    first = executions[0]
    return {
        "format": FORMAT,
        "uid": first.mous.uid if first.mous else "",
        "project": first.project,
        "block": first.block,
        "seed": seed,
        "executions": [
            {
                "uid": execution.uid,
                "asdm": eb.asdm.name,
                "directory": eb.asdm.parent.name,
                "seed": read_truth(eb.truth).tree["seed"],
            }
            for execution, eb in zip(executions, ebs, strict=True)
        ],
    }
