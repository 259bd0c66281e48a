"""CASA, Python and the packages beside them; the known traps by name (peers.md section 2)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from almared.doctor.verdict import State, Verdict

PYTHONS = ((3, 11), (3, 12), (3, 13))
LOADING = (
    "import tempfile, pathlib\n"
    "from almared.engine.configure import configure_casa\n"
    "configure_casa(pathlib.Path(tempfile.mkdtemp()) / 'casa.log')\n"
    "import casatasks\n"
    "print(casatasks.version_string())\n"
)
OWN_REPAIRS = (
    ("OPENSSL", "this wheel needs a newer OpenSSL (peers R2): pip install 'casatools==6.7.5.18' 'casatasks==6.7.5.18'"),
    ("EVP_", "this wheel needs a newer OpenSSL (peers R2): pip install 'casatools==6.7.5.18' 'casatasks==6.7.5.18'"),
    ("No module named 'six'", "casatasks needs six and does not say so: pip install six"),
    ("AutoUpdatesNotAllowed", "no measures data were found (peers R3): pip install casadata"),
    ("No module named 'casat", "pip install casatools casatasks"),
)
"""Words of a failed import -> repair."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A package that is known to break reductions, or to be of no use here.

    Parameters
    ----------
    package : str
        Name of the distribution.
    trouble : str
        What happens.
    repair : str
        What to do.
    below : tuple of int
        Versions below this one are meant; empty for all.
    """

    package: str
    trouble: str
    repair: str
    below: tuple[int, ...] = ()


TRAPS = (
    Trap("python-casacore", "aborts beside casatools (R6)", "pip install 'python-casacore>=3.8.1'", (3, 8, 1)),
    Trap("dask-ms", "breaks table locks of other writers in its process (R8)", "keep it in another environment"),
    Trap("pyuvdata", "pins old numba and fetches from the network (R11)", "keep it in another environment"),
    Trap("casaplotms", "needs a display and an old protobuf (R10)", "nothing: almared does not use it"),
    Trap("casaviewer", "needs an old protobuf (R10)", "nothing: almared does not use it"),
    Trap("almatasks", "a stub; wvrgcal is in casatasks (R11)", "pip uninstall almatasks"),
    Trap("casampi", "not used, and MMS is unverified (P16)", "nothing: almared does not use it"),
)


def examine_installation(home: Path, environment: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield verdicts on Python, CASA and the packages beside it.

    Parameters
    ----------
    home : Path
        Home directory, looked at for a CASA profile; nothing in it is used or changed.
    environment : mapping
        Environment variables.
    """
    yield judge_python(sys.version_info[:2], optimised=sys.flags.optimize > 0)
    yield judge_casa(*load_casa())
    installed = {name.lower(): version for name, version in _distributions()}
    yield from find_traps(installed)
    yield judge_profile(home)
    yield judge_python_path(environment.get("PYTHONPATH", ""))


def _distributions() -> Iterator[tuple[str, str]]:
    for distribution in metadata.distributions():
        name = distribution.metadata["Name"]
        if name:
            yield name, distribution.version


def judge_python(version: tuple[int, int], *, optimised: bool) -> Verdict:
    """Return the verdict on the Python version, and on ``python -O``, which breaks casatasks."""
    found = "Python {}.{}".format(*version)
    if version not in PYTHONS:
        return Verdict("Python", State.FAIL, found, "use Python 3.11, 3.12 or 3.13")
    if optimised:
        return Verdict("Python", State.FAIL, f"{found} with -O, which breaks casatasks", "unset PYTHONOPTIMIZE, no -O")
    return Verdict("Python", State.PASS, found)


def load_casa() -> tuple[int, str, str]:
    """Import CASA in a child process; return its exit code, output and error text."""
    command = [sys.executable, "-c", LOADING]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter and text
    return done.returncode, done.stdout, done.stderr


def judge_casa(code: int, output: str, errors: str) -> Verdict:
    """Return the verdict on an import of CASA, with the repair of the known faults."""
    if code == 0:
        return Verdict("CASA", State.PASS, f"casatasks {output.strip().splitlines()[-1]} loads without configuration")
    last = errors.strip().splitlines()[-1] if errors.strip() else f"the process ended with {code}"
    repair = next((text for words, text in OWN_REPAIRS if words in errors), "pip install --force-reinstall casatasks")
    return Verdict("CASA", State.FAIL, f"casatasks cannot be imported: {last}", repair)


def find_traps(installed: Mapping[str, str]) -> Iterator[Verdict]:
    """Yield a verdict for each known trap among the installed packages (name in lower case -> version)."""
    for trap in TRAPS:
        version = installed.get(trap.package)
        if version is None or (trap.below and _numbers(version) >= trap.below):
            continue
        state = State.FAIL if trap.below else State.WARN
        yield Verdict(trap.package, state, f"{version} {trap.trouble}", trap.repair)
    if "six" not in installed:
        yield Verdict("six", State.FAIL, "casatasks imports it and does not declare it", "pip install six")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def judge_profile(home: Path) -> Verdict:
    """Return the verdict on a CASA profile of the user; almared does not read it (wiki: crashes from a bad profile)."""
    names = sorted(path.name for path in (home / ".casa").glob("*.py")) if (home / ".casa").is_dir() else []
    if not names:
        return Verdict("CASA profile", State.PASS, "none, and none is needed")
    found = f"{', '.join(names)} in the profile; not read by almared, but by plain CASA"
    return Verdict(
        "CASA profile", State.WARN, found, "when plain CASA misbehaves, move the profile aside and start anew"
    )


def judge_python_path(text: str) -> Verdict:
    """Return the verdict on PYTHONPATH: the old helper scripts must not shadow anything."""
    old = [part for part in text.split(":") if part and (Path(part) / "analysisUtils.py").exists()]
    if old:
        return Verdict(
            "PYTHONPATH", State.WARN, f"old helper scripts in {', '.join(old)}", "remove them from PYTHONPATH"
        )
    return Verdict("PYTHONPATH", State.PASS, "nothing that interferes")
