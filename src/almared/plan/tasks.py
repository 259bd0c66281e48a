"""What each task, and each function that scripts carry, reads, makes and changes, by its arguments: the one table.

An MS is meant by its name; the parts of it by `Part`. Flag versions go with their MS and are not named on their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from almared.names import flag_versions
from almared.plan.actions import Action, Call
from almared.plan.step import Step


class Part(StrEnum):
    """A part of an MS or of a calibration table."""

    DATA = "DATA"
    CORRECTED = "CORRECTED_DATA"
    MODEL = "MODEL_DATA"
    FLAG = "FLAG"
    WEIGHT = "WEIGHT"
    UVW = "UVW"
    IDS = "DATA_DESC_ID"
    SUBTABLES = "subtables"


@dataclass(frozen=True, slots=True)
class TaskUse:
    """What a task does with what its parameters name.

    Parameters
    ----------
    data : str
        Parameter that names the MS or table it works on.
    reads, changes : tuple of Part
        Parts of it that are read, and changed in place.
    inputs : tuple of str
        Parameters that name what else is read.
    tables : tuple of str
        Parameters that name the calibration tables it makes.
    outputs : tuple of str
        Parameters that name what else it makes: MSs, images, files.
    families : tuple of str
        Parameters that name what it makes up to an ending, ``<imagename>.residual``.
    """

    data: str = "vis"
    reads: tuple[Part, ...] = ()
    changes: tuple[Part, ...] = ()
    inputs: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    families: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Effects:
    """What a call reads, makes and changes.

    Parameters
    ----------
    reads : tuple of str
        Files and directories that have to be there.
    makes : tuple of str
        Files and directories that come into being.
    families : tuple of str
        Beginnings of the names of images that come into being.
    changes : mapping of str to tuple of Part
        MSs and tables that are changed in place, and which parts of them.
    removes : tuple of str
        What goes.
    """

    reads: tuple[str, ...] = ()
    makes: tuple[str, ...] = ()
    families: tuple[str, ...] = ()
    changes: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    removes: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """What is changed in place."""
        return tuple(self.changes)


VISIBILITIES = (Part.DATA, Part.FLAG, Part.WEIGHT)
SOLVED = (*VISIBILITIES, Part.MODEL)
_SOLUTION = TaskUse(reads=SOLVED, inputs=("gaintable",), tables=("caltable",))
_SPLIT = TaskUse(reads=VISIBILITIES, outputs=("outputvis",))
_MODEL = TaskUse(changes=(Part.MODEL,))
_FLAGS = TaskUse(changes=(Part.FLAG,), outputs=("outfile",))
_FROM_IMAGE = TaskUse(data="imagename", outputs=("outfile",))

TASKS: Mapping[str, TaskUse] = {
    "importasdm": TaskUse(data="asdm", outputs=("vis",)),
    "fixplanets": TaskUse(changes=(Part.DATA, Part.UVW, Part.SUBTABLES)),
    "listobs": TaskUse(reads=(Part.SUBTABLES,), outputs=("listfile",)),
    # Flags.
    "flagdata": _FLAGS,
    "flagcmd": _FLAGS,
    "flagmanager": TaskUse(changes=(Part.FLAG,)),
    # Calibration tables.
    "wvrgcal": TaskUse(reads=(Part.DATA, Part.FLAG), tables=("caltable",)),
    "gencal": TaskUse(reads=(Part.SUBTABLES,), tables=("caltable",)),
    "gaincal": _SOLUTION,
    "bandpass": _SOLUTION,
    "polcal": _SOLUTION,
    "blcal": _SOLUTION,
    "fluxscale": TaskUse(inputs=("caltable",), tables=("fluxtable",)),
    "smoothcal": TaskUse(inputs=("tablein",), tables=("caltable",)),
    "applycal": TaskUse(reads=VISIBILITIES, changes=(Part.CORRECTED, Part.FLAG, Part.WEIGHT), inputs=("gaintable",)),
    # Models and weights.
    "setjy": _MODEL,
    "ft": _MODEL,
    "delmod": _MODEL,
    "clearcal": TaskUse(changes=(Part.MODEL, Part.CORRECTED)),
    "initweights": TaskUse(changes=(Part.WEIGHT,)),
    "statwt": TaskUse(reads=VISIBILITIES, changes=(Part.FLAG, Part.WEIGHT)),
    "uvsub": TaskUse(reads=(Part.MODEL,), changes=(Part.CORRECTED,)),
    # MSs from MSs.
    "mstransform": _SPLIT,
    "split": _SPLIT,
    "cvel2": _SPLIT,
    "hanningsmooth": _SPLIT,
    "phaseshift": _SPLIT,
    "uvcontsub": _SPLIT,
    "concat": TaskUse(reads=VISIBILITIES, outputs=("concatvis",)),
    # Images.
    "tclean": TaskUse(reads=VISIBILITIES, inputs=("vptable", "mask", "startmodel"), families=("imagename",)),
    "apparentsens": TaskUse(reads=(Part.FLAG, Part.WEIGHT, Part.UVW)),
    "exportfits": TaskUse(data="imagename", outputs=("fitsimage",)),
    "immoments": _FROM_IMAGE,
    "impbcor": TaskUse(data="imagename", inputs=("pbimage",), outputs=("outfile",)),
    "imsmooth": _FROM_IMAGE,
    "imsubimage": _FROM_IMAGE,
}
"""Of tasks that recipes call, and of those that hands often add."""

UNKNOWN = TaskUse(tables=("caltable",), outputs=("outputvis", "fluxtable", "listfile", "outfile"))
"""Of any other task: by what tasks usually call their outputs."""

SOLVERS = frozenset(name for name, use in TASKS.items() if use.tables)
"""Tasks that make calibration tables and leave the data as they are."""

APPLIERS = frozenset(name for name, use in TASKS.items() if "gaintable" in use.inputs)
"""Tasks that apply calibration tables, on the way or for good."""

FLAGGERS = frozenset(name for name, use in TASKS.items() if use.changes == (Part.FLAG,))
"""Tasks that change flags alone, of data or of a calibration table."""

MODELS = frozenset({"set_derived_fluxes", *(name for name, use in TASKS.items() if use.changes == (Part.MODEL,))})
"""What changes the model alone, which only solvers look at."""

IN_PLACE = frozenset(name for name, use in TASKS.items() if use.changes)
"""Tasks that change the MS they are given."""

LOOKING = frozenset({"", "calculate", "list", "plot"})
"""Actions of flagdata and flagcmd that leave the flags as they are."""


def use_of(task: str) -> TaskUse:
    """Return what a task does with what its parameters name."""
    return TASKS.get(task, UNKNOWN)


def outputs_of(task: str, arguments: Mapping[str, Any]) -> dict[str, str]:
    """Return what a call makes, by the parameter that names it; a family by its beginning."""
    use = use_of(task)
    names = {name: arguments.get(name) for name in (*use.tables, *use.outputs, *use.families)}
    return {name: value for name, value in names.items() if isinstance(value, str) and value}


def task_effects(task: str, arguments: Mapping[str, Any]) -> Effects:
    """Return what a call of a task reads, makes and changes."""
    use = use_of(task)
    made = outputs_of(task, arguments)
    is_added_to = bool(arguments.get("append"))
    data = _names(arguments.get(use.data))
    changes = {name: parts for name in data if (parts := _changed(task, arguments))}
    inputs = (name for parameter in use.inputs for name in _names(arguments.get(parameter)))
    added = tuple(made.values()) if is_added_to else ()
    return Effects(
        reads=tuple(dict.fromkeys((*data, *inputs, *added))),
        makes=(*(name for key, name in made.items() if key not in use.families), *_more(task, arguments)),
        families=tuple(made[key] for key in use.families if key in made),
        changes=changes,
    )


def _changed(task: str, arguments: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the parts that a call changes, which may be fewer than its task could."""
    use = use_of(task)
    if task == "flagmanager":
        return use.changes if arguments.get("mode") == "restore" else ()
    is_look = arguments.get("mode") == "summary" or arguments.get("action", "apply") in LOOKING
    if task in FLAGGERS and is_look:
        return ()
    if task == "applycal" and arguments.get("calwt") is False:
        return tuple(part for part in use.changes if part is not Part.WEIGHT)
    if task == "tclean" and arguments.get("savemodel") not in (None, "", "none"):
        return (Part.MODEL,)
    return use.changes


