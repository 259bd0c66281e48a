"""Trials, each in a child process: CASA, casacore together with CASA, drawing, table locks."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity
from almared.plan import known_builds

LONGEST_S = 120
CONFIGURE = (
    "import tempfile, pathlib\n"
    "from almared.engine.configure import configure_casa\n"
    "configure_casa(pathlib.Path(tempfile.mkdtemp()) / 'casa.log')\n"
)
LOADING = CONFIGURE + "import casatasks\nprint(casatasks.version_string())\n"
BESIDE = (
    "import sys\n"
    + CONFIGURE
    + "for name in sys.argv[1:]: __import__(name)\n"
    + "import casacore.tables, casatools\n"
    + "from almared.formats.measures import casadata_path\n"
    + "path = str(casadata_path() / 'geodetic' / 'TAI_UTC')\n"
    + "one = casacore.tables.table(path, ack=False).getcol('MJD')\n"
    + "tool = casatools.table()\ntool.open(path)\ntwo = tool.getcol('MJD')\ntool.close()\n"
    + "print(bool((one == two).all()))\n"
)
DRAWING = (
    "import io, matplotlib\nmatplotlib.use('Agg')\nfrom matplotlib import pyplot\n"
    "out = io.BytesIO()\npyplot.figure().add_subplot().plot([1, 2])\npyplot.savefig(out, format='png')\n"
    "print(len(out.getvalue()))\n"
)
LOCKING = (
    "import sys, tempfile, pathlib\nfrom casacore import tables\n"
    "with tempfile.TemporaryDirectory(dir=sys.argv[1], prefix='.almared-doctor-') as place:\n"
    "    path = str(pathlib.Path(place) / 'table')\n"
    "    columns = tables.maketabdesc([tables.makescacoldesc('A', 0)])\n"
    "    tables.table(path, columns, nrow=1, ack=False).close()\n"
    "    for _ in range(3):\n"
    "        with tables.table(path, readonly=False, ack=False, lockoptions='user') as rows:\n"
    "            rows.lock(write=True, nattempts=5)\n            rows.putcell('A', 0, 1)\n            rows.unlock()\n"
    "print('locked')\n"
)
NEWER_OPENSSL = "pip install 'casatools==6.7.5.18' 'casatasks==6.7.5.18', or use Python 3.13"
KNOWN_FAULTS = (
    ("OPENSSL", "openssl-wheel", NEWER_OPENSSL),
    ("EVP_", "openssl-wheel", NEWER_OPENSSL),
    ("No module named 'six'", "undeclared-six", "pip install six"),
    ("AutoUpdatesNotAllowed", "no-measures-data", "pip install casadata"),
    ("No module named 'casat", "", "pip install casatools casatasks"),
    ("the measures data are not installed", "no-measures-data", "pip install casadata"),
    ("AssertionError", "optimised-python", "run without python -O and PYTHONOPTIMIZE"),
)
"""Text in a failed import of CASA, name of the trap, its repair."""


@dataclass(frozen=True, slots=True)
class TrialExit:
    """The end of a child process.

    Parameters
    ----------
    code : int
        Exit code, negative when a signal ended it.
    output : str
        Standard output.
    errors : str
        Standard error.
    """

    code: int
    output: str = ""
    errors: str = ""

    @property
    def last_word(self) -> str:
        """Last line of its errors, or the reason it ended."""
        lines = self.errors.strip().splitlines()
        return lines[-1] if lines else f"the process ended with {self.code}"

    @property
    def answer(self) -> str:
        """Last line of its output."""
        lines = self.output.strip().splitlines()
        return lines[-1] if lines else ""


def run_trial(text: str, *arguments: str, environment: Mapping[str, str]) -> TrialExit:
    """Run Python text in a child process, without display and never for longer than two minutes."""
    kept = {name: value for name, value in environment.items() if name not in {"DISPLAY", "MPLBACKEND"}}
    command = [sys.executable, "-c", text, *arguments]
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and text
            command, capture_output=True, text=True, check=False, env=kept, timeout=LONGEST_S
        )
    except subprocess.TimeoutExpired:
        return TrialExit(1, errors=f"it did not end within {LONGEST_S} s")
    return TrialExit(done.returncode, done.stdout, done.stderr)


def examine_trials(work: Path, environment: Mapping[str, str]) -> Iterator[Finding]:
    """Yield findings on what is tried.

    Parameters
    ----------
    work : Path
        Where the data will be; the locks are tried there.
    environment : mapping
        Environment variables of the child processes.
    """
    casa = judge_casa(run_trial(LOADING, environment=environment))
    yield casa
    if casa.severity is not Severity.SEVERE:
        orders = (("casacore.tables", "casatools"), ("casatools", "casacore.tables"))
        yield judge_casacore(run_trial(BESIDE, *order, environment=environment) for order in orders)
    yield judge_drawing(run_trial(DRAWING, environment=environment))
    yield judge_locks(run_trial(LOCKING, os.fspath(work.resolve()), environment=environment))


def judge_casa(ended: TrialExit) -> Finding:
    """Return the finding on an import of CASA, with the repair of the known faults."""
    if ended.code == 0:
        return judge_build(ended.answer)
    found = f"casatasks cannot be imported: {ended.last_word}"
    for words, trap, repair in KNOWN_FAULTS:
        if words in ended.errors:
            return finding_on("CASA", Severity.SEVERE, found=found, repair=repair, trap=trap)
    return finding_on("CASA", Severity.SEVERE, found=found, repair="pip install --force-reinstall casatools casatasks")


def judge_build(version: str) -> Finding:
    """Return the finding on a CASA build that loads."""
    found = f"casatasks {version} loads without any configuration"
    if version in known_builds():
        return finding_on("CASA", Severity.OK, found=found)
    repair = f"nothing if all goes well; the tested builds are {', '.join(known_builds())}"
    return finding_on(
        "CASA",
        Severity.WARNING,
        found=f"{found}, but it is not one of the tested builds",
        repair=repair,
        trap="untested-build",
    )


def judge_casacore(orders: Iterator[TrialExit]) -> Finding:
    """Return the finding on python-casacore and casatools in one process, in both orders of import."""
    for ended in orders:
        if ended.code or ended.answer != "True":
            found = f"python-casacore and casatools do not work in one process: {ended.last_word}"
            repair = "pip install --force-reinstall --no-deps 'python-casacore>=3.8.1'"
            return finding_on(
                "casacore beside CASA", Severity.SEVERE, found=found, repair=repair, trap="casacore-conflict"
            )
    return finding_on("casacore beside CASA", Severity.OK, found="both read the same table, in both orders of import")


def judge_drawing(ended: TrialExit) -> Finding:
    """Return the finding on drawing a figure without a display."""
    if ended.code == 0 and ended.answer.isdecimal():
        return finding_on("plots", Severity.OK, found="drawn without a display")
    repair = "pip install --force-reinstall matplotlib"
    return finding_on(
        "plots",
        Severity.WARNING,
        found=f"no figure could be drawn: {ended.last_word}",
        repair=repair,
        trap="no-display",
    )


def judge_locks(ended: TrialExit) -> Finding:
    """Return the finding on locks of casacore tables in the working directory."""
    if ended.code == 0:
        return finding_on("table locks", Severity.OK, found="tables can be written and locked here")
    found = f"no table can be written and locked here: {ended.last_word}"
    repair = "work on a local disk; ask for Lustre to be mounted with the option flock"
    return finding_on("table locks", Severity.SEVERE, found=found, repair=repair, trap="table-locks")
