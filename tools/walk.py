"""Count the files that two walks through the code enter, and how often they return to one.

A walk is a call as it runs: a function that calls one in another file is a door.  A door between the same two
files counts once.  A walk enters each file for the first time by one door; each other door returns to a file.

    python tools/walk.py ASDM    from the antennas of an ASDM to the text of its script
    python tools/walk.py MOUS    from `choose_images` to what it reads (of a MOUS that was combined)
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import almared

SOURCE = str(Path(almared.__file__).parent)


class Walk:
    """The files entered and the doors taken while a call runs."""

    def __init__(self) -> None:
        self.files: list[str] = []
        self.doors: set[tuple[str, str]] = set()

    def follow(self, call: Callable[[], object]) -> None:
        sys.setprofile(self._seen)
        try:
            call()
        finally:
            sys.setprofile(None)

    def _seen(self, frame: FrameType, event: str, _: object) -> None:
        here = frame.f_code.co_filename
        if event != "call" or not here.startswith(SOURCE) or frame.f_code.co_name == "<module>":
            return
        if here not in self.files:
            self.files.append(here)
        caller = frame.f_back
        while caller is not None and not caller.f_code.co_filename.startswith(SOURCE):
            caller = caller.f_back
        if caller is not None and caller.f_code.co_filename != here:
            self.doors.add((caller.f_code.co_filename, here))

    def __str__(self) -> str:
        rooms = sorted({Path(f).relative_to(SOURCE).parts[0].removesuffix(".py") for f in self.files})
        returns = len(self.doors) - (len(self.files) - 1)
        counts = f"{len(self.files)} files entered, {len(self.doors)} doors, {returns} returns"
        return f"{counts}; {len(rooms)} rooms: {', '.join(rooms)}"


def script_of(asdm: Path) -> str:
    from almared.formats.asdm import read_execution_block
    from almared.recipes import plan_calibration
    from almared.script import render_script

    return render_script(plan_calibration(read_execution_block(asdm)))


def images_of(directory: Path) -> object:
    from almared.mous import read_mous
    from almared.stages.imaging.stage import choose_images, order_of_mous

    return choose_images(order_of_mous(read_mous(directory)))


def main(place: Path) -> int:
    walk = Walk()
    call = images_of if (place / "mous.toml").exists() else script_of
    call(place)  # once before: imports are no walk
    walk.follow(lambda: call(place))
    print(f"{call.__name__}({place.name}): {walk}")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
