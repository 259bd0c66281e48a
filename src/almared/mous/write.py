"""``mous.toml`` written for the first time, with examples as comments."""

from __future__ import annotations

from pathlib import Path

import tomlkit

from almared.basics.wholefile import write_whole
from almared.mous.options import BY_KEY
from almared.names import Uid

HEAD = """Settings of this MOUS. almared wrote this file once; edit it as you like.
Quote every quantity with its unit. Lines that begin with # are examples: remove the # to use one.
All keys are described in docs/mous.md."""

PROJECT = """cycle = "2"
code = "2013.1.00001.S"
title = ""
pi = ""
configuration = "C34-4"
science_goal = "uid://A001/X1/X2"
group = "uid://A001/X1/X3\""""

REQUEST = """rms = "0.1 mJy"                      # per beam, over this bandwidth
bandwidth = "10 MHz"
beam = ["0.8 arcsec", "1.2 arcsec"]  # smallest and largest
[[request.line]]
name = "CO_1-0"
rest_frequency = "115.2712 GHz"
channel_width = "1 km/s"             # or "0.5 MHz"
velocity = ["-100 km/s", "120 km/s"] # LSRK, radio convention"""

PLAN = f"""antpos = {BY_KEY["antpos"].example}            # relative to this file
refant = {BY_KEY["refant"].example}
flux = {BY_KEY["flux"].example}
[plan.uid___A002_X1_X2]              # for this execution block only
refant = "DA42\""""

COMBINE = """scale = false                        # concatenate only
dirtol = "0.5 arcsec\""""

IMAGING = """cell = "0.1 arcsec"
imsize = 300
robust = 0.5
gridder = "mosaic"
threshold = "0.3 mJy"
keep_continuum = ["Target"]          # cubes with absorption against the continuum
masks = { Target_continuum = "mine.mask" }"""

README = 'comments = "What the investigators should know."'

TABLES = (
    ("project", "For the README of the delivery.", PROJECT),
    ("request", "What the science goal requested.", REQUEST),
    ("plan", "Options of almared plan.", PLAN),
    ("combine", "How the execution blocks are combined.", COMBINE),
    ("imaging", "Settings that override choices of the imaging.", IMAGING),
    ("readme", "For the README of the delivery.", README),
)


def settings_text(uid: Uid, *, part: str, reason: str, sb_name: str = "") -> str:
    """Return a ``mous.toml`` with the known values, and examples of the others.

    Parameters
    ----------
    uid : Uid
        Of the MOUS.
    part : str
        ``extended``, ``compact`` or ``7m``.
    reason : str
        Why it is that part.
    sb_name : str
        Name of the scheduling block.
    """
    document = tomlkit.document()
    _comment(document, HEAD)
    document.add(tomlkit.nl())
    document.add("uid", tomlkit.item(str(uid)))
    document.add("part", tomlkit.item(part).comment(reason))
    for name, purpose, example in TABLES:
        document.add(tomlkit.nl())
        table = tomlkit.table()
        table.comment(purpose)
        if name == "project" and sb_name:
            table.add("sb_name", sb_name)
        _comment(table, example)
        document.add(name, table)
    return tomlkit.dumps(document)


def with_sb_name(path: Path, sb_name: str) -> str:
    """Return the text of a ``mous.toml`` with the name of the scheduling block set, all else unchanged."""
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    document.setdefault("project", tomlkit.table())["sb_name"] = sb_name
    return tomlkit.dumps(document)


def write_settings(path: Path, text: str) -> None:
    """Write a ``mous.toml``; an existing one is replaced."""
    write_whole(path, text)


def _comment(container: tomlkit.TOMLDocument | tomlkit.items.Table, text: str) -> None:
    for line in text.splitlines():
        container.add(tomlkit.comment(line))
