"""The page of a report: one HTML file that holds all it shows and opens from disk."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from almared.basics.times import utc_text
from almared.basics.wholefile import write_whole

if TYPE_CHECKING:
    from almared.records.report import EbReportRecord

UNITS = {
    "k": "K", "deg": "deg", "jy": "Jy", "mjy": "mJy", "percent": "%", "s": "s", "m": "m", "hz": "Hz", "ghz": "GHz",
    "arcsec": "arcsec", "um": "µm", "mm": "mm", "min": "min",
}  # fmt: skip
"""Units at the end of the names of numbers, and how they are written."""


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number as the page shows it.

    Parameters
    ----------
    name, value, unit : str
        In words; the unit is empty for a ratio.
    """

    name: str
    value: str
    unit: str


def shown_number(name: str, value: object) -> ShownNumber:
    """Return a number by its name with unit, as people read it.

    Examples
    --------
    >>> shown_number("median_tsys_spw17_k", 71.234)
    ShownNumber(name='median tsys spw 17', value='71.23', unit='K')
    """
    words = name.split("_")
    unit = UNITS.get(words[-1].lower(), "") if len(words) > 1 else ""
    told = " ".join(words[:-1] if unit else words)
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return ShownNumber(re.sub(r"\bspw(\d+)", r"spw \1", told), text, unit)


def write_page(out: Path, stem: str, *, record: EbReportRecord) -> Path:
    """Write the page of an execution block, ``<uid>.qa2_report.html``, and return its path."""
    text = (
        _environment()
        .get_template("eb.html")
        .render(
            record=record,
            outcomes=record.items,
            start=utc_text(record.facts.start_mjd_s),
            minutes=(record.facts.end_mjd_s - record.facts.start_mjd_s) / 60,
            css=_css(),
            image=lambda file: embedded(out / file),
            text=lambda file: (out / file).read_text(encoding="utf-8", errors="replace"),
            number=shown_number,
        )
    )
    return write_whole(out / f"{stem}.qa2_report.html", text)


def render(template: str, **values: Any) -> str:
    """Return a page of a template, with the style sheet in it."""
    return str(_environment().get_template(template).render(css=_css(), number=shown_number, **values))


def embedded(path: Path) -> str:
    """Return an image as a data URL."""
    return "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def _css() -> str:
    return resources.files(__package__).joinpath("templates", "report.css").read_text(encoding="utf-8")


def _environment() -> Any:
    import jinja2

    # Names of sources come from outside: everything is escaped.
    return jinja2.Environment(
        loader=jinja2.PackageLoader(__package__), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
