"""What lies where in the tree of a MOUS: logs in other places, and names that nobody knows."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path

from almared.mous import Mous, MousEb
from almared.mous.places import FLUX_SCRIPT, IMAGING_SCRIPT, IN_MOUS, REPORT, StatePlace
from almared.names import flag_versions
from almared.records.images import NAME as IMAGES
from almared.records.images import images_in
from almared.script.read import read_script

OF_STAGES = ("casa-*.log", REPORT, "*.edited*")
OF_CALIBRATION = ("*.eph", "*.wvrgcal", "antennapos.csv", "*.listobs")
OF_COMBINATION = (FLUX_SCRIPT, "allFluxes.txt", "combination.json", "fluxes.png", "calibrated.ms*")
OF_IMAGING = (IMAGING_SCRIPT, IMAGES, "cont.dat", "masks", "calibrated_final*")

FIRST_BYTES = 1_000_000
"""So much of a log is looked at for the execution block it is about."""


def unknown_names(mous: Mous) -> tuple[str, ...]:
    """Return what lies in the tree and is neither written by a stage nor asked for by one, from its root.

    A product that was renamed is among them; its own name is then missing in the line of its stage.

    References
    ----------
    Requirement W044: names made by scripts must not be edited, since packagers look for them; domain A.9, E.1.
    """
    tree = mous.tree
    places: list[tuple[Path, Sequence[str]]] = [(tree.root, IN_MOUS)]
    places += [(eb.directory, (*_of_block(eb), eb.asdm.name)) for eb in mous.ebs]
    if mous.is_combined:
        copies = [f"{eb.products.calibrated}*" for eb in mous.ebs] + [f"{eb.products.of_split('*')}" for eb in mous.ebs]
        places.append((tree.combination, (*OF_COMBINATION, *copies, *_products(tree.combination / FLUX_SCRIPT))))
    images = [f"{image.name}.*" for image in images_in(tree.imaging)]
    places.append((tree.imaging, (*OF_IMAGING, *images, *_products(tree.imaging / IMAGING_SCRIPT))))
    return tuple(os.path.relpath(path, tree.root) for directory, known in places for path in _others(directory, known))


def _of_block(eb: MousEb) -> tuple[str, ...]:
    script = eb.script
    sets = (eb.products.ms, eb.products.split, eb.products.calibrated)
    return (*OF_CALIBRATION, script.name, *_products(script), *map(flag_versions, sets))


def _products(script: Path) -> tuple[str, ...]:
    return read_script(script).products if script.is_file() else ()


def _others(directory: Path, known: Sequence[str]) -> Iterator[Path]:
    patterns = (*known, *OF_STAGES)
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        is_log = path.suffix == ".log"  # Told by the line on logs.
        if not path.name.startswith(".") and not is_log and not any(fnmatch(path.name, p) for p in patterns):
            yield path


def logs_elsewhere(mous: Mous) -> tuple[str, ...]:
    """Return the logs in places where no stage runs, each with the execution block it is about when it names one.

    References
    ----------
    Requirement W142: logs must be where the scripts ran, otherwise packagers do not take them.
    """
    tree = mous.tree
    places = (tree.root, tree.combination.parent, tree.report, *(eb.report for eb in mous.ebs))
    logs = [path for place in places if place.is_dir() for path in sorted(place.glob("*.log"))]
    return tuple(_described(path, mous) for path in logs)


def _described(log: Path, mous: Mous) -> str:
    with log.open(encoding="utf-8", errors="replace") as file:
        text = file.read(FIRST_BYTES)
    owners = [eb.directory.name for eb in mous.ebs if eb.uid.file_name in text]
    name = os.path.relpath(log, mous.tree.root)
    return f"{name} is not taken: move it to {owners[0]}" if len(owners) == 1 else f"{name} is not taken"


def put_aside(logs: Sequence[Path]) -> tuple[Path, ...]:
    """Move logs that belong to no step into the state directory next to them, and return where they are now.

    References
    ----------
    Requirement W143: other log files are best deleted; nothing is deleted here.
    """
    return tuple(map(_put_aside, logs))


def _put_aside(log: Path) -> Path:
    place = StatePlace(log.parent).stray_logs
    place.mkdir(parents=True, exist_ok=True)
    free = place / log.name
    number = 1
    while free.exists():
        free = place / f"{log.name}.{number}"
        number += 1
    os.replace(log, free)
    return free
