"""Where the measures data are that CASA uses: those of the package casadata, or imported ones in almared's cache."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
from dataclasses import dataclass
from pathlib import Path

from almared.errors import EnvironmentFaultError

PLACE = "ALMARED_MEASURES"
"""Environment variable that names another directory for imported measures."""

RECORD = "measures.json"
"""File that says which import is in use; without it those of casadata are."""

GEODETIC_FOLDER = "geodetic"


@dataclass(frozen=True, slots=True)
class Measures:
    """The measures data in use.

    Parameters
    ----------
    path : Path
        Directory with ``geodetic`` and ``ephemerides``.
    version : str
        ``casadata 2025.9.22``, or the name of what was imported.
    origin : str
        What they were imported from, empty for those of casadata.
    imported : str
        When they were imported (UTC), empty for those of casadata.
    """

    path: Path
    version: str
    origin: str = ""
    imported: str = ""

    @property
    def is_imported(self) -> bool:
        """Whether they are not those of casadata."""
        return bool(self.origin)

    @property
    def horizons(self) -> Path:
        """Folder with the ephemerides of single bodies: theirs, else that of casadata."""
        own = self.path / "ephemerides" / "JPL-Horizons"
        return own if own.is_dir() or not self.is_imported else casadata_path() / "ephemerides" / "JPL-Horizons"


def casadata_path() -> Path:
    """Return the directory of the data that the package casadata installs.

    Raises
    ------
    EnvironmentFaultError
        casadata is not installed.
    """
    spec = importlib.util.find_spec("casadata")
    if spec is None or not spec.submodule_search_locations:
        raise EnvironmentFaultError("the measures data are not installed", repair="pip install casadata")
    return Path(spec.submodule_search_locations[0]) / "__data__"


def measures_root() -> Path:
    """Return the directory for imported measures: that of ALMARED_MEASURES, or ``measures`` in almared's cache."""
    given = os.environ.get(PLACE)
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "almared" / "measures"
    return Path(given).expanduser().absolute() if given else cache


def measures_in_use() -> Measures:
    """Return the measures data that CASA uses in runs.

    Raises
    ------
    EnvironmentFaultError
        casadata is not installed, or what was imported is gone.
    """
    root = measures_root()
    try:
        record = json.loads((root / RECORD).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Measures(casadata_path(), f"casadata {importlib.metadata.version('casadata')}")
    except (OSError, ValueError) as fault:
        raise _gone(root / RECORD, str(fault)) from fault
    try:
        found = Measures(
            root / record["directory"], str(record["version"]), str(record["origin"]), str(record["imported"])
        )
    except (KeyError, TypeError) as fault:
        raise _gone(root / RECORD, f"it lacks {fault}") from fault
    if not (found.path / GEODETIC_FOLDER).is_dir():
        raise _gone(found.path, "the directory is gone")
    return found


def _gone(place: Path, why: str) -> EnvironmentFaultError:
    return EnvironmentFaultError(
        f"the imported measures cannot be used: {why}",
        where=str(place),
        repair="import them again (`almared measures --import`), or go back to those of casadata with --reset",
    )
