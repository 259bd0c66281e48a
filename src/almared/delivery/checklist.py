"""The final checklist of a MOUS as code: each line passed, or failed with the file that is missing or the reason."""

from __future__ import annotations

import getpass
import os
import re
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.delivery.checklist_item import ChecklistItem, checklist_item
from almared.delivery.placement import logs_elsewhere, unknown_names
from almared.delivery.products import product_faults
from almared.delivery.readme_fields import readme_faults, readme_notes
from almared.delivery.wording import personal_wording
from almared.errors import AlmaredError
from almared.formats.fluxtable import NAME as FLUX_TABLE
from almared.formats.fluxtable import read_fluxes
from almared.model import Finding
from almared.mous import Mous, MousEb
from almared.records.history import ABOUT_LOGS, Histories, History, read_history
from almared.records.inputs import by_name, changed_inputs, how_changed, product_fingerprint, read_inputs
from almared.records.report import NAME as REPORT
from almared.records.report import read_eb_report, read_mous_report
from almared.report.build import calibration_fingerprints
from almared.report.textfile import ORDER
from almared.stages.combination.inputs import calibrated_fingerprints
from almared.stages.stage import STAGES

REQUIRED_TEXTS = ("NewListObs.txt", "flag_stat.txt", "flux.txt", "tsys_stat.txt")
"""Texts that every complete QA2 directory must have."""

README_ASKED = "a README file with all of its fields filled in"
README_REPAIR = (
    "fill them in under [project] and [request] of mous.toml, or give the reason there under [readme] missing, "
    "then run `almared readme`; in a README that you edited, fill them in there"
)

PRODUCTS = (".pbcor.fits", ".flux.fits or .pb.fits")


@dataclass(frozen=True, slots=True)
class StagePlace:
    """A script and its directory.

    Parameters
    ----------
    name : str
        Directory, from that of the MOUS.
    script : Path
        The script.
    again : str
        Command that runs all of it again.
    """

    name: str
    script: Path
    again: str


def check_mous(mous: Mous, histories: Histories | None = None) -> tuple[ChecklistItem, ...]:
    """Return all lines of the checklist.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    histories : Histories, optional
        Where the histories of its scripts are kept for others.

    References
    ----------
    Wiki, final checklist; requirements W141 to W150, W104.
    """
    lines: list[ChecklistItem] = []
    known = histories or Histories()
    builds: dict[str, tuple[str, ...]] = {}
    for place in stage_places(mous):
        history, found = _history(place, known)
        builds |= {place.name: history.builds} if history else {}
        lines += found
    lines.append(version_line(builds, reason=mous.settings.readme.versions))
    for eb in mous.ebs:
        lines.append(_report_line(eb))
    if mous.is_combined:
        lines.append(_combination_line(mous))
    lines += [_products_line(mous), _names_line(mous), _mous_report_line(mous), _readme_line(mous)]
    lines.append(_words_line(mous))
    return tuple(lines)


def stage_places(mous: Mous) -> tuple[StagePlace, ...]:
    """Return all scripts of a MOUS and where they run, in order."""
    stages = [stage for stage in STAGES if stage.runs_script and stage.is_part_of(mous)]
    scripts = [stage.script(mous, eb) for stage in stages for eb in stage.ebs(mous)]
    names = {script: mous.tree.name_of(script.parent) for script in scripts if script}
    return tuple(StagePlace(name, script, f"almared run {name} --clean") for script, name in names.items())


def _history(place: StagePlace, histories: Histories) -> tuple[History | None, tuple[ChecklistItem, ...]]:
    """Return how a stage was done, if it was, and the lines on its script and log."""
    asked = "a complete script whose steps all ran in order in one go"
    if not place.script.is_file():
        missing = (f"{place.script.name} is missing",)
        return None, (checklist_item("script", place.name, asked=asked, faults=missing, repair="run `almared reduce`"),)
    try:
        history = histories.of(place.script)
    except AlmaredError as error:
        return None, (
            checklist_item("script", place.name, asked=asked, faults=(error.text(),), repair="make the script again"),
        )
    own = (finding for finding in history.findings if finding.check not in ABOUT_LOGS)
    faults: tuple[str | Finding, ...] = (*history.undone, *own, *history.gone)
    line = checklist_item(
        "script", place.name, asked=asked, faults=faults, repair=f"run `{place.again}`", notes=history.interruptions
    )
    return history, (line, _log_line(place, history))


