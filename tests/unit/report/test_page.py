"""The page of a report: whole, escaped, with words for everything that is shown; palettes with contrast."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from pathlib import Path

import pytest
from PIL import Image

from almared.errors import InputError
from almared.model.finding import warning
from almared.records.report import EbFacts, EbReportRecord, ItemOutcome, ItemProducts, ReportFigure, write_report
from almared.report import build
from almared.report.build import ReportOptions, make_item, report_eb
from almared.report.item import EbContext
from almared.report.items import item_names, item_of
from almared.report.montage import CELL, GAP, make_montages
from almared.report.page import shown_number, write_page
from almared.report.textfile import write_textfile

HOSTILE = "<script>alert('x')</script>"

RECORD = EbReportRecord(
    uid="uid://A002/X1/X2",
    ms="uid___A002_X1_X2.ms",
    almared="0.1",
    casatasks=("6.7.0.31",),
    refant="DA41",
    facts=EbFacts(5.0e9, 5.0e9 + 600, 6, (12.0,), "uid://A001/X1/X1", "uid://A001/X1/X3", (HOSTILE, "J0423-0120")),
    fingerprints={"x.ms.split.cal": "a"},
    items=(),
)


class Outline(HTMLParser):
    """Collects what a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.images: list[dict[str, str | None]] = []
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.tags.append(tag)
        if tag == "img":
            self.images.append(given)
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if given.get("id"):
            self.ids.append(str(given["id"]))
        if tag == "a" and str(given.get("href", "")).startswith("#"):
            self.targets.append(str(given["href"])[1:])


@pytest.fixture
def outcomes(tmp_path: Path) -> list[ItemOutcome]:
    Image.new("RGB", (40, 30), "red").save(tmp_path / "tsys_plot.png")
    (tmp_path / "tsys_stat.txt").write_text(f"medians {HOSTILE}\n")
    figure = ReportFigure("tsys_plot.png", "Curves", 'Medians: 70 K "quoted"')
    made = ItemProducts(
        (figure,), ("tsys_stat.txt",), (warning("TSYS02", f"high: {HOSTILE}"),), {"median_tsys_spw17_k": 71.2}
    )
    return [
        ItemOutcome("tsys", "System temperatures", "Spikes.", 2, made),
        ItemOutcome("wvr", "Radiometers", "Flatter.", 1, unavailable="there are none"),
        ItemOutcome("flags", "Flags", "Much.", 0),
    ]


@pytest.fixture
def page(tmp_path: Path, outcomes: list[ItemOutcome]) -> str:
    return write_page(tmp_path, "uid___A002_X1_X2", record=replace(RECORD, items=tuple(outcomes))).read_text()


def outline(page: str) -> Outline:
    parser = Outline()
    parser.feed(page)
    return parser


def test_the_page_holds_its_images_and_each_has_words(page: str) -> None:
    found = outline(page)
    assert [image["alt"] for image in found.images] == ['Medians: 70 K "quoted"']
    assert all(str(image["src"]).startswith("data:image/png;base64,") for image in found.images)
    assert not re.search(r'(src|href)="(?!data:|#)', page)
    assert "script" not in found.tags


def test_headings_stand_in_order_and_links_lead_somewhere(page: str) -> None:
    found = outline(page)
    assert found.headings[0] == 1
    assert found.headings.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in zip(found.headings, found.headings[1:], strict=False))
    assert set(found.targets) <= set(found.ids)
    assert len(set(found.ids)) == len(found.ids)


def test_the_page_says_which_measures_were_used(tmp_path: Path, outcomes: list[ItemOutcome]) -> None:
    record = replace(RECORD, measures=("casadata 2025.9.22 (IERS 2025-09-21)",), items=tuple(outcomes))
    page = write_page(tmp_path, "uid___A002_X1_X2", record=record).read_text()
    assert "casatasks 6.7.0.31, measures casadata 2025.9.22 (IERS 2025-09-21), almared 0.1" in page


def test_names_from_outside_are_escaped(page: str) -> None:
    assert HOSTILE not in page
    assert page.count("&lt;script&gt;") >= 3


def test_an_item_that_could_not_be_made_says_why_in_its_place_and_on_top(page: str) -> None:
    assert page.count("there are none") == 2
    assert "✕ not available" in page
    assert "▲ attention" in page
    assert "✓ made" in page


