"""The package: the tree that goes to the investigators, made whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared import __version__
from almared.delivery.archive import manifest_text, pack
from almared.delivery.checklist import CheckLine, check_mous, stage_places
from almared.delivery.history import read_history
from almared.delivery.logs import merged_log
from almared.delivery.readme import write_readme
from almared.delivery.restore import NAME as RESTORE
from almared.delivery.restore import restore_script
from almared.errors import DeliveryError
from almared.mous import Mous, MousEb
from almared.names import Uid, flag_versions, safe_file_name
from almared.run.journal import JOURNAL, STATE_DIRECTORY
from almared.run.lock import locked
from almared.run.scriptfile import read_script
from almared.script.written import PLAN
from almared.stages.image_record import read_record

MANIFEST, METADATA = "manifest.sha256", "reduction.json"
UNKNOWN_PROJECT = "unknown_project"
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
    parts = (
        safe_file_name(project.code) if project.code else UNKNOWN_PROJECT,
        f"science_goal.{Uid.parse(project.science_goal).file_name if project.science_goal else 'uid___unknown'}",
        f"group.{Uid.parse(project.group).file_name if project.group else 'uid___unknown'}",
        f"member.{mous.tree.uid_name}",
    )
    return (out or mous.tree.delivery).joinpath(*parts)


def package_mous(mous: Mous, *, out: Path | None = None, is_forced: bool = False) -> Package:
    """Make the package of a MOUS, or find that there is one of what is there now.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    out : Path, optional
        Where the tree begins, ``Delivery`` in the MOUS by default.
    is_forced : bool
        Make it although lines of the checklist failed; the package says so.

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
    with locked(mous.tree.delivery):
        write_readme(mous)
        lines = check_mous(mous)
        failed = [line for line in lines if not line.passed]
        if failed and not is_forced:
            first = f"{failed[0].place}: {failed[0].faults[0]}"
            raise DeliveryError(
                f"{len(failed)} lines of the final checklist failed, the first: {first}",
                where=str(mous.tree.root),
                repair="see `almared check`; --force makes the package all the same and says so in it",
            )
        root = member_directory(mous, out)
        if root.exists() and not (root / METADATA).is_file():
            raise DeliveryError("something else is there", where=str(root), repair="move it away, or give --out")
        new = root.with_name(root.name + ".new")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        _fill(mous, new, lines=lines)
        return _take(new, root, is_forced=bool(failed))


def _take(new: Path, root: Path, *, is_forced: bool) -> Package:
    """Put a package that is whole into its place; one that is there and equal stays."""
    manifest = (new / MANIFEST).read_text(encoding="utf-8")
    old = root / MANIFEST
    is_new = not (old.is_file() and old.read_text(encoding="utf-8") == manifest)
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


def _fill(mous: Mous, root: Path, *, lines: Sequence[CheckLine]) -> None:
    for name in ("calibration", "script", "qa", "log", "product", "raw"):
        (root / name).mkdir()
    for eb in mous.ebs:
        _add_calibration(eb, root)
    _add_scripts(mous, root)
    _add_reports(mous, root)
    _add_logs(mous, root)
    _add_products(mous, root)
    names = "".join(f"  {eb.asdm.name}\n" for eb in mous.ebs)
    (root / "raw" / "README").write_text(RAW_NOTE + names, encoding="utf-8")
    document = json.dumps(metadata(mous, lines), indent=1, sort_keys=True) + "\n"
    (root / METADATA).write_text(document, encoding="utf-8")
    (root / "README").write_text(_readme(mous, root, lines=lines), encoding="utf-8")
    files = [path for path in root.rglob("*") if path.is_file()]
    (root / MANIFEST).write_text(manifest_text(root, files), encoding="utf-8")


def _add_calibration(eb: MousEb, root: Path) -> None:
    """Add the tables and flag versions of an execution block, and the figures of its report."""
    script = read_script(eb.directory / eb.products.script)
    sets = {eb.products.ms, eb.products.split, eb.products.calibrated}
    stem = eb.uid.file_name
    kept = [name for name in script.products if name not in sets and script.has(name)]
    kept += [name for name in map(flag_versions, sorted(sets)) if script.has(name) and name not in kept]
    pack(root / "calibration" / f"{stem}.calibration.tgz", {name: eb.directory / name for name in kept})
    plots = root / "calibration" / f"{stem}.calibration.plots"
    plots.mkdir()
    for path in sorted((eb.directory / "qa2").glob("*.png")):
        if "__qa2_part" not in path.name:
            shutil.copyfile(path, plots / path.name)
    wvr = eb.directory / eb.products.of_ms("wvrgcal")
    if wvr.is_file():
        shutil.copyfile(wvr, root / "calibration" / wvr.name)
    for ephemeris in sorted(eb.directory.glob("*.eph")):
        shutil.copyfile(ephemeris, root / "calibration" / ephemeris.name)


