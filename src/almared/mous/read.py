"""A MOUS read from its directory: the tree, its settings, its execution blocks."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from almared.errors import InputError
from almared.mous.places import REPORT, SETTINGS, MousTree, StatePlace, calibration_name
from almared.mous.settings import MousSettings
from almared.mous.source import asdms_in
from almared.names import Products, Uid


@dataclass(frozen=True, slots=True)
class MousEb:
    """An execution block in the tree of its MOUS.

    Parameters
    ----------
    uid : Uid
        Its uid.
    directory : Path
        Its ``Calibration_X###``; longer when two uids have the same last part.
    asdm : Path
        The ASDM in it, most often a link.
    products : Products
        Names of what its calibration makes.
    """

    uid: Uid
    directory: Path
    asdm: Path
    products: Products

    @property
    def name(self) -> str:
        """Short name for people: the end of its directory's, ``X36f``."""
        return calibration_name(self.directory)

    @property
    def script(self) -> Path:
        """Its calibration script."""
        return self.directory / self.products.script

    @property
    def calibrated(self) -> Path:
        """Its calibrated MS."""
        return self.directory / self.products.calibrated

    @property
    def report(self) -> Path:
        """Directory of its QA2 report."""
        return self.directory / REPORT

    @property
    def state(self) -> StatePlace:
        """What almared remembers about it."""
        return StatePlace(self.directory)


@dataclass(frozen=True, slots=True)
class Mous:
    """A MOUS on disk.

    Parameters
    ----------
    tree : MousTree
        Names of its directories, absolute.
    settings : MousSettings
        What ``mous.toml`` says.
    ebs : tuple of MousEb
        Execution blocks, in order of directory name.
    """

    tree: MousTree
    settings: MousSettings
    ebs: tuple[MousEb, ...]

    @property
    def is_combined(self) -> bool:
        """Whether it has a combination: not when there is only one execution block."""
        return len(self.ebs) > 1

    @property
    def uid(self) -> Uid:
        """Its uid."""
        return Uid.parse(self.settings.uid)


def read_mous(path: Path) -> Mous:
    """Return the MOUS that holds a path.

    Parameters
    ----------
    path : Path
        The directory of the MOUS, or anything inside it.

    Raises
    ------
    InputError
        There is no ``mous.toml`` there or above, it cannot be used, or a calibration directory holds no ASDM.

    References
    ----------
    domain E.1; docs/decisions/030.
    """
    tree = MousTree(find_root(path))
    settings = read_settings(tree.settings)
    ebs = tuple(map(_eb, tree.calibrations()))
    if Uid.parse(settings.uid).file_name != tree.uid_name:
        raise InputError(
            f"it gives {settings.uid}, but the directory is {tree.uid_name}",
            where=str(tree.settings),
            repair="correct the uid or rename the directory; the packager looks for the uid's name",
        )
    return Mous(tree, settings, ebs)


def find_root(path: Path) -> Path:
    """Return the directory of the MOUS that holds a place.

    Raises
    ------
    InputError
        Neither it nor any directory above has a ``mous.toml``.
    """
    # Made absolute without following links: an ASDM in the tree is usually a link.
    place = Path(os.path.abspath(path))
    for directory in (place, *place.parents):
        if (directory / SETTINGS).is_file():
            return directory
    raise InputError(
        f"not in a MOUS: neither it nor any directory above has a {SETTINGS}",
        where=str(path),
        repair="make the tree with `almared prepare MOUS_UID ASDM...`",
    )


def read_settings(path: Path) -> MousSettings:
    """Return the settings in a ``mous.toml``.

    Raises
    ------
    InputError
        It cannot be read, is not valid TOML, or has unknown keys, wrong units or values.
    """
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"it cannot be read ({error.strerror})", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"not valid TOML: {error}", where=str(path)) from error
    try:
        return MousSettings.model_validate(tree)
    except ValidationError as error:
        raise InputError(
            "; ".join(_complaints(error)), where=str(path), repair="see docs/mous.md for the allowed keys"
        ) from error


def _complaints(error: ValidationError) -> Iterator[str]:
    for problem in error.errors():
        key = ".".join(str(part) for part in problem["loc"])
        plain = problem["msg"].removeprefix("Value error, ")
        plain = plain.replace("Extra inputs are not permitted", "there is no such key")
        yield f"{key or 'the file'}: {plain}"


def _eb(directory: Path) -> MousEb:
    inside = asdms_in(directory)
    if len(inside) != 1:
        raise InputError(
            f"there are {len(inside)} ASDMs in it" if inside else "there is no ASDM in it, or its link leads nowhere",
            where=str(directory),
            repair="a calibration directory must hold one ASDM: put it there, or remove the directory",
        )
    uid = Uid.parse(inside[0].name)
    return MousEb(uid, directory, inside[0], Products(f"{uid.file_name}.ms"))