def test_numbers_have_units_and_tables_have_headers(page: str) -> None:
    assert '<td class="number">71.2</td><td>K</td>' in page
    assert page.count("<table>") == page.count("<caption>")
    assert shown_number("pointings_Sgr_B2", 3.0).unit == ""


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.1."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_text_has_the_contrast_of_wcag_aa_by_day_and_night() -> None:
    css = resources.files("almared.report").joinpath("templates", "report.css").read_text()
    palettes = [dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", block)) for block in re.findall(r":root \{([^}]*)\}", css)]
    assert len(palettes) == 2
    night = {**palettes[0], **palettes[1]}
    for palette in (palettes[0], night):
        for text, paper in (("ink", "paper"), ("ink", "soft"), ("link", "paper"), ("warn", "paper"), ("good", "paper"),
                            ("ink", "warnpaper"), ("warn", "warnpaper"), ("link", "warnpaper")):  # fmt: skip
            assert contrast(palette[text], palette[paper]) >= 4.5, (text, paper)


def test_every_item_has_a_name_of_its_own_and_says_what_to_look_for() -> None:
    items = [item_of(name) for name in item_names()]
    assert len({item.key for item in items}) == len(items)
    assert all(item.look_for.endswith(".") and item.title and item.files for item in items)


def test_an_item_of_nothing_fails_in_its_place(tmp_path: Path) -> None:
    context = EbContext(tmp_path, "x.ms", out=tmp_path / "qa2", work=tmp_path / "work")
    outcome = make_item("flux", context)
    assert outcome.unavailable == "x.ms.split.fluxscale is not there"
    assert ItemOutcome.from_record(outcome.as_record()) == outcome


def test_what_is_not_calibrated_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no calibration script"):
        report_eb(tmp_path, ReportOptions(), listener=lambda key, outcome: None)
    (tmp_path / "x.ms.scriptForCalibration.py").write_text("mystep = 0\nif mystep in thesteps:\n    pass\n")
    with pytest.raises(InputError, match="not calibrated"):
        report_eb(tmp_path, ReportOptions(), listener=lambda key, outcome: None)


def test_texts_stand_in_the_order_that_reviewers_know(tmp_path: Path) -> None:
    for name in ("flux.txt", "wvr_stat.txt", "shadowed_ant.txt"):
        (tmp_path / name).write_text(f"of {name}\n")
    text = write_textfile(tmp_path, "uid___A", texts=["flux.txt", "shadowed_ant.txt", "wvr_stat.txt"]).read_text()
    assert text.index("of wvr_stat.txt") < text.index("of flux.txt")
    assert "shadowed" not in text
    assert (tmp_path / "textfile.txt").read_text() == text


def test_sheets_have_six_places_and_old_ones_go(tmp_path: Path) -> None:
    for number in range(7):
        Image.new("RGB", (400, 100 + number), "blue").save(tmp_path / f"{number}.png")
    (tmp_path / "uid___A__qa2_part9.png").touch()
    figures = {"many": (1, [f"{number}.png" for number in range(7)]), "none": (0, ["0.png"]), "nothing": (3, [])}
    sheets = make_montages(tmp_path, "uid___A", figures=figures)
    assert [sheet.name for sheet in sheets] == ["uid___A__qa2_part1.png", "uid___A__qa2_part1b.png"]
    assert not (tmp_path / "uid___A__qa2_part9.png").exists()
    with Image.open(sheets[0]) as sheet:
        assert sheet.size == (2 * CELL[0] + 3 * GAP, 3 * CELL[1] + 4 * GAP)


def test_each_item_has_a_place_of_its_own_and_the_key_of_its_module() -> None:
    items = [item_of(name) for name in item_names()]
    assert [item.key for item in items] == list(item_names())
    assert len({item.place for item in items}) == len(items)
    places = {item.key: item.place for item in items}
    assert places["schedule"] < places["elevation"] < places["mosaic"] < places["tsys"] < places["check_source"]


def test_a_report_of_what_is_there_is_found_in_qa2_and_not_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.ms.scriptForCalibration.py").write_text("")
    (tmp_path / "x.ms.split.cal").mkdir()
    (tmp_path / "qa2").mkdir()
    write_report(tmp_path / "qa2", replace(RECORD, fingerprints={"a": "b"}, page="x.html"))
    monkeypatch.setattr(build, "calibration_fingerprints", lambda _directory, _products: {"a": "b"})
    report = report_eb(tmp_path, ReportOptions(), listener=lambda _key, _outcome: None)
    assert (report.directory, report.page, report.is_new) == (tmp_path / "qa2", tmp_path / "qa2" / "x.html", False)
