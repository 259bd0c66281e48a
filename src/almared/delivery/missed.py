"""What a package of the MOUS as it is now would lack."""

from __future__ import annotations

import os
from collections.abc import Iterator

from almared.delivery.checklist import stage_places
from almared.delivery.products import product_faults
from almared.delivery.readme_fields import readme_faults
from almared.delivery.restore import kept_products
from almared.formats.contdat import NAME as RANGES
from almared.formats.fluxtable import NAME as FLUX_TABLE
from almared.mous import Mous, MousEb
from almared.records.images import images_in
from almared.script.read import read_script


def missed_of(mous: Mous) -> tuple[str, ...]:
    """Return what belongs into the package by its layout and is not there, or is there and would not be taken.

    References
    ----------
    domain E.3, E.4; requirements W147 to W150.
    """
    return (
        *(line for eb in mous.ebs for line in _of_block(eb)),
        *_of_scripts(mous),
        *(f"Imaging: {fault}" for fault in product_faults(mous)),
        *_untaken_images(mous),
        *_of_mous(mous),
        *_of_readme(mous),
    )


def _of_block(eb: MousEb) -> Iterator[str]:
    script = eb.script
    if script.is_file():
        kept = set(kept_products(eb))
        data = {eb.products.ms, eb.products.split, eb.products.calibrated}
        lacking = [name for name in read_script(script).products if name not in kept | data]
        yield from (f"{eb.directory.name}: {name}, which the script makes, is not there" for name in lacking)
    for pattern in ("*.qa2_report.html", "*__qa2_part*.png", "*__textfile.txt"):
        if not list(eb.report.glob(pattern)):
            yield f"{eb.directory.name}/qa2: there is no {pattern}"


def _of_scripts(mous: Mous) -> Iterator[str]:
    for place in stage_places(mous):
        if not place.script.is_file():
            yield f"{place.name}: {place.script.name} is not there"
        elif not list(place.script.parent.glob("casa-*.log")):
            yield f"{place.name}: there is no log of CASA"


def _untaken_images(mous: Mous) -> Iterator[str]:
    images = images_in(mous.tree.imaging)
    taken = {name for image in images for name in image.delivered}
    before = {image.files.get("image") for image in images}
    for path in sorted(mous.tree.imaging.rglob("*.fits")):
        name = os.path.relpath(path, mous.tree.imaging)
        if name not in taken | before:
            yield f"Imaging: {name} belongs to no image of images.json and is not taken"


def _of_mous(mous: Mous) -> Iterator[str]:
    if not list(mous.tree.report.glob("*.qa2_report.html")):
        yield "qa2: there is no report of the MOUS"
    files = [(mous.tree.imaging, RANGES)] + [(mous.tree.combination, FLUX_TABLE)] * mous.is_combined
    yield from (f"{place.name}: {name} is not there" for place, name in files if not (place / name).is_file())
    project = mous.settings.project
    unknown = [name for name in ("code", "science_goal", "group") if not getattr(project, name)]
    if unknown:
        yield f"mous.toml: [project] lacks {', '.join(unknown)}, which name the directories"


def _of_readme(mous: Mous) -> Iterator[str]:
    if not mous.tree.readme.is_file():
        yield "README: it is written with the package; its fields are known then"
        return
    text = mous.tree.readme.read_text(encoding="utf-8", errors="replace")
    yield from (f"README: {fault}" for fault in readme_faults(text))
