"""The parts of a MOUS on disk, with fingerprints that change with anything in them; no file is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from almared.mous import Mous, MousEb
from almared.mous.places import COMBINATION, DELIVERY, IMAGING, PASSING, README, README_EDITED, REPORT, SETTINGS
from almared.records.fingerprints import (
    DiskFingerprint,
    code_fingerprint,
    disk_fingerprint,
    is_settled,
    joint_fingerprint,
    wait_a_tick,
)

CODE = "almared"


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a MOUS.

    Parameters
    ----------
    places : tuple of Path
        Its files and directories.
    left_out : tuple of str
        Entries of a directory that do not belong to it.
    """

    places: tuple[Path, ...]
    left_out: tuple[str, ...] = PASSING


def plan_section(eb: MousEb) -> str:
    """Return the name of the products of planning an execution block."""
    return f"{eb.directory.name} plan"


def asdm_section(eb: MousEb) -> str:
    """Return the name of the raw data of an execution block."""
    return f"{eb.directory.name} ASDM"


def calibration_section(eb: MousEb) -> str:
    """Return the name of the calibration of an execution block, without its report."""
    return eb.directory.name


def report_section(eb: MousEb) -> str:
    """Return the name of the report of an execution block."""
    return f"{eb.directory.name}/{REPORT}"


class SectionKind(Enum):
    """What a section is; those of execution blocks are one each."""

    CODE = "almared"
    SETTINGS = "what people decide"
    ASDM = "raw data of an execution block"
    PLAN = "what planning an execution block leaves"
    CALIBRATION = "calibration of an execution block"
    EB_REPORT = "report of an execution block"
    COMBINATION = "combination"
    IMAGING = "imaging"
    MOUS_REPORT = "report of the MOUS"
    README = "README"
    DELIVERY = "deliveries"

    def names(self, mous: Mous, eb: MousEb | None = None) -> tuple[str, ...]:
        """Return the names of its sections: of one execution block, of all of them, or of the MOUS."""
        name = _NAMES[self]
        return (name,) if isinstance(name, str) else tuple(name(one) for one in ((eb,) if eb else mous.ebs))

    def directories(self, mous: Mous, eb: MousEb | None = None) -> tuple[Path, ...]:
        """Return where its scripts run: for one execution block, for all of them, or for the MOUS; nothing else."""
        if self is SectionKind.CALIBRATION:
            return tuple(one.directory for one in ((eb,) if eb else mous.ebs))
        places = {SectionKind.COMBINATION: mous.tree.combination, SectionKind.IMAGING: mous.tree.imaging}
        return (places[self],) if self in places else ()


_NAMES: Mapping[SectionKind, str | Callable[[MousEb], str]] = {
    SectionKind.CODE: CODE,
    SectionKind.SETTINGS: SETTINGS,
    SectionKind.ASDM: asdm_section,
    SectionKind.PLAN: plan_section,
    SectionKind.CALIBRATION: calibration_section,
    SectionKind.EB_REPORT: report_section,
    SectionKind.COMBINATION: COMBINATION,
    SectionKind.IMAGING: IMAGING,
    SectionKind.MOUS_REPORT: REPORT,
    SectionKind.README: README,
    SectionKind.DELIVERY: DELIVERY,
}


def sections_of(mous: Mous) -> dict[str, Section]:
    """Return all parts of a MOUS that are files, by their names for people."""
    tree = mous.tree
    found = {SETTINGS: Section((tree.settings, *_named_files(mous)))}
    for eb in mous.ebs:
        found |= _of_eb(eb)
    kept = tree.state.rendered(README)
    edited = tree.readme.with_name(README_EDITED)
    return {
        **found,
        COMBINATION: Section((tree.combination,)),
        IMAGING: Section((tree.imaging,)),
        REPORT: Section((tree.report,)),
        README: Section((tree.readme, kept, edited)),
        DELIVERY: Section((tree.delivery,)),
    }


def _named_files(mous: Mous) -> tuple[Path, ...]:
    """Return the files that ``mous.toml`` names."""
    settings = mous.settings
    plans = (settings.plan, *settings.plan.eb.values())
    names = [plan.antpos for plan in plans] + [settings.combine.catalogue, *settings.imaging.masks.values()]
    return tuple(mous.tree.root / name for name in names if name)


def _of_eb(eb: MousEb) -> dict[str, Section]:
    return {
        asdm_section(eb): Section((eb.asdm.resolve(),), ()),
        plan_section(eb): Section((eb.script, eb.state.plan, eb.state.rendered_files)),
        calibration_section(eb): Section((eb.directory,), (*PASSING, REPORT)),
        report_section(eb): Section((eb.report,)),
    }


def made_sections(mous: Mous) -> tuple[str, ...]:
    """Return the names of all parts that people or stages make, without raw data and deliveries."""
    left_out = {DELIVERY, *(asdm_section(eb) for eb in mous.ebs)}
    return tuple(name for name in sections_of(mous) if name not in left_out)


class Look:
    """One look at a MOUS: the fingerprint of a section is taken at its first request.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    """

    def __init__(self, mous: Mous) -> None:
        self._sections = sections_of(mous)
        self._found: dict[str, DiskFingerprint] = {}

    @classmethod
    def after_a_tick(cls, mous: Mous) -> Look:
        """Return a look that cannot miss a very recent write."""
        wait_a_tick()
        return cls(mous)

    def is_settled(self, names: Iterable[str]) -> bool:
        """Return whether the last change of some sections is old enough for a later one to get another time."""
        return is_settled(max((self._fingerprint(name).newest_ns for name in names), default=0))

    def fingerprints(self, names: Iterable[str]) -> Mapping[str, str]:
        """Return the fingerprints of some sections, by their names."""
        return {name: self._fingerprint(name).text for name in names}

    def _fingerprint(self, name: str) -> DiskFingerprint:
        if name not in self._found:
            self._found[name] = DiskFingerprint(code_fingerprint(), 0) if name == CODE else self._of_section(name)
        return self._found[name]

    def _of_section(self, name: str) -> DiskFingerprint:
        section = self._sections[name]
        return joint_fingerprint(disk_fingerprint(place, left_out=section.left_out) for place in section.places)
