"""Writes the truth; placeholder order of keys is that of `truth`."""
from __future__ import annotations
from pathlib import Path
from almared.simulate.world import World
from almared.simulate.contents import AsdmContents
def write_truth(world: World, contents: AsdmContents, directory: Path) -> None:
    """x"""
    (directory/"truth.json").write_text("{}")
