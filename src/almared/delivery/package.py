"""The package: the tree that goes to the investigators, made whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.delivery.archive import manifest_text, pack
from almared.delivery.checklist import StagePlace, check_mous
from almared.delivery.checklist_item import ChecklistItem
from almared.delivery.contents import DIRECTORIES, METADATA, contents_of, log_members
from almared.delivery.logs import merged_log
from almared.delivery.metadata import metadata
from almared.delivery.package_record import PackageRecord, keep_package_record, known_package_record, sources_of
from almared.delivery.readme import write_readme
from almared.delivery.restore import NAME as RESTORE
from almared.delivery.restore import restore_script
from almared.errors import DeliveryError
from almared.mous import Mous
from almared.mous.places import MANIFEST, README
from almared.records.history import Histories, History
from almared.records.lock import locked

RAW_NOTE = "Put the ASDMs of the execution blocks here, each a directory:\n"


@dataclass(frozen=True, slots=True)
class Package:
    """A package on disk.

    Parameters
    ----------
    root : Path
        ``member.uid___...``
    is_new : bool
        Whether it was made now.
    n_files : int
        Files in it.
    n_bytes : int, bytes
        Their size.
    is_forced : bool
        Whether lines of the checklist had failed.
    """

    root: Path
    is_new: bool
    n_files: int
    n_bytes: int
    is_forced: bool


def member_directory(mous: Mous, out: Path | None = None) -> Path:
    """Return where the package of a MOUS goes (domain E.3)."""
    project = mous.settings.project
    return mous.tree.member(project=project.code, science_goal=project.science_goal, group=project.group, out=out)


def package_mous(mous: Mous, *, out: Path | None = None, is_forced: bool = False, is_verified: bool = False) -> Package:
    """Make the package of a MOUS, or find that there is one of what is there now.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    out : Path, optional
        Where the tree begins, ``Delivery`` in the MOUS by default.
    is_forced : bool
        Make it although lines of the checklist failed; the package says so.
    is_verified : bool
        Make it again and compare all its files by hash, even if nothing changed.

    Raises
    ------
    DeliveryError
        Lines of the checklist failed, or something else is in the place of the package.
    LockedError
        Another process makes one.

    References
    ----------
    domain E.3; wiki, final checklist.
    """
    mous.tree.delivery.mkdir(exist_ok=True)
    root = member_directory(mous, out)
    with locked(mous.tree.delivery):
        known = None if is_verified else known_package_record(mous, root)
        if known is not None and (is_forced or not known.is_forced):
            return Package(root, False, known.n_files, known.n_bytes, known.is_forced)
        write_readme(mous, is_renewed=False)
        sources = sources_of(mous)
        histories = Histories()
        lines = check_mous(mous, histories)
        failed = [line for line in lines if not line.passed]
        if failed and not is_forced:
            first = f"{failed[0].place}: {failed[0].faults[0]}"
            raise DeliveryError(
                f"{len(failed)} lines of the final checklist failed, the first: {first}",
                where=str(mous.tree.root),
                repair="see `almared check`; --force makes the package anyway and says so in it",
            )
        if root.exists() and not (root / METADATA).is_file():
            raise DeliveryError("something else is there", where=str(root), repair="move it away, or give --out")
        new = root.with_name(root.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        _fill(mous, new, lines=lines, histories=histories)
        made = _take(new, root, is_forced=bool(failed))
        record = PackageRecord("", sources, "", made.n_files, made.n_bytes, made.is_forced)
        keep_package_record(mous, record, root=root)
        return made


def _take(new: Path, root: Path, *, is_forced: bool) -> Package:
    """Put a package that is whole into its place; one that is there and equal stays."""
    is_new = not _is_equal(root, (new / MANIFEST).read_text(encoding="utf-8"))
    # Also what was left aside by a call that was killed.
    aside = root.with_name(root.name + ".old")
    shutil.rmtree(aside, ignore_errors=True)
    if is_new:
        if root.exists():
            root.rename(aside)
        new.rename(root)
        shutil.rmtree(aside, ignore_errors=True)
    else:
        shutil.rmtree(new)
    files = [path for path in root.rglob("*") if path.is_file()]
    return Package(root, is_new, len(files), sum(path.stat().st_size for path in files), is_forced)


def _is_equal(root: Path, manifest: str) -> bool:
    """Tell whether a package has the files of a manifest, each with its hash, and no others."""
    old = root / MANIFEST
    if not old.is_file() or old.read_text(encoding="utf-8") != manifest:
        return False
    return manifest_text(root, [path for path in root.rglob("*") if path.is_file() and path != old]) == manifest


def _fill(mous: Mous, root: Path, *, lines: Sequence[ChecklistItem], histories: Histories) -> None:
    contents = contents_of(mous)
    for name in DIRECTORIES:
        (root / name).mkdir()
    for name, path in contents.copies.items():
        (root / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(path, root / name)
    for name, members in contents.archives.items():
        pack(root / name, members)
    for name, place in contents.logs.items():
        _pack_log(root / name, place, history=histories.of(place.script))
    _link_reports(mous, root)
    build = next(iter(histories.of(mous.ebs[0].script).builds), "")
    _write(root / "script" / RESTORE, restore_script(mous, build=build))
    _write(root / "raw" / README, RAW_NOTE + "".join(f"  {eb.asdm.name}\n" for eb in mous.ebs))
    _write(root / METADATA, json.dumps(metadata(mous, lines, histories=histories), indent=1, sort_keys=True) + "\n")
    _write(root / README, _readme(mous, root, lines=lines))
    files = [path for path in root.rglob("*") if path.is_file()]
    _write(root / MANIFEST, manifest_text(root, files))


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


def _pack_log(archive: Path, place: StagePlace, *, history: History) -> None:
    """Pack the logs of a stage, as one, with its journal and plan."""
    scratch = archive.with_suffix("")
    _write(scratch, merged_log(history))
    pack(archive, {scratch.name: scratch, **log_members(archive.name, place)})
    scratch.unlink()


def _link_reports(mous: Mous, root: Path) -> None:
    """Let the report of the MOUS find those of the execution blocks: in the package all are side by side."""
    for page in mous.tree.report.glob("*.qa2_report.html"):
        copy = root / "qa" / page.name
        text = copy.read_bytes()
        for eb in mous.ebs:
            text = text.replace(f"../{mous.tree.name_of(eb.report)}/".encode(), b"")
        copy.write_bytes(text)


def _readme(mous: Mous, root: Path, *, lines: Sequence[ChecklistItem]) -> str:
    text = mous.tree.readme.read_text(encoding="utf-8", errors="replace")
    failed = [line for line in lines if not line.passed]
    if failed:
        text += "\nDELIVERED ALTHOUGH THE FINAL CHECKLIST FAILED\n"
        text += "".join(f"  {line.place}, {line.asked}: {fault}\n" for line in failed for fault in line.faults)
    return text + "\nTREE\n" + "\n".join(_tree(root, "  ")) + "\n"


def _tree(directory: Path, indent: str) -> Iterator[str]:
    for path in sorted(directory.iterdir()):
        yield f"{indent}{path.name}{'/' if path.is_dir() else ''}"
        if path.is_dir():
            yield from _tree(path, indent + "  ")
