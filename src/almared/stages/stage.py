"""The stages of a reduction: one row each. Whatever depends on the stage is a column of its row.

A new stage is a row here, its room under `almared.stages`, and a command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from almared.formats.contdat import NAME as RANGES
from almared.formats.fluxtable import NAME as FLUX_TABLE
from almared.mous import Mous, MousEb
from almared.mous.places import FLUX_SCRIPT, IMAGING_SCRIPT, MANIFEST
from almared.records.sections import SectionKind
from almared.stages.combination.inputs import why_copies_are_old
from almared.stages.imaging.facts import why_images_are_old


class Scope(Enum):
    """What a stage is done for."""

    EB = "execution block"
    MOUS = "MOUS"


class Completion(Enum):
    """How one sees that a stage is done."""

    WRITTEN = "its script is there"
    STEPS = "all steps of its script are done"
    FILES = "its files are there, and younger than the runs of the scripts that they were made from"
    CHECKLIST = "the final checklist passes"


def _never_old(_mous: Mous) -> str:
    return ""


def _no_files(_mous: Mous, _eb: MousEb | None) -> Sequence[Path]:
    return ()


def _report_files(mous: Mous, eb: MousEb | None) -> Sequence[Path]:
    return sorted((eb.report if eb else mous.tree.report).glob("*.html"))


def _readme_files(mous: Mous, _eb: MousEb | None) -> Sequence[Path]:
    return [mous.tree.readme] if mous.tree.readme.is_file() else []


def _package_files(mous: Mous, _eb: MousEb | None) -> Sequence[Path]:
    return [path for member in mous.tree.members() if (path := member / MANIFEST).is_file()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage.

    Parameters
    ----------
    name : str
        Its name for people and for ``--until``.
    title : str
        What it does.
    command : str
        The command of almared that does it; it ends with 0 when nothing is left to do.
    scope : Scope
        Whether it is done for each execution block or once.
    needs : tuple of str
        Stages that come before it: of the same execution block, or of all of them.
    options : tuple of str
        Options of the reduction that the command takes: ``force``, ``break-lock``, ``workers``, ``scheduler``, and
        ``share``, the processes that one of several jobs may have.
    is_of_several : bool
        Whether it is left out with a single execution block.
    is_planning : bool
        Whether it writes the script of another stage, by the options of a plan: it is done before the size of the crew
        is chosen, and left alone when a hand has edited the script.
    is_judgement : bool
        Whether it judges what is there: its failure does not make later stages old.
    reads, makes : tuple of SectionKind
        What it looks at and leaves as it is; what it makes.
    place : SectionKind, optional
        Where its script is, None for a stage without one.
    script_name : str
        Name of that script; empty for the calibration, whose script is named by its MS.
    editable : tuple of str
        Files in that place that people edit while the stage is at work.
    completion : Completion
        How one sees that it is done.
    why_old : callable
        Why what it made is older than its sources, empty when it is not; for stages with a script.
    files : callable
        What it wrote, of a MOUS or an execution block; for stages without a script.
    made_from : tuple of SectionKind
        Places of the scripts whose runs make those files old.
    """

    name: str
    title: str
    command: str
    scope: Scope
    needs: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    is_of_several: bool = False
    is_planning: bool = False
    is_judgement: bool = False
    reads: tuple[SectionKind, ...] = ()
    makes: tuple[SectionKind, ...] = ()
    place: SectionKind | None = None
    script_name: str = ""
    editable: tuple[str, ...] = ()
    completion: Completion = Completion.FILES
    why_old: Callable[[Mous], str] = _never_old
    files: Callable[[Mous, MousEb | None], Sequence[Path]] = _no_files
    made_from: tuple[SectionKind, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether it uses all workers by itself."""
        return "workers" in self.options

    @property
    def runs_script(self) -> bool:
        """Whether it is the run of a script."""
        return self.completion is Completion.STEPS

    def is_part_of(self, mous: Mous) -> bool:
        """Return whether a MOUS has this stage."""
        return mous.is_combined or not self.is_of_several

    def ebs(self, mous: Mous) -> tuple[MousEb | None, ...]:
        """Return the execution blocks for which it is done, or None for the MOUS."""
        return mous.ebs if self.scope is Scope.EB else (None,)

    def directory(self, mous: Mous, eb: MousEb | None) -> Path | None:
        """Return where its script is, None for a stage without one."""
        return next(iter(self.place.directories(mous, eb)), None) if self.place else None

    def script(self, mous: Mous, eb: MousEb | None) -> Path | None:
        """Return its script, None for a stage without one."""
        directory = self.directory(mous, eb)
        if directory is None:
            return None
        return eb.script if eb else directory / self.script_name


STAGES = (
    Stage(
        name="plan",
        title="calibration planned",
        command="plan",
        scope=Scope.EB,
        is_planning=True,
        reads=(SectionKind.CODE, SectionKind.ASDM, SectionKind.SETTINGS),
        makes=(SectionKind.PLAN,),
        place=SectionKind.CALIBRATION,
        completion=Completion.WRITTEN,
    ),
    Stage(
        name="run",
        title="calibrated",
        command="run",
        scope=Scope.EB,
        needs=("plan",),
        options=("force", "break-lock"),
        reads=(SectionKind.CODE, SectionKind.ASDM),
        makes=(SectionKind.CALIBRATION,),
        place=SectionKind.CALIBRATION,
        completion=Completion.STEPS,
    ),
    Stage(
        name="report",
        title="QA2 report of the execution block",
        command="report",
        scope=Scope.EB,
        needs=("run",),
        options=("share",),
        reads=(SectionKind.CODE, SectionKind.CALIBRATION),
        makes=(SectionKind.EB_REPORT,),
        files=_report_files,
        made_from=(SectionKind.CALIBRATION,),
    ),
    Stage(
        name="combine",
        title="scaled and concatenated",
        command="combine",
        scope=Scope.MOUS,
        needs=("run",),
        options=("break-lock",),
        is_of_several=True,
        reads=(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION),
        makes=(SectionKind.COMBINATION,),
        place=SectionKind.COMBINATION,
        script_name=FLUX_SCRIPT,
        editable=(FLUX_TABLE, FLUX_SCRIPT),
        completion=Completion.STEPS,
        why_old=why_copies_are_old,
    ),
    Stage(
        name="image",
        title="imaged",
        command="image",
        scope=Scope.MOUS,
        needs=("run", "combine"),
        options=("break-lock", "workers", "scheduler"),
        reads=(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION, SectionKind.COMBINATION),
        makes=(SectionKind.IMAGING,),
        place=SectionKind.IMAGING,
        script_name=IMAGING_SCRIPT,
        editable=(RANGES, IMAGING_SCRIPT, "masks"),
        completion=Completion.STEPS,
        why_old=why_images_are_old,
    ),
    Stage(
        name="mous-report",
        title="QA2 report of the MOUS",
        command="report",
        scope=Scope.MOUS,
        needs=("report", "image"),
        reads=(
            *(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION, SectionKind.COMBINATION),
            *(SectionKind.IMAGING, SectionKind.EB_REPORT),
        ),
        makes=(SectionKind.MOUS_REPORT,),
        files=_report_files,
        made_from=(SectionKind.IMAGING, SectionKind.CALIBRATION),
    ),
    Stage(
        name="readme",
        title="README of the delivery",
        command="readme",
        scope=Scope.MOUS,
        needs=("mous-report",),
        reads=(
            *(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION, SectionKind.COMBINATION),
            *(SectionKind.IMAGING, SectionKind.EB_REPORT, SectionKind.MOUS_REPORT),
        ),
        makes=(SectionKind.README,),
        files=_readme_files,
        made_from=(SectionKind.IMAGING, SectionKind.COMBINATION, SectionKind.CALIBRATION),
    ),
    Stage(
        name="check",
        title="final checklist",
        command="check",
        scope=Scope.MOUS,
        needs=("readme",),
        is_judgement=True,
        reads=(
            *(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION, SectionKind.COMBINATION),
            *(SectionKind.IMAGING, SectionKind.EB_REPORT, SectionKind.MOUS_REPORT, SectionKind.README),
        ),
        completion=Completion.CHECKLIST,
    ),
    Stage(
        name="package",
        title="package",
        command="package",
        scope=Scope.MOUS,
        needs=("check",),
        reads=(
            *(SectionKind.CODE, SectionKind.SETTINGS, SectionKind.CALIBRATION, SectionKind.COMBINATION),
            *(SectionKind.IMAGING, SectionKind.EB_REPORT, SectionKind.MOUS_REPORT, SectionKind.README),
        ),
        makes=(SectionKind.DELIVERY,),
        files=_package_files,
        made_from=(SectionKind.IMAGING, SectionKind.COMBINATION, SectionKind.CALIBRATION),
    ),
)
"""All stages, in order."""
