"""All situations of the imaging: each in a file of its own, none twice."""

from __future__ import annotations

from pathlib import Path

from almared.recipes.imaging import situations
from almared.recipes.imaging.situations import SITUATIONS


def test_every_file_of_the_folder_is_one_situation() -> None:
    files = {path.stem.upper() for path in Path(str(situations.__file__)).parent.glob("*.py")} - {"__INIT__"}
    listed = {name for name in dir(situations) if any(getattr(situations, name) is each for each in SITUATIONS)}
    assert listed == files
    assert len(set(map(id, SITUATIONS))) == len(SITUATIONS) == len(files)
