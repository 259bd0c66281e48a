"""Python and the user's environment: variables, search paths, old scripts."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity

PYTHONS = ((3, 11), (3, 12), (3, 13))
OLD_SCRIPTS = ("analysisUtils.py", "almaqa2csg.py", "almaqa2isg.py", "almaqa2fcsg.py")
"""Scripts that reducers kept on the path; they patch tasks for an old CASA."""


def examine_surroundings(environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield findings on Python, its search path and the variables that CASA reads.

    Parameters
    ----------
    environment : mapping
        Environment variables.
    """
    yield judge_python(sys.version_info[:2], optimised=sys.flags.optimize > 0)
    yield judge_search_path(sys.path)
    yield judge_variables(environment)


def judge_python(version: tuple[int, int], *, optimised: bool) -> Finding:
    """Return the finding on the Python version, and on ``python -O``, which breaks casatasks."""
    found = "Python {}.{}".format(*version)
    if version not in PYTHONS:
        return finding_on(
            "Python", Severity.SEVERE, found=found, repair="use Python 3.11, 3.12 or 3.13", trap="wrong-python"
        )
    if optimised:
        found += " with -O, which removes the argument checks that casatasks relies on"
        return finding_on(
            "Python", Severity.SEVERE, found=found, repair="unset PYTHONOPTIMIZE, no -O", trap="optimised-python"
        )
    return finding_on("Python", Severity.OK, found=found)


def judge_search_path(places: Sequence[str]) -> Finding:
    """Return the finding on the module search path: the old scripts must not shadow anything."""
    old = [f"{place}/{name}" for place in places if place for name in OLD_SCRIPTS if (Path(place) / name).exists()]
    if old:
        found = f"old scripts are on the path: {', '.join(old)}"
        return finding_on(
            "search path",
            Severity.WARNING,
            found=found,
            repair="remove them from PYTHONPATH; almared needs none",
            trap="old-scripts",
        )
    return finding_on("search path", Severity.OK, found="nothing that interferes")


def judge_variables(environment: Mapping[str, str]) -> Finding:
    """Return the finding on variables that would load another CASA's libraries."""
    libraries = [
        part
        for name in ("LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH")
        for part in environment.get(name, "").split(":")
        if "casa" in part.lower()
    ]
    if libraries:
        found = f"libraries of another CASA are loaded first: {', '.join(libraries)}"
        return finding_on(
            "variables",
            Severity.WARNING,
            found=found,
            repair="start from a shell without them",
            trap="foreign-libraries",
        )
    ignored = [name for name in ("CASASITECONFIG", "CASAPATH") if environment.get(name)]
    found = f"{', '.join(ignored)} set; almared uses its own configuration" if ignored else "nothing that interferes"
    return finding_on("variables", Severity.OK, found=found)
