"""The options of a calibration as options of a command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from almared.mous.options import OPTIONS, CalibrationOption, OptionKind

Command = Callable[..., None]


def calibration_options(command: Command) -> Command:
    """Return a command that takes all options of a calibration, by their names."""
    # The decorator applied last comes first in the help.
    for option in reversed(OPTIONS):
        command = _decorator(option)(command)
    return command


def _decorator(option: CalibrationOption) -> Callable[[Command], Command]:
    settings: dict[str, Any] = {"help": option.help, "metavar": option.metavar or None}
    match option.kind:
        case OptionKind.SWITCH:
            settings["is_flag"] = True
        case OptionKind.NEGATION:
            settings |= {"is_flag": True, "callback": lambda _context, _parameter, value: not value}
        case OptionKind.NUMBER | OptionKind.DURATION:
            settings |= {"type": click.FloatRange(min=0), "default": option.default}
            settings["show_default"] = option.has_shown_default
        case OptionKind.FILE:
            settings["type"] = click.Path(path_type=Path)
        case OptionKind.FLUXES:
            settings["multiple"] = True
        case OptionKind.TEXT | OptionKind.FIELD:
            settings["default"] = option.default
    return click.option(option.flag, option.name, **settings)