def _add_scripts(mous: Mous, root: Path) -> None:
    for place in stage_places(mous):
        if place.script.is_file():
            shutil.copyfile(place.script, root / "script" / place.script.name)
    build = next(iter(read_history(mous.ebs[0].directory / mous.ebs[0].products.script).builds), "")
    (root / "script" / RESTORE).write_text(restore_script(mous, build=build), encoding="utf-8")
    for name in ("allFluxes.txt", "cont.dat"):
        for directory in (mous.tree.combination, mous.tree.imaging):
            if (directory / name).is_file():
                shutil.copyfile(directory / name, root / "script" / name)


def _add_reports(mous: Mous, root: Path) -> None:
    for directory in [*(eb.directory / "qa2" for eb in mous.ebs), mous.tree.report]:
        wanted = [
            *directory.glob("*.qa2_report.html"),
            *directory.glob("*__qa2_part*.png"),
            *directory.glob("*__textfile.txt"),
        ]
        for path in sorted(wanted):
            text = path.read_bytes()
            if directory == mous.tree.report and path.suffix == ".html":
                # In the package all reports are side by side.
                for eb in mous.ebs:
                    text = text.replace(f"../{eb.directory.name}/qa2/".encode(), b"")
            (root / "qa" / path.name).write_bytes(text)


def _add_logs(mous: Mous, root: Path) -> None:
    for place in stage_places(mous):
        if not place.script.is_file():
            continue
        stem = _log_stem(place.name, mous)
        scratch = root / "log" / f"{stem}.log"
        scratch.write_text(merged_log(read_history(place.script)), encoding="utf-8")
        files = {f"{stem}.log": scratch}
        for name in (JOURNAL, PLAN):
            if (path := place.script.parent / STATE_DIRECTORY / name).is_file():
                files[f"{stem}.{name}"] = path
        pack(root / "log" / f"{stem}.log.tgz", files)
        scratch.unlink()


def _log_stem(place: str, mous: Mous) -> str:
    found = {eb.directory.name: eb.uid.file_name for eb in mous.ebs}
    return found.get(place) or ("calibrated" if place.startswith("Combination") else "analysis")


def _add_products(mous: Mous, root: Path) -> None:
    for image in read_record(mous.tree.imaging).get("images", ()):
        for kind, name in image["files"].items():
            if kind != "image" and (mous.tree.imaging / name).is_file():
                shutil.copyfile(mous.tree.imaging / name, root / "product" / Path(name).name)
        for preview in sorted(mous.tree.imaging.glob(f"{image['name']}*.png")):
            shutil.copyfile(preview, root / "product" / preview.name)


def _readme(mous: Mous, root: Path, *, lines: Sequence[CheckLine]) -> str:
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


def metadata(mous: Mous, lines: Sequence[CheckLine]) -> Mapping[str, Any]:
    """Return the whole reduction for programs: choices, runs, images, checks.

    Parameters
    ----------
    mous : Mous
        The MOUS.
    lines : sequence of CheckLine
        The final checklist.
    """
    stages = {}
    for place in stage_places(mous):
        if place.script.is_file():
            history = read_history(place.script)
            stages[place.name] = {
                "script": place.script.name,
                "script_sha256": history.script.digest,
                "made_with": dict(history.script.made_with),
                "casatasks": list(history.builds),
                "runs": list(history.runs),
                "interruptions": list(history.interruptions),
                "choices": _choices(place.script.parent),
            }
    return {
        "format": 1,
        "almared": __version__,
        "mous": mous.settings.model_dump(mode="json"),
        "execution_blocks": [str(eb.uid) for eb in mous.ebs],
        "stages": stages,
        "imaging": read_record(mous.tree.imaging),
        "checklist": [line.as_record() for line in lines],
        "is_forced": any(not line.passed for line in lines),
    }


def _choices(directory: Path) -> list[Any]:
    try:
        return list(json.loads((directory / STATE_DIRECTORY / PLAN).read_text(encoding="utf-8"))["choices"])
    except (FileNotFoundError, ValueError, KeyError):
        return []
