"""The installed packages: those that must fit together, and those that are known to break reductions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity

OPENSSL_WHEEL = "6.7.6.14"
"""Build whose wheel for Python 3.12 carries libraries that want a newer OpenSSL than many systems have."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A package that is known to break reductions, or to be of no use here.

    Parameters
    ----------
    package : str
        Name of the distribution.
    name : str
        Name of the trap.
    trouble : str
        What happens.
    repair : str
        What to do.
    below : tuple of int
        Versions below this one are meant, and make a reduction impossible; empty for all, which only disturb.
    """

    package: str
    name: str
    trouble: str
    repair: str
    below: tuple[int, ...] = ()


APART = "keep it in another environment"
UNUSED = "nothing: almared does not use it; without it pip is free to choose newer libraries"
TRAPS = (
    Trap(
        "python-casacore",
        "casacore-too-old",
        "aborts beside casatools",
        "pip install 'python-casacore>=3.8.1'",
        (3, 8, 1),
    ),
    Trap("dask-ms", "dask-ms-locks", "breaks the table locks of other writers in its process", APART),
    Trap("pyuvdata", "pyuvdata-pins", "holds numba back and asks the network for telescope sites", APART),
    Trap("shadems", "shadems-pins", "does not install on Python 3.13 and crashes on several windows", APART),
    Trap("alminer", "alminer-pins", "drags astroquery back to an old version", APART),
    Trap("caracal", "caracal-pins", "pulls in an old set of packages", APART),
    Trap("casaplotms", "casaplotms-display", "needs a display and an old protobuf", UNUSED),
    Trap("casaviewer", "casaviewer-protobuf", "needs an old protobuf", UNUSED),
    Trap("almatasks", "almatasks-stub", "is an empty stub; wvrgcal is in casatasks", "pip uninstall almatasks"),
    Trap("casampi", "multi-ms", "makes multi-MSs, which no task is verified for", UNUSED),
)


def installed_packages() -> dict[str, str]:
    """Return name (normalised, in lower case) and version of every installed distribution."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            found.setdefault(normalised(name), distribution.version)
    return found


def normalised(name: str) -> str:
    """Return the name of a distribution in the one form in which names are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()


def examine_packages(installed: Mapping[str, str], python: tuple[int, int]) -> Iterator[Finding]:
    """Yield a finding for every trap among the packages, and one that all is well when there is none.

    Parameters
    ----------
    installed : mapping of str to str
        Normalised name to version.
    python : tuple of int
        Version of Python.
    """
    findings = [*find_traps(installed), *find_mismatches(installed, python)]
    yield from findings
    if not findings:
        yield finding_on("packages", Severity.OK, found=f"none of the {len(TRAPS)} that are known to interfere")


def find_traps(installed: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each known trap among the installed packages."""
    for trap in TRAPS:
        version = installed.get(trap.package)
        if version is None or (trap.below and numbers(version) >= trap.below):
            continue
        state = Severity.SEVERE if trap.below else Severity.WARNING
        yield finding_on(trap.package, state, found=f"{version} {trap.trouble}", repair=trap.repair, trap=trap.name)


def find_mismatches(installed: Mapping[str, str], python: tuple[int, int]) -> Iterator[Finding]:
    """Yield a finding for packages that are missing, too old, or do not fit each other or this Python."""
    if "six" not in installed:
        found = "casatasks imports it and does not declare it"
        yield finding_on("six", Severity.SEVERE, found=found, repair="pip install six", trap="undeclared-six")
    tools, tasks = installed.get("casatools", ""), installed.get("casatasks", "")
    if tools != tasks:
        found = f"casatools {tools or 'missing'} and casatasks {tasks or 'missing'} are not of one build"
        yield finding_on(
            "CASA packages",
            Severity.SEVERE,
            found=found,
            repair=f"pip install casatools=={tasks or tools}",
            trap="mixed-builds",
        )
    if python == (3, 12) and OPENSSL_WHEEL in {tools, tasks}:
        found = f"the wheel of {OPENSSL_WHEEL} for Python 3.12 wants OpenSSL 3.0.1 of its own system"
        repair = "pip install 'casatools==6.7.5.18' 'casatasks==6.7.5.18', or use Python 3.13"
        yield finding_on("CASA packages", Severity.WARNING, found=found, repair=repair, trap="openssl-wheel")
    if "protobuf" in installed and numbers(installed["protobuf"]) < (4,):
        found = f"{installed['protobuf']} is held back by casaplotms or casaviewer"
        yield finding_on("protobuf", Severity.WARNING, found=found, repair=UNUSED, trap="old-protobuf")


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; ``3.8.1rc1`` gives (3, 8, 1)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
