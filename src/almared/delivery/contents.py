"""What goes into the package, and where: known before anything of it is made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from almared.delivery.checklist import StagePlace, stage_places
from almared.delivery.restore import NAME as RESTORE
from almared.delivery.restore import archive_name, kept_products
from almared.mous import Mous, MousEb
from almared.mous.places import MANIFEST, README, StatePlace
from almared.records.images import images_in
from almared.records.products import size_on_disk

METADATA = "reduction.json"
DIRECTORIES = ("calibration", "script", "qa", "log", "product", "raw")


@dataclass(frozen=True, slots=True)
class Contents:
    """What a package is made of.

    Parameters
    ----------
    copies : mapping of str to Path
        Files that are copied, by their name in the package.
    archives : mapping of str to mapping
        Archives, by their name in the package: file or directory of each member.
    logs : mapping of str to StagePlace
        Archives of logs, by their name in the package: the stage of the runs.
    written : tuple of str
        Texts that are written for it.
    """

    copies: Mapping[str, Path]
    archives: Mapping[str, Mapping[str, Path]]
    logs: Mapping[str, StagePlace]
    written: tuple[str, ...]

    def sizes(self) -> dict[str, int]:
        """Return the bytes of each file, by name; of archives those of their members before compression."""
        found = {name: size_on_disk(path) for name, path in self.copies.items()}
        found |= {name: sum(map(size_on_disk, members.values())) for name, members in self.archives.items()}
        for name, place in self.logs.items():
            logs = (*place.script.parent.glob("casa-*.log"), *log_members(name, place).values())
            found[name] = sum(map(size_on_disk, logs))
        return dict(sorted(found.items()))


def contents_of(mous: Mous) -> Contents:
    """Return what the package of a MOUS is made of, as it is now.

    References
    ----------
    domain E.3.
    """
    copies: dict[str, Path] = {}
    archives: dict[str, Mapping[str, Path]] = {}
    for eb in mous.ebs:
        copies |= _of_calibration(eb)
        if eb.script.is_file():
            archives[f"calibration/{archive_name(eb)}"] = {name: eb.directory / name for name in kept_products(eb)}
    places = [place for place in stage_places(mous) if place.script.is_file()]
    copies |= {f"script/{place.script.name}": place.script for place in places}
    for name in ("allFluxes.txt", "cont.dat"):
        copies |= {
            f"script/{name}": directory / name
            for directory in (mous.tree.combination, mous.tree.imaging)
            if (directory / name).is_file()
        }
    copies |= {f"qa/{path.name}": path for path in _reports(mous)}
    copies |= {f"product/{path.name}": path for path in _products(mous)}
    logs = {f"log/{_log_stem(place.name, mous)}.log.tgz": place for place in places}
    return Contents(copies, archives, logs, (README, f"script/{RESTORE}", f"raw/{README}", METADATA, MANIFEST))


def _of_calibration(eb: MousEb) -> dict[str, Path]:
    """Return the figures of the report of an execution block, the text of wvrgcal, and ephemerides."""
    plots = f"calibration/{eb.uid.file_name}.calibration.plots"
    figures = [path for path in sorted(eb.report.glob("*.png")) if "__qa2_part" not in path.name]
    extras = [eb.directory / eb.products.of_ms("wvrgcal"), *sorted(eb.directory.glob("*.eph"))]
    found = {f"{plots}/{path.name}": path for path in figures}
    return found | {f"calibration/{path.name}": path for path in extras if path.is_file()}


def _reports(mous: Mous) -> Iterator[Path]:
    for directory in [*(eb.report for eb in mous.ebs), mous.tree.report]:
        for pattern in ("*.qa2_report.html", "*__qa2_part*.png", "*__textfile.txt"):
            yield from sorted(directory.glob(pattern))


def _products(mous: Mous) -> Iterator[Path]:
    """Yield the products of the imaging; images before the correction for the primary beam follow from the others."""
    for image in images_in(mous.tree.imaging):
        files = [mous.tree.imaging / name for name in image.delivered]
        yield from (path for path in files if path.is_file())
        yield from sorted(mous.tree.imaging.glob(f"{image.name}*.png"))


def log_members(archive: str, place: StagePlace) -> dict[str, Path]:
    """Return the files that go into an archive of logs with the log: journal and plan."""
    stem = Path(archive).name.removesuffix(".log.tgz")
    state = StatePlace(place.script.parent)
    return {f"{stem}.{path.name}": path for path in (state.journal, state.plan) if path.is_file()}


def _log_stem(place: str, mous: Mous) -> str:
    found = {eb.directory.name: eb.uid.file_name for eb in mous.ebs}
    return found.get(place) or ("calibrated" if place == mous.tree.name_of(mous.tree.combination) else "analysis")
