"""Configuration of Sphinx; the pages of the command reference are made from the commands' own help."""

from __future__ import annotations

from pathlib import Path

import click
from sphinx.application import Sphinx

from almared import __version__
from almared.cli.main import COMMANDS, almared

project = "almared"
author = "the almared developers"
copyright = "2026, the almared developers"
release = __version__
extensions = ["myst_parser"]
exclude_patterns = ["_build"]
html_theme = "alabaster"
html_theme_options = {
    "description": "Hand-guided calibration of ALMA data",
    "page_width": "1280px",
    "body_max_width": "1040px",
}
html_static_path = ["_static"]
html_css_files = ["almared.css"]
myst_heading_anchors = 3


def write_reference(app: Sphinx) -> None:
    """Write one page per command from its help."""
    folder = Path(app.srcdir) / "reference"
    folder.mkdir(exist_ok=True)
    parent = click.Context(almared, info_name="almared")
    for verb in COMMANDS:
        command = almared.get_command(parent, verb)
        context = click.Context(
            command, info_name=verb, parent=parent, terminal_width=100, help_option_names=["-h", "--help"]
        )
        with context:
            text = f"# almared {verb}\n\n```text\n{command.get_help(context)}\n```\n"
        page = folder / f"{verb}.md"
        if not page.exists() or page.read_text(encoding="utf-8") != text:
            page.write_text(text, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Have the reference written before the pages are read."""
    app.connect("builder-inited", write_reference)
