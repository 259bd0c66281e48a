"""Marks of files and tables, and the stamps that rest on them."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import makearrcoldesc, maketabdesc, table

from almared.records.inputs import changed_inputs, how_changed, read_inputs, stamp_of, write_inputs
from almared.records.journal import Journal, new_entry
from almared.records.marks import CLOCK_TICK_S, SMALL, mark_of, traces_of


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory in which a step made a table with flags, larger than what counts by its contents."""
    place = tmp_path / "here" / "Calibration_X1"
    place.mkdir(parents=True)
    shape = [16, 256]
    described = maketabdesc([makearrcoldesc("FLAG", False, 2, shape=shape, options=5)])
    with table(str(place / "ms"), described, nrow=1024, ack=False) as made:
        made.putcol("FLAG", np.zeros((1024, *shape), dtype=bool))
    assert max(path.stat().st_size for path in (place / "ms").iterdir()) > SMALL
    Journal(place).append(new_entry("step-end", "r", step=18, outcome="done", seconds=1.0, made={"ms": {}}))
    return place


def flag_by_hand(path: Path) -> None:
    with table(str(path), readonly=False, ack=False) as opened:
        opened.putcell("FLAG", 7, ~opened.getcell("FLAG", 7))


def test_a_stamp_changes_with_flags_by_hand_and_not_with_a_look(place: Path) -> None:
    before = stamp_of(place, "ms")
    assert before.startswith("r step 18 ")
    with table(str(place / "ms"), ack=False) as opened:
        opened.getcol("FLAG")
    assert stamp_of(place, "ms") == before
    flag_by_hand(place / "ms")
    flagged = stamp_of(place, "ms")
    assert flagged not in ("", before)
    assert how_changed(before, flagged) == "was changed by hand"
    Journal(place).append(new_entry("step-end", "s", step=18, outcome="done", seconds=1.0, made={"ms": {}}))
    assert how_changed(before, stamp_of(place, "ms")) == "was made again"


def test_what_was_taken_holds_in_a_tree_that_was_moved_or_copied(place: Path, tmp_path: Path) -> None:
    taker = place.parent / "Imaging"
    write_inputs(taker, {str(place / "ms"): stamp_of(place, "ms")})
    assert list(read_inputs(taker)) == ["../Calibration_X1/ms"]
    shutil.copytree(place.parent, tmp_path / "copy")
    place.parent.rename(tmp_path / "there")
    for root in (tmp_path / "there", tmp_path / "copy"):
        source = root / place.name
        assert changed_inputs(root / "Imaging", {str(source / "ms"): stamp_of(source, "ms")}) == ()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there")
    source = tmp_path / "there" / place.name
    assert changed_inputs(link / "Imaging", {str(source / "ms"): stamp_of(source, "ms")}) == ()
    flag_by_hand(source / "ms")
    now = {str(source / "ms"): stamp_of(source, "ms")}
    assert changed_inputs(link / "Imaging", now) == ("../Calibration_X1/ms",)


def test_small_files_count_by_what_is_in_them(tmp_path: Path) -> None:
    file = tmp_path / "cont.dat"
    file.write_text("115.1~115.2GHz")
    before = mark_of(file)
    os.utime(file, (0, 0))
    assert mark_of(file) == before
    file.write_text("115.1~115.3GHz")
    assert mark_of(file) not in ("", before)
    assert mark_of(tmp_path / "none") == ""


def test_traces_see_a_write_whose_time_and_size_were_put_back(tmp_path: Path) -> None:
    file = tmp_path / "image.fits"
    file.write_bytes(b"one")
    os.utime(file, (1e9, 1e9))
    before = traces_of(tmp_path)
    shutil.copy(file, tmp_path / "kept")
    kept = traces_of(tmp_path, left_out=["kept"])
    assert kept == before
    time.sleep(2 * CLOCK_TICK_S)
    file.write_bytes(b"two")
    os.utime(file, (1e9, 1e9))
    assert file.stat().st_mtime == 1e9
    assert traces_of(tmp_path, left_out=["kept"]).mark != before.mark


def test_traces_go_with_a_tree_and_know_names_and_where_links_lead(tmp_path: Path) -> None:
    root, apart = tmp_path / "a", tmp_path / "apart"
    for place in (root, apart):
        place.mkdir()
        (place / "file").touch()
    (root / "link").symlink_to(apart)
    (root / "circle").symlink_to(root)
    before = traces_of(root).mark
    root = root.rename(tmp_path / "b")
    (root / "circle").unlink()
    found = traces_of(root).mark
    root = root.rename(tmp_path / "c")
    assert traces_of(root).mark == found != before
    (root / "file").rename(root / "other")
    renamed = traces_of(root).mark
    assert renamed != found
    (apart / "file").write_text("longer")
    assert traces_of(root).mark not in (before, found, renamed)
