"""The options of a calibration, each declared once: command line, ``mous.toml``, the old generator and the help.

Everything that takes such an option is derived from `OPTIONS`: the options of ``almared plan``, the keys of the table
``[plan]`` in ``mous.toml``, the arguments a reduction passes to ``almared plan``, the names of the old generator in
`almared.es`, and the options object of the recipe.

A new option is one entry here and one field of `almared.recipes.CalibrationOptions`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any


class OptionKind(Enum):
    """Kind of value, in the order in which a reduction passes options to ``almared plan``."""

    TEXT = "text"
    FIELD = "id or name of a field"
    NUMBER = "number"
    DURATION = "duration, s on the command line and text with a unit in mous.toml"
    FILE = "file, in mous.toml relative to it"
    FLUXES = "flux densities, one or several"
    SWITCH = "switch, off by default"
    NEGATION = "switch, on by default: the command line turns it off"


@dataclass(frozen=True, slots=True)
class CalibrationOption:
    """One option of a calibration.

    Parameters
    ----------
    name : str
        Field of `almared.recipes.CalibrationOptions`.
    kind : OptionKind
        Kind of its value.
    flag : str
        On the command line of ``almared plan``.
    help : str
        What it does, in one sentence.
    key : str
        In the table ``[plan]`` of ``mous.toml``; empty when it is not allowed there.
    old_name : str
        Name that the old generator had for it (domain A.1), empty when there was none.
    default : object
        Value when it is not given.
    metavar : str
        Placeholder of its value in the help.
    example : str
        Its value in the example of ``mous.toml``, as TOML.
    has_shown_default : bool
        Whether the help shows the default.
    """

    name: str
    kind: OptionKind
    flag: str
    help: str
    key: str = ""
    old_name: str = ""
    default: object = None
    metavar: str = ""
    example: str = ""
    has_shown_default: bool = False

    @property
    def attribute(self) -> str:
        """Its name in our model of ``mous.toml``, with the unit where it has one."""
        return f"{self.key}_s" if self.kind is OptionKind.DURATION else self.key

    def words(self, value: Any, *, root: Path) -> list[str]:
        """Return the arguments that pass a value on the command line.

        Parameters
        ----------
        value : object
            As `almared.mous.settings.PlanTable` has it, None when it is not given.
        root : Path
            Directory to which files are relative.
        """
        match self.kind:
            case OptionKind.SWITCH | OptionKind.NEGATION:
                return [self.flag] * (value is not None and value is not self.default)
            case OptionKind.FILE:
                texts = [str(root / value)] if value else []
            case OptionKind.FLUXES:
                texts = list(value or ())
            case OptionKind.NUMBER | OptionKind.DURATION:
                texts = [] if value is None else [f"{value:g}"]
            case _:
                texts = [] if value is None else [str(value)]
        return [word for text in texts for word in (self.flag, text)]


OPTIONS = (
    CalibrationOption(
        "refant",
        OptionKind.TEXT,
        "--refant",
        "Reference antenna, instead of the automatic choice.",
        key="refant",
        old_name="refant",
        default="",
        metavar="ANTENNA",
        example='"DA41"',
    ),
    CalibrationOption(
        "positions",
        OptionKind.FILE,
        "--antpos",
        "Antenna position corrections: antennapos.csv, or the JSON of the position service.",
        key="antpos",
        example='"antennapos.csv"',
    ),
    CalibrationOption(
        "fluxes",
        OptionKind.FLUXES,
        "--flux",
        "Known flux density and spectral index (-0.7 when left out) of a calibrator; may be given several times.",
        key="flux",
        default=(),
        metavar="NAME=Jy@GHz,alpha",
        example='["J1733-1304=2.39@96.35,-0.70"]',
    ),
    CalibrationOption(
        "bandpass_field",
        OptionKind.FIELD,
        "--bpass-field",
        "Bandpass calibrator, by id or name.",
        key="bpass_field",
        old_name="bpassCalId",
        default="",
        metavar="FIELD",
        example='"J1751+0939"',
    ),
    CalibrationOption(
        "tsys_channel_tolerance",
        OptionKind.NUMBER,
        "--tsys-chan-tol",
        "How far a window may extend beyond its Tsys window, in Tsys channels.",
        key="tsys_chan_tol",
        old_name="tsysChanTol",
        default=1.0,
        example="2.5",
        has_shown_default=True,
    ),
    CalibrationOption(
        "time_bin_s",
        OptionKind.DURATION,
        "--time-bin",
        "Time bin of the split data, s.",
        key="time_bin",
        old_name="timeBinForFinalData",
        default=0.0,
        example='"6 s"',
    ),
    CalibrationOption(
        "has_wvr_correction",
        OptionKind.NEGATION,
        "--no-wvr",
        "Do not correct phases with the water-vapour radiometers.",
        key="wvr",
        default=True,
        example="false",
    ),
    CalibrationOption(
        "is_long_baseline",
        OptionKind.SWITCH,
        "--lbc",
        "Long baselines: smoother bandpass, more central refant.",
        key="lbc",
        old_name="lbc",
        default=False,
        example="true",
    ),
    CalibrationOption(
        "is_low_snr",
        OptionKind.SWITCH,
        "--low-snr",
        "Weak calibrators: combine whole windows, solve phases per scan.",
        key="low_snr",
        old_name="lowSNR",
        default=False,
        example="true",
    ),
    CalibrationOption(
        "keeps_all_antennas",
        OptionKind.SWITCH,
        "--allow-hybrid",
        "Keep antennas of all dish diameters in the result.",
        key="allow_hybrid",
        old_name="allowHybrid",
        default=False,
        example="true",
    ),
    CalibrationOption(
        "is_lazy",
        OptionKind.SWITCH,
        "--lazy",
        "Import without copying the data; the ASDM must stay in place.",
        key="lazy",
        old_name="lazy",
        default=False,
        example="true",
    ),
    CalibrationOption(
        "tbuff_s",
        OptionKind.DURATION,
        "--tbuff",
        "Extend the online flags by this time, s.",
        key="tbuff",
        default=0.0,
        example='"0.048 s"',
    ),
    CalibrationOption(
        "build",
        OptionKind.TEXT,
        "--casa",
        "casatasks build to plan for (the installed one).",
        default="",
        metavar="BUILD",
    ),
)
"""All options of a calibration, in the order of the help."""

BY_KEY: Mapping[str, CalibrationOption] = {option.key: option for option in OPTIONS if option.key}
"""Options that ``mous.toml`` may give, by their keys."""

BY_OLD_NAME: Mapping[str, CalibrationOption] = {option.old_name: option for option in OPTIONS if option.old_name}
"""Options by the names of the old generator."""


def command_words(values: Mapping[str, Any], *, root: Path) -> tuple[str, ...]:
    """Return the arguments of ``almared plan`` for the options of a MOUS.

    Parameters
    ----------
    values : mapping of str to object
        By the names in our model of ``mous.toml``; None, or missing, for options that are not given.
    root : Path
        Directory of the MOUS, to which files are relative.

    Examples
    --------
    >>> command_words({"low_snr": True, "time_bin_s": 6.0, "antpos": "a.csv"}, root=Path("/area/mous"))
    ('--time-bin', '6', '--antpos', '/area/mous/a.csv', '--low-snr')
    """
    kinds = list(OptionKind)
    ordered = sorted(BY_KEY.values(), key=lambda option: kinds.index(option.kind))
    return tuple(word for option in ordered for word in option.words(values.get(option.attribute), root=root))
