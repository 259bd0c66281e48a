"""The installed packages: those that must match, and those known to break reductions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity

OPENSSL_WHEEL = "6.7.6.14"
"""Build whose wheel for Python 3.12 has libraries that need a newer OpenSSL than many systems have."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A package known to break reductions, or to be useless here.

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
        Older versions make a reduction impossible; empty when all versions are affected, but only disturb.
    """

    package: str
    name: str
    trouble: str
    repair: str
    below: tuple[int, ...] = ()


APART = "install it in another environment"
UNUSED = "nothing: almared does not use it; without it pip can choose newer libraries"
TRAPS = (
    Trap(
        "python-casacore",
        "casacore-too-old",
        "aborts in one process with casatools",
        "pip install 'python-casacore>=3.8.1'",
        (3, 8, 1),
    ),
    Trap("dask-ms", "dask-ms-locks", "breaks the table locks of other writers in its process", APART),
    Trap("pyuvdata", "pyuvdata-pins", "pins an old numba and fetches telescope sites from the network", APART),
    Trap("shadems", "shadems-pins", "does not install on Python 3.13 and crashes on several windows", APART),
    Trap("alminer", "alminer-pins", "pins an old astroquery", APART),
    Trap("caracal", "caracal-pins", "pulls in an old set of packages", APART),
    Trap("casaplotms", "casaplotms-display", "needs a display and an old protobuf", UNUSED),
    Trap("casaviewer", "casaviewer-protobuf", "needs an old protobuf", UNUSED),
    Trap("almatasks", "almatasks-stub", "is an empty stub; wvrgcal is in casatasks", "pip uninstall almatasks"),
    Trap("casampi", "multi-ms", "makes multi-MSs, for which no task is verified", UNUSED),
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
    """Return the normalised name of a distribution."""
    return re.sub(r"[-_.]+", "-", name).lower()


def examine_packages(installed: Mapping[str, str], python: tuple[int, int]) -> Iterator[Finding]:
    """Yield a finding for every trap among the packages, or a pass when there is none.

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
        yield finding_on("packages", Severity.OK, found=f"none of the {len(TRAPS)} known to interfere")


def find_traps(installed: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each known trap among the installed packages."""
    for trap in TRAPS:
        version = installed.get(trap.package)
        if version is None or (trap.below and numbers(version) >= trap.below):
            continue
        state = Severity.SEVERE if trap.below else Severity.WARNING
        yield finding_on(trap.package, state, found=f"{version} {trap.trouble}", repair=trap.repair, trap=trap.name)


def find_mismatches(installed: Mapping[str, str], python: tuple[int, int]) -> Iterator[Finding]:
    """Yield a finding for packages that are missing, too old, or do not match each other or this Python."""
    if "six" not in installed:
        found = "casatasks imports it without declaring it"
        yield finding_on("six", Severity.SEVERE, found=found, repair="pip install six", trap="undeclared-six")
    tools, tasks = installed.get("casatools", ""), installed.get("casatasks", "")
    if tools != tasks:
        found = f"casatools {tools or 'missing'} and casatasks {tasks or 'missing'} are of different builds"
        yield finding_on(
            "CASA packages",
            Severity.SEVERE,
            found=found,
            repair=f"pip install casatools=={tasks or tools}",
            trap="mixed-builds",
        )
    if python == (3, 12) and OPENSSL_WHEEL in {tools, tasks}:
        found = f"the wheel of {OPENSSL_WHEEL} for Python 3.12 needs OpenSSL 3.0.1 from the system"
        repair = "pip install 'casatools==6.7.5.18' 'casatasks==6.7.5.18', or use Python 3.13"
        yield finding_on("CASA packages", Severity.WARNING, found=found, repair=repair, trap="openssl-wheel")
    if "protobuf" in installed and numbers(installed["protobuf"]) < (4,):
        found = f"{installed['protobuf']} is pinned by casaplotms or casaviewer"
        yield finding_on("protobuf", Severity.WARNING, found=found, repair=UNUSED, trap="old-protobuf")


def numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; ``3.8.1rc1`` gives (3, 8, 1)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(int(part) for part in found[0].split(".")) if found else ()