def version_line(builds: Mapping[str, Sequence[str]], *, reason: str) -> ChecklistItem:
    """Return the line on the builds of CASA that ran the stages.

    Parameters
    ----------
    builds : mapping of str to sequence of str
        Builds of casatasks, by stage.
    reason : str
        Why they differ, in the reducer's words; empty when nobody said.

    References
    ----------
    Requirement W134: imaging is done in the CASA of the calibration.
    """
    builds_text = "; ".join(f"{place}: {', '.join(used)}" for place, used in builds.items() if used)
    differ = len({build for used in builds.values() for build in used}) > 1
    return checklist_item(
        "versions",
        "MOUS",
        asked="one build of CASA for all stages",
        faults=(builds_text,) if differ and not reason else (),
        repair="run the stages again in one of them, or give the reason in mous.toml: [readme] versions",
        notes=(f"{builds_text}: {reason}",) if differ and reason else (),
    )


def _log_line(place: StagePlace, history: History) -> ChecklistItem:
    faults: list[str | Finding] = [finding for finding in history.findings if finding.check in ABOUT_LOGS]
    faults += [] if history.logs else ["there is no log of CASA"]
    notes = [
        f"{path.name} belongs to no step as it is now; `almared check --tidy` moves it away"
        for path in _strays(place, history)
    ]
    return checklist_item(
        "log",
        place.name,
        asked="one clean log of CASA, with all steps",
        faults=faults,
        repair=f"run `{place.again}`",
        notes=notes,
    )


def _strays(place: StagePlace, history: History) -> tuple[Path, ...]:
    return tuple(path for path in sorted(place.script.parent.glob("*.log")) if path not in history.logs)


def stray_logs(mous: Mous) -> tuple[Path, ...]:
    """Return the logs that stand where stages ran and belong to none of their steps.

    Raises
    ------
    InputError
        A script cannot be read.
    """
    places = [place for place in stage_places(mous) if place.script.is_file()]
    return tuple(path for place in places for path in _strays(place, read_history(place.script)))


def _names_line(mous: Mous) -> ChecklistItem:
    """Return the line on names and places; it warns, since reducers have files of their own."""
    unknown = [f"{name} is unknown here: renamed, or nothing that is delivered" for name in unknown_names(mous)]
    asked = "files and logs under the names and in the places where packagers look for them"
    return checklist_item("names", "MOUS", asked=asked, notes=(*unknown, *logs_elsewhere(mous)))


def _report_line(eb: MousEb) -> ChecklistItem:
    directory, asked = eb.report, "a complete QA2 directory, made from the calibration as it is now"
    repair = f"run `almared report {eb.directory.name}`"
    record = read_eb_report(directory)
    if record is None:
        return checklist_item(
            "qa2", eb.directory.name, asked=asked, faults=(f"{directory.name}/{REPORT} is missing",), repair=repair
        )
    faults = []
    if not eb.script.is_file():
        faults.append("the script of the calibration is missing, so nobody knows what it was made from")
    elif record.fingerprints != calibration_fingerprints(eb.directory, eb.products):
        faults.append("it is older than the calibration")
    made = [text for item in record.items for text in item.made.texts]
    figures = [figure.file for item in record.items for figure in item.made.figures]
    faults += [f"{name} is missing" for name in (*made, *figures, record.page) if not (directory / name).is_file()]
    faults += [f"{name} was not made" for name in REQUIRED_TEXTS if name not in made]
    notes = [f"{item.title}: not available, {item.unavailable}" for item in record.items if item.unavailable]
    return checklist_item("qa2", eb.directory.name, asked=asked, faults=faults, repair=repair, notes=notes)


def _combination_line(mous: Mous) -> ChecklistItem:
    directory = mous.tree.combination
    faults = [f"{name} is missing" for name in (FLUX_TABLE, "calibrated.ms") if not (directory / name).exists()]
    if not faults:
        known = {record.ms.rpartition("/")[2] for record in read_fluxes(directory / FLUX_TABLE)}
        faults += [
            f"{FLUX_TABLE} has nothing on {eb.directory.name}" for eb in mous.ebs if eb.products.calibrated not in known
        ]
    faults += _stale_copies(mous)
    asked = "fluxes and scaled data of all execution blocks, from their calibration as it is now"
    return checklist_item(
        "combination", mous.tree.name_of(directory), asked=asked, faults=faults, repair="run `almared combine`"
    )


