"""Python and what the user's surroundings bring in: variables, search paths, old scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from almared.doctor.verdict import State, Verdict

PYTHONS = ((3, 11), (3, 12), (3, 13))
OLD_SCRIPTS = ("analysisUtils.py", "almaqa2csg.py", "almaqa2isg.py", "almaqa2fcsg.py")
"""Scripts that reducers kept on the path; they patch tasks and expect an old CASA."""


def examine_surroundings(environment: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield verdicts on Python, its search path and the variables that CASA reads.

    Parameters
    ----------
    environment : mapping
        Environment variables.
    """
    yield judge_python(sys.version_info[:2], optimised=sys.flags.optimize > 0)
    yield judge_search_path(sys.path)
    yield judge_variables(environment)


def judge_python(version: tuple[int, int], *, optimised: bool) -> Verdict:
    """Return the verdict on the Python version, and on ``python -O``, which breaks casatasks."""
    found = "Python {}.{}".format(*version)
    if version not in PYTHONS:
        return Verdict("Python", State.FAIL, found, "use Python 3.11, 3.12 or 3.13", "wrong-python")
    if optimised:
        found += " with -O, which takes away the checks of arguments that casatasks rests on"
        return Verdict("Python", State.FAIL, found, "unset PYTHONOPTIMIZE, no -O", "optimised-python")
    return Verdict("Python", State.PASS, found)


def judge_search_path(places: Sequence[str]) -> Verdict:
    """Return the verdict on the module search path: the old scripts must not shadow anything."""
    old = [f"{place}/{name}" for place in places if place for name in OLD_SCRIPTS if (Path(place) / name).exists()]
    if old:
        found = f"old scripts are on the path: {', '.join(old)}"
        return Verdict("search path", State.WARN, found, "take them off PYTHONPATH; almared needs none", "old-scripts")
    return Verdict("search path", State.PASS, "nothing that interferes")


def judge_variables(environment: Mapping[str, str]) -> Verdict:
    """Return the verdict on variables that would bring another CASA's libraries into the process."""
    libraries = [
        part
        for name in ("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH")
        for part in environment.get(name, "").split(":")
        if "casa" in part.lower()
    ]
    if libraries:
        found = f"libraries of another CASA are loaded first: {', '.join(libraries)}"
        return Verdict("variables", State.WARN, found, "start from a shell without them", "foreign-libraries")
    ignored = [name for name in ("CASASITECONFIG", "CASAPATH") if environment.get(name)]
    found = f"{', '.join(ignored)} set; almared uses its own configuration" if ignored else "nothing that interferes"
    return Verdict("variables", State.PASS, found)