def _more(task: str, arguments: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what a task makes under names of its own."""
    if task == "importasdm" and arguments.get("vis"):
        return (flag_versions(str(arguments["vis"])),)
    if task == "wvrgcal" and arguments.get("smooth"):
        return (f"{arguments['caltable']}_unsmoothed",)
    if task == "apparentsens":
        return tuple(
            f"{name}.apparentsens.{kind}" for name in _names(arguments.get("vis")) for kind in ("psf", "sumwt")
        )
    return ()


def imaging_weights(task: str, arguments: Mapping[str, Any]) -> str:
    """Return what stands for the tables of imaging weights that a call leaves while it runs, empty for none.

    tclean keeps those of a cube in ``IMAGING_WEIGHT_<rows>_<frequencies>_...`` of the working directory and takes a
    table that is there as it is: two sources observed equally long, imaged at the same frequencies, would have the
    weights of one of them.
    """
    if task != "tclean" or not str(arguments.get("specmode", "")).startswith("cube"):
        return ""
    return " ".join(str(arguments.get(name, "")) for name in ("start", "width", "nchan"))


CHANGED_BY_ROUTINES: Mapping[str, tuple[Part, ...]] = {
    "start_from_flags": (Part.FLAG,),
    "unify_source_ids": (Part.SUBTABLES,),
    "fix_syscal_times": (Part.SUBTABLES,),
    "unify_windows": (Part.IDS,),
    "set_derived_fluxes": (Part.MODEL,),
}
"""Parts of the MS that is their first argument."""

MADE_BY_ROUTINES: Mapping[str, str] = {
    "keep_fluxes": "",
    "write_voltage_pattern": "",
    "keep_clean_record": ".clean.json",
    "keep_theory": ".theory.json",
}
"""Ending of the file that they make, after their first argument."""

READ_BY_ROUTINES: Mapping[str, int | None] = {
    **dict.fromkeys(CHANGED_BY_ROUTINES, 1),
    "check_import": 1,
    "check_made": None,
    "check_table": 1,
}
"""How many of their first arguments they read; None for all."""


def routine_effects(name: str, arguments: Sequence[tuple[str, Any]]) -> Effects:
    """Return what a function that scripts carry reads, makes and changes; its arguments are (name, value)."""
    positional = tuple(str(value) for key, value in arguments if not key)
    given = {key: value for key, value in arguments if key}
    first = positional[0] if positional else ""
    kinds = tuple(f"{first}.{kind}" for kind in given.get("kinds", ()))
    if name == "join_chunks":
        chunks = tuple(f"{chunk}.{kind}" for chunk in given["chunks"] for kind in given["kinds"])
        return Effects(reads=chunks, makes=(*kinds, f"{first}.clean.json"))
    if name in ("remove", "remove_images"):
        return Effects(removes=kinds or positional)
    changes = {first: CHANGED_BY_ROUTINES[name]} if name in CHANGED_BY_ROUTINES else {}
    return Effects(
        reads=(*positional[: READ_BY_ROUTINES.get(name, 0)], *_names(given.get("vis"))),
        makes=(first + MADE_BY_ROUTINES[name],) if name in MADE_BY_ROUTINES else (),
        changes=changes,
    )


def action_effects(action: Action) -> Effects:
    """Return what an action of a step reads, makes and changes."""
    if not isinstance(action, Call):
        return routine_effects(action.name, [(a.name, a.value) for a in action.arguments])
    found = task_effects(action.task, {a.name: a.value for a in action.arguments})
    log = (action.log_to,) if action.log_to else ()
    return Effects(found.reads, (*found.makes, *log), found.families, found.changes)


def step_effects(step: Step) -> Effects:
    """Return what a step reads, makes and changes as a whole: what it makes for itself alone does not count."""
    made: dict[str, None] = {}
    families: dict[str, None] = {}
    changes: dict[str, tuple[Part, ...]] = {}
    reads: dict[str, None] = {}
    for effects in map(action_effects, step.actions):
        reads |= dict.fromkeys(name for name in effects.reads if not _is_made(name, made, families=families))
        for name in effects.removes:
            made.pop(name, None)
        made |= dict.fromkeys(effects.makes)
        families |= dict.fromkeys(effects.families)
        for name, parts in effects.changes.items():
            if name not in made:
                changes[name] = tuple(dict.fromkeys((*changes.get(name, ()), *parts)))
    return Effects(tuple(reads), tuple(made), tuple(families), changes)


def flag_starts(step: Step) -> dict[str, str]:
    """Return the flag version from which a step starts, per MS, by its actions."""
    starts = (a for a in step.actions if not isinstance(a, Call) and a.name == "start_from_flags")
    return {str(a.arguments[0].value): str(a.arguments[1].value) for a in starts}


def _is_made(name: str, made: Iterable[str], *, families: Iterable[str]) -> bool:
    return name in made or any(name.startswith(f"{family}.") for family in families)


def _names(value: Any) -> tuple[str, ...]:
    """Return the names that an argument gives: one, several or none."""
    given = value if isinstance(value, list | tuple) else (value,)
    return tuple(name for name in given if isinstance(name, str) and name)
