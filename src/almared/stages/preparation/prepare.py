"""The tree of a MOUS made: directories, the ASDMs in their places, ``mous.toml``.

Everything is decided before anything is written, and existing files are left unchanged, so it can be repeated.
"""

from __future__ import annotations

import filecmp
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from almared.basics.sizes import size_text
from almared.errors import InputError, ResourceError, RunError
from almared.heuristics.part import choose_part
from almared.model import Choice
from almared.mous import MousSettings, read_settings
from almared.mous.places import MousTree
from almared.mous.source import is_asdm
from almared.mous.write import settings_text, with_sb_name, write_settings
from almared.names import Uid
from almared.records.journal import Journal, new_entry
from almared.records.products import size_on_disk
from almared.stages.preparation.inventory import GivenEb, foreign_to

CALIBRATION_FACTOR, COMBINATION_FACTOR, IMAGING_FACTOR = 10.5, 6.0, 2.0
"""Disk that the data of each stage take, in units of the raw data: measured on `mous-demo` (10.3, 5.7, 1.9).

Images are extra: `almared image` shows how much, once it knows their sizes.
"""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing to do.

    Parameters
    ----------
    verb : str
        ``make`` a directory, ``link`` or ``move`` an ASDM, ``write`` a file.
    path : Path
        Path to create.
    source : Path, optional
        The ASDM that is linked or moved.
    text : str
        What is written.
    """

    verb: str
    path: Path
    source: Path | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class TreePlan:
    """What `make_tree` will do.

    Parameters
    ----------
    tree : MousTree
        The tree.
    given : tuple of GivenEb
        The execution blocks.
    places : tuple of Path
        Where each of their ASDMs stands or will stand.
    part : Choice of str
        Which part of a science goal it is.
    deeds : tuple of Deed
        In order; nothing when all is there.
    warnings : tuple of str
        What the reducer should look at.
    disk_bytes : float, bytes
        What the reduction will need.
    """

    tree: MousTree
    given: tuple[GivenEb, ...]
    places: tuple[Path, ...]
    part: Choice[str]
    deeds: tuple[Deed, ...]
    warnings: tuple[str, ...]
    disk_bytes: float


def plan_tree(uid: Uid, given: Sequence[GivenEb], *, out: Path, sb_name: str = "", moves: bool = False) -> TreePlan:
    """Return what is to be done for the tree of a MOUS; nothing is written.

    Parameters
    ----------
    uid : Uid
        Of the MOUS.
    given : sequence of GivenEb
        Its execution blocks, or those that are added.
    out : Path
        Directory in which the tree stands.
    sb_name : str
        Name of the scheduling block, empty when it is not known.
    moves : bool
        Whether ASDMs are moved in, instead of linked.

    Raises
    ------
    InputError
        Something is there that would be overwritten, or what is given contradicts itself.

    References
    ----------
    domain E.1; requirements W038 to W046.
    """
    # Made absolute without following links: the tree is named as the reducer names it.
    tree = MousTree(Path(os.path.abspath(out)) / uid.file_name)
    settings = _settings_there(tree, uid)
    sb_name = sb_name or (settings.project.sb_name if settings else "")
    part = choose_part(sb_name, [one.eb.antennas for one in given])
    places = _places(tree, given)
    arrivals = [deed for one, place in zip(given, places, strict=True) for deed in _arrival(one, place, moves=moves)]
    directories = [tree.root, *(place.parent for place in places), tree.imaging]
    ebs = len({*_ebs_there(tree), *(place.parent for place in places)})
    if ebs > 1:
        directories.append(tree.combination)
    deeds = [Deed("make", path) for path in directories if _is_missing_directory(path)]
    written = _settings_deed(tree, uid, settings=settings, part=part, sb_name=sb_name)
    disk_bytes = _factor(ebs) * sum(one.eb.raw_bytes for one in given)
    warnings = (
        *foreign_to(uid, given),
        *_part_warnings(part, settings),
        *_case_warnings(tree),
        *_disk(out, disk_bytes),
    )
    return TreePlan(tree, tuple(given), places, part, (*deeds, *arrivals, *written), warnings, disk_bytes)


def make_tree(plan: TreePlan) -> None:
    """Carry out what was planned, and journal it.

    Raises
    ------
    ResourceError
        There is no room for an ASDM that has to be copied from another file system.
    RunError
        A copy differs from its original.
    """
    for deed in plan.deeds:
        _DOERS[deed.verb](deed)
    journal = Journal(plan.tree.root)
    for deed in plan.deeds:
        journal.append(new_entry(f"prepare-{deed.verb}", path=str(deed.path), source=str(deed.source or "")))


def _settings_there(tree: MousTree, uid: Uid) -> MousSettings | None:
    if not tree.settings.exists():
        return None
    settings = read_settings(tree.settings)
    if settings.uid != str(uid):
        raise InputError(f"it says {settings.uid}", where=str(tree.settings), repair=f"correct it to {uid}")
    return settings


def _settings_deed(
    tree: MousTree, uid: Uid, *, settings: MousSettings | None, part: Choice[str], sb_name: str
) -> tuple[Deed, ...]:
    if settings is None:
        text = settings_text(uid, part=part.value, reason=part.reason, sb_name=sb_name)
        return (Deed("write", tree.settings, text=text),)
    if sb_name != settings.project.sb_name:
        return (Deed("write", tree.settings, text=with_sb_name(tree.settings, sb_name)),)
    return ()


def _places(tree: MousTree, given: Sequence[GivenEb]) -> tuple[Path, ...]:
    """Return where each ASDM belongs; under a longer name where another uid of the same ending has the short one.

    References
    ----------
    Requirement W042.
    """
    places: list[Path] = []
    for one in given:
        name = one.uid.file_name
        short = tree.calibration(one.uid)
        longer = tree.longer_calibration(one.uid)
        is_taken = short in {place.parent for place in places} or bool(_asdm_names(short) - {name})
        places.append((longer if is_taken or (longer / name).exists() else short) / name)
    return tuple(places)


def _asdm_names(directory: Path) -> set[str]:
    """Return the names of ASDMs and of links to them, be they broken."""
    if not directory.is_dir():
        return set()
    return {path.name for path in directory.iterdir() if is_asdm(path) or _is_dangling(path)}


def _is_dangling(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _ebs_there(tree: MousTree) -> set[Path]:
    return {path for path in tree.calibrations() if _asdm_names(path)}


def _is_missing_directory(path: Path) -> bool:
    if (path.exists() or path.is_symlink()) and not path.is_dir():
        raise InputError("a file stands where a directory belongs", where=str(path), repair="move it away")
    return not path.is_dir()


def _arrival(one: GivenEb, place: Path, *, moves: bool) -> Iterator[Deed]:
    """Yield what brings an ASDM to its place, nothing when it is there."""
    if place.is_symlink():
        if place.exists() and place.resolve() != one.asdm:
            raise _taken(place, one, what=f"a link to {place.resolve()}")
        if moves or not place.exists():
            yield Deed("move" if moves else "link", place, one.asdm)
    elif place.exists():
        if place.resolve() != one.asdm:
            raise _taken(place, one, what="another copy of the ASDM")
    else:
        yield Deed("move" if moves else "link", place, one.asdm)


def _taken(place: Path, one: GivenEb, *, what: str) -> InputError:
    return InputError(
        f"{what} stands there, and {one.asdm} is given",
        where=str(place),
        repair="remove the one that is wrong; nothing is overwritten",
    )


def _part_warnings(part: Choice[str], settings: MousSettings | None) -> Iterator[str]:
    decided = settings.part if settings else None
    if decided and decided != part.value:
        yield f"mous.toml says part {decided!r}; the data look like {part.value!r} ({part.reason})"
    elif part.warning and not decided:
        yield f"part {part.value!r}: {part.warning}"


def _case_warnings(tree: MousTree) -> Iterator[str]:
    """Yield directories that a reducer named in another case than the packager expects (requirement W043)."""
    expected = {path.name for path in (tree.imaging, tree.combination.parent, tree.report, tree.delivery)}
    for path in tree.root.iterdir() if tree.root.is_dir() else ():
        for name in expected - {path.name}:
            if path.name.lower() == name.lower():
                yield f"{path.name} should be named {name}: the packager looks for that name"


def _factor(ebs: int) -> float:
    """Return how much disk the data of all stages take in units of the raw data."""
    return CALIBRATION_FACTOR + IMAGING_FACTOR + (COMBINATION_FACTOR if ebs > 1 else 0.0)


def _disk(out: Path, needed: float) -> Iterator[str]:
    there = next(path for path in (out.absolute(), *out.absolute().parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        yield f"the reduction needs about {size_text(needed)} of disk but only {size_text(free)} are free in {there}"


def _make(deed: Deed) -> None:
    deed.path.mkdir(parents=True, exist_ok=True)


def _link(deed: Deed) -> None:
    if deed.source is not None:
        deed.path.unlink(missing_ok=True)
        # Relative, so that area and archive can be moved together, or be seen under another mount.
        deed.path.symlink_to(os.path.relpath(deed.source, deed.path.parent.resolve()))


def _move(deed: Deed) -> None:
    """Move an ASDM: renamed on one file system, copied, compared and removed between two (requirement W046)."""
    if deed.source is None:
        return
    if deed.path.is_symlink():
        deed.path.unlink()
    if deed.source.stat().st_dev == deed.path.parent.stat().st_dev:
        deed.source.rename(deed.path)
    else:
        move_across(deed.source, deed.path)


def move_across(source: Path, path: Path) -> None:
    """Move an ASDM to another file system: copy it, compare every byte, then remove the original.

    Raises
    ------
    ResourceError
        There is no room.
    RunError
        The copy differs; the original stays.
    """
    size, free = size_on_disk(source), shutil.disk_usage(path.parent).free
    if free < size:
        raise ResourceError(
            f"{size_text(size)} have to be copied and {size_text(free)} are free", where=str(path.parent)
        )
    copy = path.with_name(f"{path.name}.copying")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(source, copy, symlinks=True)
    _require_same(source, copy)
    copy.rename(path)
    shutil.rmtree(source)


def _require_same(original: Path, copy: Path) -> None:
    for path in original.rglob("*"):
        twin = copy / path.relative_to(original)
        if path.is_file() and not (twin.is_file() and filecmp.cmp(path, twin, shallow=False)):
            raise RunError("the copy differs from the original", where=str(twin), repair="look at the disk; try again")


def _write(deed: Deed) -> None:
    write_settings(deed.path, deed.text)


_DOERS = {"make": _make, "link": _link, "move": _move, "write": _write}