def _stale_copies(mous: Mous) -> list[str]:
    taken, now = by_name(read_inputs(mous.tree.combination)), by_name(calibrated_fingerprints(mous))
    changed = [name for name in now if taken.get(name, now[name]) != now[name]]
    return [f"{name} {how_changed(taken[name], now[name])} after it was copied" for name in changed]


def _products_line(mous: Mous) -> ChecklistItem:
    asked = f"products {' and '.join(PRODUCTS)} of every image and line, made from the data as they are now"
    faults = (*product_faults(mous), *_stale_images(mous))
    return checklist_item(
        "products", mous.tree.name_of(mous.tree.imaging), asked=asked, faults=faults, repair="run `almared image`"
    )


def _stale_images(mous: Mous) -> tuple[str, ...]:
    directory = mous.tree.imaging
    taken = read_inputs(directory)
    places = {name: directory / name for name in taken}
    now = {name: product_fingerprint(path.parent, path.name) for name, path in places.items()}
    changed = changed_inputs(directory, now)
    return tuple(f"{places[name].name} {how_changed(taken[name], now[name])} after it was imaged" for name in changed)


def _mous_report_line(mous: Mous) -> ChecklistItem:
    record = read_mous_report(mous.tree.report)
    is_there = record is not None and (mous.tree.report / record.page).is_file()
    faults = () if is_there else (f"qa2/{REPORT} or its page is missing",)
    return checklist_item(
        "report", "MOUS", asked="the QA2 report of the whole", faults=faults, repair="run `almared report` on the MOUS"
    )


def _readme_line(mous: Mous) -> ChecklistItem:
    path = mous.tree.readme
    if not path.is_file():
        return checklist_item(
            "readme", "MOUS", asked=README_ASKED, faults=("README is missing",), repair="run `almared readme`"
        )
    return readme_line(path.read_text(encoding="utf-8", errors="replace"))


def readme_line(text: str) -> ChecklistItem:
    """Return the line on the text of a README.

    References
    ----------
    Requirement W148.
    """
    return checklist_item(
        "readme", "MOUS", asked=README_ASKED, faults=readme_faults(text), repair=README_REPAIR, notes=readme_notes(text)
    )


def _words_line(mous: Mous) -> ChecklistItem:
    """Return the line on names of people, machines and paths in what goes to the investigators."""
    texts: list[Path] = [mous.tree.readme] if mous.tree.readme.is_file() else []
    texts += [path for place in stage_places(mous) if (path := place.script).is_file()]
    texts += [eb.report / name for eb in mous.ebs for name in ORDER if (eb.report / name).is_file()]
    faults = [f"{path.name}: {word}" for path in texts for word in private_words(path.read_text(errors="replace"))]
    asked = "no personal comment, no names of users, machines or private paths in scripts and texts"
    return checklist_item("words", "MOUS", asked=asked, faults=faults, repair="remove them", notes=_personal(texts))


def _personal(texts: Sequence[Path]) -> Iterator[str]:
    for path in texts:
        for found in personal_wording(path.read_text(errors="replace"), is_script=path.suffix == ".py"):
            yield f"{path.name}, {found}"


def private_words(text: str, *, names: Sequence[str] | None = None) -> list[str]:
    """Return names of this user, machine and home that stand in a text, and absolute paths of users.

    Parameters
    ----------
    text : str
        The text.
    names : sequence of str, optional
        Names to look for; by default those of this user and machine.
    """
    own = list(names) if names is not None else [_ask(getpass.getuser), _ask(socket.gethostname), str(Path.home())]
    words = [name for name in own if len(name) > 4 and re.search(rf"(?<![\w.]){re.escape(name)}(?![\w.])", text)]
    return words + sorted(set(re.findall(r"(?<![\w.])/(?:home|users|lustre|Users)/[\w./-]+", text)))


def _ask(function: Callable[[], str]) -> str:
    try:
        return function()
    except (OSError, KeyError):
        return os.environ.get("USER", "")
