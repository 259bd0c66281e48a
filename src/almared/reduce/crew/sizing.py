"""Number of execution blocks at a time, by cores, memory and disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from almared.basics.processors import usable_processors
from almared.basics.sizes import size_text
from almared.errors import InputError, ResourceError
from almared.model import Choice, Evidence
from almared.mous import MousEb
from almared.records.state import StepState, script_states
from almared.run.resources import CGROUP, MEMORY_BYTES, SPARE, Needs, estimate_needs
from almared.script.locate import find_script
from almared.script.read import read_script


def available_cores() -> int:
    """Return the number of processors available to this process, at least 1."""
    usable = usable_processors()
    quota = _cgroup_cores()
    return max(1, usable if quota is None else min(usable, int(quota)))


def _cgroup_cores() -> float | None:
    limit = CGROUP / "cpu.max"
    if not limit.exists():
        return None
    quota, _, period = limit.read_text().strip().partition(" ")
    return None if quota == "max" else float(quota) / float(period)


def remaining_needs(ebs: Sequence[MousEb]) -> tuple[Needs, ...]:
    """Return what each execution block still needs; nothing for calibrated ones.

    An execution block without a script, or with one that cannot be read, counts with typical memory.
    """
    return tuple(_remaining(eb) for eb in ebs)


def _remaining(eb: MousEb) -> Needs:
    try:
        script = read_script(find_script(eb.asdm))
    except InputError:
        return Needs(0.0, MEMORY_BYTES, "no plan")
    left = [status.number for status in script_states(script) if status.state is not StepState.DONE]
    return estimate_needs(script, left, removed=())


def choose_workers(needs: Sequence[Needs], *, cores: int, memory: float | None, wanted: int = 0) -> Choice[int]:
    """Return the number of parallel jobs.

    Parameters
    ----------
    needs : sequence of Needs
        Needs of each execution block.
    cores : int
        Processors.
    memory : float, bytes, optional
        Free memory, None when unknown.
    wanted : int
        Number requested by the reducer, 0 for an automatic choice.

    Returns
    -------
    Choice of int
        At least 1; never more than there are execution blocks, unless requested.
    """
    largest = max((need.memory_bytes for need in needs), default=0.0) or MEMORY_BYTES
    by_memory = len(needs) if memory is None else int(memory // largest)
    limits = {
        "there are no more execution blocks": len(needs),
        f"this machine has {cores} cores": cores,
        f"each may need {size_text(largest)} of memory": by_memory,
    }
    evidence = (Evidence("memory per execution block", largest, "bytes"), Evidence("cores", cores))
    if wanted:
        warning = f"memory is enough for only {by_memory}" if wanted > max(by_memory, 1) else ""
        return Choice(wanted, "as requested", evidence, warning=warning)
    reason, value = min(limits.items(), key=lambda limit: limit[1])
    return Choice(max(1, value), reason, evidence)


def check_disk(root: Path, needs: Sequence[Needs], *, free: float) -> None:
    """Refuse a reduction whose calibrations do not fit on the disk together.

    Raises
    ------
    ResourceError
        They do not fit.
    """
    needed = SPARE * sum(need.disk_bytes for need in needs)
    if free < needed:
        raise ResourceError(
            f"the calibrations need about {size_text(needed)} of disk but only {size_text(free)} are free",
            where=str(root),
            repair="free some space, move the MOUS, or start anyway with --force",
            needed=needed,
            free=free,
        )
