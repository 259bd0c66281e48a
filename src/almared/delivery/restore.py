"""scriptForPI.py: restores the calibrated data of a package in plain CASA."""

from __future__ import annotations

import pprint
from collections.abc import Mapping
from importlib import resources
from typing import Any

from almared.delivery.reapply import steps_of_application
from almared.mous import Mous, MousEb
from almared.mous.places import FLUX_SCRIPT, IMAGING_SCRIPT
from almared.names import flag_versions
from almared.recipes.imaging.prepare import FINAL
from almared.records.products import size_on_disk
from almared.script.read import read_script
from almared.stages.imaging.stage import PREPARATION

NAME = "scriptForPI.py"


def restore_script(mous: Mous, *, build: str) -> str:
    """Return the text of scriptForPI.py for a MOUS.

    Parameters
    ----------
    mous : Mous
        Reduced.
    build : str
        casatasks that calibrated it.

    References
    ----------
    domain E.5; the text is our own.
    """
    template = resources.files(__package__).joinpath("templates", "scriptForPI.py.txt")
    table = pprint.pformat(package_table(mous, build=build), width=110, sort_dicts=False)
    return template.read_text(encoding="utf-8").replace("@PACKAGE@", table)


def package_table(mous: Mous, *, build: str) -> Mapping[str, Any]:
    """Return what the script has to know: plain literals."""
    tree = mous.tree
    final = tree.imaging / FINAL
    combined = size_on_disk(tree.combination / "calibrated.ms") if mous.is_combined else 0
    scaled = sum(size_on_disk(tree.combination / eb.products.calibrated) for eb in mous.ebs) if mous.is_combined else 0
    script = tree.imaging / IMAGING_SCRIPT
    imaging = {"script": IMAGING_SCRIPT, "steps": list(PREPARATION), "makes": [FINAL]} if script.is_file() else None
    return {
        "mous": mous.settings.uid,
        "casatasks": build,
        "blocks": [_block(eb) for eb in mous.ebs],
        "combination": FLUX_SCRIPT if mous.is_combined else "",
        "imaging": imaging,
        "further_bytes": combined + scaled + size_on_disk(final),
    }


def kept_products(eb: MousEb) -> tuple[str, ...]:
    """Return the products of a calibration that go into its archive: tables, texts and flag versions, no data."""
    script = read_script(eb.script)
    sets = (eb.products.ms, eb.products.split, eb.products.calibrated)
    names = [name for name in script.products if name not in sets]
    return tuple(name for name in dict.fromkeys([*names, *map(flag_versions, sets)]) if script.has(name))


def archive_name(eb: MousEb) -> str:
    """Return the name of the archive of calibration tables (domain E.3)."""
    return f"{eb.uid.file_name}.calibration.tgz"


def _block(eb: MousEb) -> dict[str, Any]:
    products = eb.products
    script = read_script(eb.directory / products.script)
    sizes = {name: size_on_disk(eb.directory / name) for name in script.products}
    whole = sum(sizes.values())
    tables = [name for name in kept_products(eb) if not name.endswith(flag_versions(""))]
    # What goes at the end is needed all the same while a block is calibrated; the next block has its room.
    return {
        "uid": eb.uid.file_name,
        "asdm": eb.asdm.name,
        "directory": eb.directory.name,
        "script": products.script,
        "sha256": script.fingerprint,
        "archive": archive_name(eb),
        "tables": tables,
        "steps": list(steps_of_application(script, tables)),
        "ms": products.ms,
        "split": products.split,
        "calibrated": products.calibrated,
        "bytes": [whole, whole - sizes.get(products.split, 0), *[sizes.get(products.calibrated, 0)] * 2],
    }
