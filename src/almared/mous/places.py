"""The places of a MOUS: every path in its tree composed and parsed in one module (domain E.1, E.3).

::

    uid___A001_X13e_X1fe/           MousTree.root
      mous.toml  README
      Calibration_X36f/             one per execution block; its report in qa2/
      Combination/calibrated/
      Imaging/
      qa2/
      Delivery/PROJECT/science_goal.UID/group.UID/member.UID/

What almared has to remember about a directory lies in its ``.almared/``: `StatePlace`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from almared.names import Uid, safe_file_name

FLUX_SCRIPT = "scriptForFluxCalibration.py"
"""Script of the combination, in `MousTree.combination`."""

IMAGING_SCRIPT = "scriptForImaging.py"
"""Script of the imaging, in `MousTree.imaging`."""

CALIBRATION = "Calibration_"
"""How the directory of an execution block begins."""

COMBINATION, IMAGING, REPORT, DELIVERY = "Combination", "Imaging", "qa2", "Delivery"
README, SETTINGS = "README", "mous.toml"
MANIFEST = "manifest.sha256"
"""List of the files of a package with their hashes."""

README_EDITED = f"{README}.edited"

IN_MOUS = (SETTINGS, README, README_EDITED, f"{CALIBRATION}*", COMBINATION, IMAGING, REPORT, DELIVERY)
"""Patterns of all that stands in the root."""

UNKNOWN_PROJECT, UNKNOWN_UID = "unknown_project", "uid___unknown"
"""In the path of a package while ``mous.toml`` does not name them."""

STATE_DIRECTORY = ".almared"
BEATS = f"{STATE_DIRECTORY}/beats"
STEP_LOGS = f"{STATE_DIRECTORY}/step-logs"
SCRATCH = f"{STATE_DIRECTORY}/scratch"

PASSING = (
    BEATS,
    STEP_LOGS,
    *(f"{STATE_DIRECTORY}/{name}" for name in ("lock.json", "trash", "output", "report", "scratch")),
)
"""What comes and goes with processes, or may be removed: nothing is made from it."""


@dataclass(frozen=True, slots=True)
class MousTree:
    """Names in the working tree of a MOUS (domain E.1).

    Parameters
    ----------
    root : Path
        Directory of the MOUS, ``uid___A001_X13e_X1fe``.
    """

    root: Path

    @property
    def uid_name(self) -> str:
        """The uid of the MOUS as the directory has it."""
        return self.root.name

    def calibration(self, eb: Uid) -> Path:
        """Return the directory of an execution block, ``Calibration_X2cd`` after the last part of its uid."""
        return self.root / f"{CALIBRATION}{eb.parts[-1]}"

    def longer_calibration(self, eb: Uid) -> Path:
        """Return the directory of an execution block when the uid of another one ends alike."""
        return self.root / f"{CALIBRATION}{'_'.join(eb.parts[1:])}"

    def calibrations(self) -> Iterator[Path]:
        """Yield the directories of execution blocks that are there, in order of name."""
        yield from (place for place in sorted(self.root.glob(f"{CALIBRATION}*")) if place.is_dir())

    @property
    def combination(self) -> Path:
        """Where execution blocks are scaled and concatenated."""
        return self.root / COMBINATION / "calibrated"

    @property
    def imaging(self) -> Path:
        """Where images are made."""
        return self.root / IMAGING

    @property
    def readme(self) -> Path:
        """The README of the delivery."""
        return self.root / README

    @property
    def settings(self) -> Path:
        """What people decide about the MOUS."""
        return self.root / SETTINGS

    @property
    def report(self) -> Path:
        """The QA2 report of the whole MOUS."""
        return self.root / REPORT

    @property
    def delivery(self) -> Path:
        """Where the package is made."""
        return self.root / DELIVERY

    @property
    def state(self) -> StatePlace:
        """What almared remembers about the whole MOUS."""
        return StatePlace(self.root)

    def name_of(self, path: Path) -> str:
        """Return a path in the tree as people say it, ``Combination/calibrated``."""
        return path.relative_to(self.root).as_posix()

    def member(self, *, project: str, science_goal: str, group: str, out: Path | None = None) -> Path:
        """Return where the package of the MOUS goes.

        Parameters
        ----------
        project : str
            Code of the project, empty when it is not known.
        science_goal, group : str
            Uids above that of the MOUS, empty when they are not known.
        out : Path, optional
            Where the tree of the delivery begins, `delivery` by default.

        References
        ----------
        domain E.3.
        """
        goal_name, group_name = (Uid.parse(uid).file_name if uid else UNKNOWN_UID for uid in (science_goal, group))
        parts = (f"science_goal.{goal_name}", f"group.{group_name}", f"member.{self.uid_name}")
        return (out or self.delivery).joinpath(safe_file_name(project) if project else UNKNOWN_PROJECT, *parts)

    def members(self) -> Iterator[Path]:
        """Yield the packages in `delivery`, in order of name."""
        yield from sorted(self.delivery.glob("*/science_goal.*/group.*/member.*"))


def calibration_name(directory: Path) -> str:
    """Return the short name of an execution block from its directory, ``X36f``.

    Examples
    --------
    >>> calibration_name(Path("uid___A001_X13e_X1fe/Calibration_X36f"))
    'X36f'
    """
    return directory.name.removeprefix(CALIBRATION)


@dataclass(frozen=True, slots=True)
class StatePlace:
    """What almared has to remember about a directory in which scripts run, or about a MOUS.

    Parameters
    ----------
    directory : Path
        That directory.
    """

    directory: Path

    @property
    def path(self) -> Path:
        """The state directory."""
        return self.directory / STATE_DIRECTORY

    @property
    def journal(self) -> Path:
        """What happened, a line each."""
        return self.path / "journal.jsonl"

    @property
    def lock(self) -> Path:
        """Who writes there."""
        return self.path / "lock.json"

    @property
    def beats(self) -> Path:
        """Signs of life of processes."""
        return self.directory / BEATS

    @property
    def inputs(self) -> Path:
        """Of what the products were made."""
        return self.path / "inputs.json"

    @property
    def plan(self) -> Path:
        """The plan of the script, as data."""
        return self.path / "plan.json"

    @property
    def rendered_files(self) -> Path:
        """Directory of files as they were written, to see what people edit."""
        return self.path / "rendered"

    def rendered(self, name: str) -> Path:
        """Return the file as it was written."""
        return self.rendered_files / name

    @property
    def scripts(self) -> Path:
        """Every text of the script that ran."""
        return self.path / "scripts"

    def output(self, name: str) -> Path:
        """Return the file with what a child process printed."""
        return self.path / "output" / f"{name}.txt"

    @property
    def trash(self) -> Path:
        """Where directories go to be removed."""
        return self.path / "trash"

    @property
    def scratch(self) -> Path:
        """Where single tasks work on copies."""
        return self.directory / SCRATCH

    @property
    def step_logs(self) -> Path:
        """Logs of steps that ran side by side."""
        return self.directory / STEP_LOGS

    @property
    def old_logs(self) -> Path:
        """Logs of runs that were started over."""
        return self.path / "old-logs"

    @property
    def stray_logs(self) -> Path:
        """Logs that belong to no step."""
        return self.path / "stray-logs"

    @property
    def report(self) -> Path:
        """What the report keeps between two calls."""
        return self.path / "report"

    @property
    def measured(self) -> Path:
        """Figures of images."""
        return self.path / "measured.json"

    @property
    def seals(self) -> Path:
        """Seals of the jobs of a MOUS."""
        return self.path / "seals.json"

    @property
    def package(self) -> Path:
        """Seal of the package, in the state of the deliveries."""
        return self.path / "package.json"
