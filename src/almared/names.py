"""Names of files composed and parsed in one place: UIDs, MeasurementSets and their products (domain A.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from almared.errors import InputError

UID = re.compile(r"uid://([A-Za-z0-9]+)/([A-Za-z0-9]+)/([A-Za-z0-9]+)")
FILE_UID = re.compile(r"uid___([A-Za-z0-9]+)_([A-Za-z0-9]+)_([A-Za-z0-9]+)")
UNSAFE = re.compile(r"[^A-Za-z0-9.+-]+")
MOST_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Uid:
    """An ALMA unique id of three parts, such as ``uid://A002/X85c183/X36f``.

    Parameters
    ----------
    parts : tuple of str
        The three parts, ``("A002", "X85c183", "X36f")``.
    """

    parts: tuple[str, str, str]

    @classmethod
    def parse(cls, text: str) -> Uid:
        """Return the id from ``uid://A/B/C`` or ``uid___A_B_C``, file endings allowed on the latter.

        Raises
        ------
        InputError
            The text is in neither form.
        """
        stem = text.strip().rstrip("/").rsplit("/", 1)[-1] if "uid___" in text else text.strip()
        stem = re.sub(r"(\.asdm\.sdm|\.asdm|\.ms.*)$", "", stem)
        for form in (UID, FILE_UID):
            found = form.fullmatch(stem)
            if found:
                return cls((found[1], found[2], found[3]))
        raise InputError(
            f"{text!r} is not a unique id",
            repair="give it as uid://A001/X13e/X1fe or uid___A001_X13e_X1fe",
        )

    def __str__(self) -> str:
        return "uid://" + "/".join(self.parts)

    @property
    def file_name(self) -> str:
        """The id as a file name, ``uid___A002_X85c183_X36f``."""
        return "uid___" + "_".join(self.parts)


def safe_file_name(text: str) -> str:
    """Return the text as a name that is safe in a path: letters, digits, ``.+-_`` only, never hidden or empty."""
    name = UNSAFE.sub("_", text).strip("._-")[:MOST_CHARACTERS]
    return name or "unnamed"


@dataclass(frozen=True, slots=True)
class Products:
    """Names of all that a calibration makes from one MeasurementSet (domain A.9).

    Parameters
    ----------
    ms : str
        Name of the imported MS, ``<uid>.ms``.
    """

    ms: str

    @property
    def split(self) -> str:
        """MS of the science windows after the a-priori calibration."""
        return f"{self.ms}.split"

    @property
    def calibrated(self) -> str:
        """The calibrated MS."""
        return f"{self.split}.cal"

    @property
    def script(self) -> str:
        """The calibration script."""
        return f"{self.ms}.scriptForCalibration.py"

    def of_ms(self, suffix: str) -> str:
        """Return a product of the first MS: ``wvr``, ``wvrgcal``, ``tsys``, ``antpos``, ``listobs`` ..."""
        return f"{self.ms}.{suffix}"

    def of_split(self, suffix: str) -> str:
        """Return a product of the split MS: ``bandpass``, ``phase_int``, ``flux_inf`` ..."""
        return f"{self.split}.{suffix}"


def flag_versions(ms: str) -> str:
    """Return the directory that holds the flag versions of an MS."""
    return f"{ms}.flagversions"


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
        return self.root / f"Calibration_{eb.parts[-1]}"

    @property
    def combination(self) -> Path:
        """Where execution blocks are scaled and concatenated."""
        return self.root / "Combination" / "calibrated"

    @property
    def imaging(self) -> Path:
        """Where images are made."""
        return self.root / "Imaging"

    @property
    def readme(self) -> Path:
        """The README of the delivery."""
        return self.root / "README"

    @property
    def settings(self) -> Path:
        """What people decide about the MOUS."""
        return self.root / "mous.toml"

    @property
    def report(self) -> Path:
        """The QA2 report of the whole MOUS."""
        return self.root / "qa2"

    @property
    def delivery(self) -> Path:
        """Where the package is made."""
        return self.root / "Delivery"


FLUX_SCRIPT = "scriptForFluxCalibration.py"
"""Script of the combination, in `MousTree.combination`."""

IMAGING_SCRIPT = "scriptForImaging.py"
"""Script of the imaging, in `MousTree.imaging`."""
