"""The report of an execution block: all items made side by side, then texts, montages and the page."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path

from almared import __version__
from almared.errors import AlmaredError, InputError
from almared.model import ExecutionBlock
from almared.mous.places import REPORT as OUT
from almared.mous.places import StatePlace
from almared.names import Products, Uid
from almared.records.history import measures_of
from almared.records.inputs import product_fingerprints
from almared.records.journal import Journal
from almared.records.report import (
    NAME,
    EbFacts,
    EbReportRecord,
    ItemOutcome,
    ItemProducts,
    read_eb_report,
    write_report,
)
from almared.report.item import EbContext
from almared.report.items import item_names, item_of
from almared.report.montage import make_montages
from almared.report.textfile import write_textfile
from almared.script.locate import find_script
from almared.script.read import read_script

Listener = Callable[[str, ItemOutcome], None]


@dataclass(frozen=True, slots=True)
class EbReport:
    """The report of an execution block.

    Parameters
    ----------
    uid : str
        Of the execution block.
    directory : Path
        Where figures, texts and page are.
    page : Path
        The page.
    outcomes : tuple of ItemOutcome
        Its items in order.
    is_new : bool
        Whether it was made now.
    """

    uid: str
    directory: Path
    page: Path
    outcomes: tuple[ItemOutcome, ...]
    is_new: bool = True


@dataclass(frozen=True, slots=True)
class ReportOptions:
    """How to make a report.

    Parameters
    ----------
    only : tuple of str
        Items to remake; all when empty.
    is_forced : bool
        Make it although it is up to date.
    uv_limit_m : float, m, optional
        Longest baseline of the targets' spectra.
    workers : int
        Processes that draw side by side.
    """

    only: tuple[str, ...] = ()
    is_forced: bool = False
    uv_limit_m: float | None = None
    workers: int = 2


def calibration_fingerprints(directory: Path, products: Products) -> dict[str, str]:
    """Return the fingerprints of all that the calibration in a directory made and the report is about."""
    script = read_script(directory / products.script)
    return product_fingerprints(directory, (name for name in script.products if script.has(name)))


def report_eb(target: Path, options: ReportOptions, *, listener: Listener) -> EbReport:
    """Make the QA2 report of a calibrated execution block.

    Parameters
    ----------
    target : Path
        The ASDM, its MS, its script, or the directory with the script.
    options : ReportOptions
        How.
    listener : callable
        Hears each item that came out.

    Raises
    ------
    InputError
        There is no calibrated execution block, or no such item.

    References
    ----------
    domain.md C.1, C.2; each item stands alone (C.4).
    """
    script = find_script(target)
    products = Products.of_script(script.name)
    directory, out = script.parent, script.parent / OUT
    if not (directory / products.calibrated).exists():
        raise InputError(
            "it is not calibrated: the report is made from the tables and the calibrated MS",
            where=str(directory / products.calibrated),
            repair=f"run `almared run {target}`",
        )
    fingerprints = calibration_fingerprints(directory, products)
    known = read_eb_report(out)
    if known is not None and known.fingerprints != fingerprints:
        known = None
    if known is not None and not options.is_forced and not options.only:
        return EbReport(known.uid, out, out / known.page, known.items, is_new=False)
    context = EbContext(
        directory, products.ms, out=out, work=StatePlace(directory).report, uv_limit_m=options.uv_limit_m
    )
    names = _chosen(options.only)
    kept = _kept(known, names) if known is not None else {}
    out.mkdir(exist_ok=True)
    (out / NAME).unlink(missing_ok=True)
    made = make_items(context, names, workers=options.workers, listener=listener)
    outcomes = tuple(one for name in item_names() if (one := {**kept, **made}.get(item_of(name).key)))
    return _finish(_record(context, fingerprints, outcomes=outcomes), out)


def make_items(context: EbContext, names: Iterable[str], *, workers: int, listener: Listener) -> dict[str, ItemOutcome]:
    """Return the outcomes of items by key, made side by side in processes."""
    context.work.mkdir(parents=True, exist_ok=True)
    outcomes: dict[str, ItemOutcome] = {}
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=spawn) as pool:
        futures = {pool.submit(make_item, name, context): name for name in names}
        for future in as_completed(futures):
            item = item_of(futures[future])
            try:
                outcome = future.result()
            except BrokenProcessPool:
                why = "the process that made it, or one next to it, died; was it out of memory?"
                outcome = ItemOutcome(item.key, item.title, item.look_for, item.part, unavailable=why)
            outcomes[item.key] = outcome
            listener(item.key, outcome)
    return outcomes


def make_item(name: str, context: EbContext) -> ItemOutcome:
    """Return how an item came out: one that fails says why in its place."""
    os.environ.setdefault("MPLBACKEND", "Agg")
    item, begin = item_of(name), time.monotonic()
    made, why = ItemProducts(), ""
    try:
        made = item.make(context)
    except AlmaredError as error:
        why = error.what
    # Foreign tables can be odd in ways that nobody thought of; the other items stand without this one.
    except (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError) as fault:
        why = f"{type(fault).__name__}: {fault}"
    seconds = round(time.monotonic() - begin, 2)
    return ItemOutcome(item.key, item.title, item.look_for, item.part, made, why, seconds)


def _chosen(only: tuple[str, ...]) -> tuple[str, ...]:
    unknown = [name for name in only if name not in item_names()]
    if unknown:
        raise InputError(
            f"there is no item {unknown[0]!r}", where="--only", repair=f"items are {', '.join(item_names())}"
        )
    return only or item_names()


def _kept(known: EbReportRecord, names: Iterable[str]) -> dict[str, ItemOutcome]:
    made_anew = {item_of(name).key for name in names}
    return {outcome.key: outcome for outcome in known.items if outcome.key not in made_anew}


def _record(
    context: EbContext, fingerprints: Mapping[str, str], *, outcomes: tuple[ItemOutcome, ...]
) -> EbReportRecord:
    """Return what the report says about itself and its execution block."""
    eb = context.eb
    begins = [entry for entry in Journal(context.directory).entries() if entry.event == "step-begin"]
    return EbReportRecord(
        uid=str(Uid.parse(eb.uid)) if eb.uid else context.products.ms,
        ms=context.products.ms,
        almared=__version__,
        casatasks=tuple(sorted({str(entry.data["casa"]) for entry in begins})),
        measures=tuple(measures_of(begins)),
        refant=_refant(context),
        facts=_facts(eb),
        fingerprints=fingerprints,
        items=outcomes,
    )


def _refant(context: EbContext) -> str:
    try:
        return context.refant
    except AlmaredError:
        return ""


def _facts(eb: ExecutionBlock) -> EbFacts:
    return EbFacts(
        start_mjd_s=eb.start_mjd_s,
        end_mjd_s=eb.end_mjd_s,
        antennas=len(eb.antennas),
        diameters_m=tuple(sorted({antenna.diameter_m for antenna in eb.antennas})),
        project=eb.project_uid,
        scheduling_block=eb.sb_uid,
        sources=tuple(sorted({eb_field.name for eb_field in eb.fields})),
    )


def _finish(record: EbReportRecord, out: Path) -> EbReport:
    from almared.report.page import write_page

    stem, outcomes = Uid.parse(record.uid).file_name if "://" in record.uid else record.uid, record.items
    texts = [text for outcome in outcomes for text in outcome.made.texts]
    write_textfile(out, stem, texts=texts)
    make_montages(out, stem, figures={o.key: (o.part, [f.file for f in o.made.figures]) for o in outcomes})
    page = write_page(out, stem, record=record)
    # Written last: a report without it is not whole.
    write_report(out, replace(record, page=page.name))
    return EbReport(record.uid, out, page, outcomes)
