"""File names, composed and parsed in one place: UIDs, MeasurementSets and their products (domain A.9)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from almared.errors import InputError

UID = re.compile(r"uid://([A-Za-z0-9]+)/([A-Za-z0-9]+)/([A-Za-z0-9]+)")
FILE_UID = re.compile(r"uid___([A-Za-z0-9]+)_([A-Za-z0-9]+)_([A-Za-z0-9]+)")
UNSAFE = re.compile(r"[^A-Za-z0-9.+-]+")
MOST_CHARACTERS = 80

SCRIPT_ENDING = ".scriptForCalibration.py"
"""How the name of a calibration script ends, after that of the MS."""


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
        """Return the id from ``uid://A/B/C`` or ``uid___A_B_C``, the latter also with file endings.

        Raises
        ------
        InputError
            The text has neither form.
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
    """Return the text as a safe file name: only letters, digits and ``.+-_``, never hidden or empty."""
    name = UNSAFE.sub("_", text).strip("._-")[:MOST_CHARACTERS]
    return name or "unnamed"


@dataclass(frozen=True, slots=True)
class Products:
    """Names of all products of the calibration of one MeasurementSet (domain A.9).

    Parameters
    ----------
    ms : str
        Name of the imported MS, ``<uid>.ms``.
    """

    ms: str

    @classmethod
    def of_script(cls, script: str) -> Products:
        """Return the names of what a calibration script makes, from its own name."""
        return cls(script.removesuffix(SCRIPT_ENDING))

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
        return f"{self.ms}{SCRIPT_ENDING}"

    def of_ms(self, suffix: str) -> str:
        """Return a product of the first MS: ``wvr``, ``wvrgcal``, ``tsys``, ``antpos``, ``listobs`` ..."""
        return f"{self.ms}.{suffix}"

    def of_split(self, suffix: str) -> str:
        """Return a product of the split MS: ``bandpass``, ``phase_int``, ``flux_inf`` ..."""
        return f"{self.split}.{suffix}"


def flag_versions(ms: str) -> str:
    """Return the directory that holds the flag versions of an MS."""
    return f"{ms}.flagversions"
