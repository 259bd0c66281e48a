"""Fingerprints of files, tables and products."""

from __future__ import annotations

import hashlib
import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import makearrcoldesc, maketabdesc, table

from almared.records.fingerprints import (
    CLOCK_TICK_S,
    SMALL,
    DiskFingerprint,
    content_fingerprint,
    disk_fingerprint,
    is_settled,
    joint_fingerprint,
    wait_a_tick,
)
from almared.records.inputs import changed_inputs, how_changed, product_fingerprint, read_inputs, write_inputs
from almared.records.journal import Journal, new_entry


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


def test_a_fingerprint_of_a_product_changes_with_flags_by_hand_and_not_with_a_look(place: Path) -> None:
    before = product_fingerprint(place, "ms")
    assert before.startswith("r step 18 ")
    with table(str(place / "ms"), ack=False) as opened:
        opened.getcol("FLAG")
    assert product_fingerprint(place, "ms") == before
    flag_by_hand(place / "ms")
    flagged = product_fingerprint(place, "ms")
    assert flagged not in ("", before)
    assert how_changed(before, flagged) == "was changed by hand"
    Journal(place).append(new_entry("step-end", "s", step=18, outcome="done", seconds=1.0, made={"ms": {}}))
    assert how_changed(before, product_fingerprint(place, "ms")) == "was made again"


def test_what_was_taken_holds_in_a_tree_that_was_moved_or_copied(place: Path, tmp_path: Path) -> None:
    taker = place.parent / "Imaging"
    write_inputs(taker, {str(place / "ms"): product_fingerprint(place, "ms")})
    assert list(read_inputs(taker)) == ["../Calibration_X1/ms"]
    shutil.copytree(place.parent, tmp_path / "copy")
    place.parent.rename(tmp_path / "there")
    for root in (tmp_path / "there", tmp_path / "copy"):
        source = root / place.name
        assert changed_inputs(root / "Imaging", {str(source / "ms"): product_fingerprint(source, "ms")}) == ()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there")
    source = tmp_path / "there" / place.name
    assert changed_inputs(link / "Imaging", {str(source / "ms"): product_fingerprint(source, "ms")}) == ()
    flag_by_hand(source / "ms")
    now = {str(source / "ms"): product_fingerprint(source, "ms")}
    assert changed_inputs(link / "Imaging", now) == ("../Calibration_X1/ms",)


def test_small_files_count_by_what_is_in_them(tmp_path: Path) -> None:
    file = tmp_path / "cont.dat"
    file.write_text("115.1~115.2GHz")
    before = content_fingerprint(file)
    os.utime(file, (0, 0))
    assert content_fingerprint(file) == before
    file.write_text("115.1~115.3GHz")
    assert content_fingerprint(file) not in ("", before)
    assert content_fingerprint(tmp_path / "none") == ""


def test_disk_fingerprints_see_a_write_whose_time_and_size_were_put_back(tmp_path: Path) -> None:
    file = tmp_path / "image.fits"
    file.write_bytes(b"one")
    os.utime(file, (1e9, 1e9))
    before = disk_fingerprint(tmp_path)
    shutil.copy(file, tmp_path / "kept")
    kept = disk_fingerprint(tmp_path, left_out=["kept"])
    assert kept == before
    time.sleep(2 * CLOCK_TICK_S)
    file.write_bytes(b"two")
    os.utime(file, (1e9, 1e9))
    assert file.stat().st_mtime == 1e9
    assert disk_fingerprint(tmp_path, left_out=["kept"]).text != before.text


def test_disk_fingerprints_go_with_a_tree_and_know_names_and_where_links_lead(tmp_path: Path) -> None:
    root, apart = tmp_path / "a", tmp_path / "apart"
    for place in (root, apart):
        place.mkdir()
        (place / "file").touch()
    (root / "link").symlink_to(apart)
    (root / "circle").symlink_to(root)
    before = disk_fingerprint(root).text
    root = root.rename(tmp_path / "b")
    (root / "circle").unlink()
    found = disk_fingerprint(root).text
    root = root.rename(tmp_path / "c")
    assert disk_fingerprint(root).text == found != before
    (root / "file").rename(root / "other")
    renamed = disk_fingerprint(root).text
    assert renamed != found
    (apart / "file").write_text("longer")
    assert disk_fingerprint(root).text not in (before, found, renamed)


def test_fingerprints_on_disk_keep_their_form(tmp_path: Path) -> None:
    """Trees that were reduced before stay done: their state holds fingerprints of this form."""
    (tmp_path / "sub").mkdir()
    (tmp_path / "a").write_bytes(b"small")
    (tmp_path / "sub" / "b").write_bytes(bytes(SMALL + 1))
    (tmp_path / "table.lock").write_bytes(b"not counted")
    large = (tmp_path / "sub" / "b").stat()
    lines = [f"a {hashlib.sha256(b'small').hexdigest()}", f"sub/b {large.st_size} {large.st_mtime_ns}"]
    assert content_fingerprint(tmp_path) == hashlib.sha256("\n".join(lines).encode()).hexdigest()[:20]
    known = (tmp_path / "a").stat()
    line = f". {known.st_size} {known.st_mtime_ns} {known.st_ctime_ns}"
    found = disk_fingerprint(tmp_path / "a")
    assert found == DiskFingerprint(hashlib.sha256(line.encode()).hexdigest()[:20], known.st_ctime_ns)
    nothing = DiskFingerprint(hashlib.sha256(b"").hexdigest()[:20], 0)
    assert disk_fingerprint(tmp_path / "none") == nothing
    together = hashlib.sha256(f"{found.text} {nothing.text}".encode()).hexdigest()[:20]
    assert joint_fingerprint([found, nothing]) == DiskFingerprint(together, found.newest_ns)


def test_a_change_within_the_last_tick_is_not_settled() -> None:
    now = time.time_ns()
    assert not is_settled(now)
    assert is_settled(now - int(2e9 * CLOCK_TICK_S))
    wait_a_tick()
    assert is_settled(now)
