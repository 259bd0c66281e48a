"""Archives and manifests: the same for the same files, anonymous, verified by sha256sum."""

from __future__ import annotations

import os
import subprocess
import tarfile
from pathlib import Path

import pytest

from almared.delivery.archive import manifest_text, pack
from almared.delivery.checklist import private_words

HOME = "/" + "home/jdoeson"
"""Put together: no file of the project holds a path of a machine."""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    place = tmp_path / "a.tsys"
    (place / "ANTENNA").mkdir(parents=True)
    (place / "table.dat").write_bytes(b"1")
    (place / "ANTENNA" / "table.dat").write_bytes(b"2")
    return place


def test_the_same_files_make_the_same_archive(table: Path, tmp_path: Path) -> None:
    pack(tmp_path / "one.tgz", {"a.tsys": table})
    for path in (table, *table.rglob("*")):
        os.utime(path, (1.0, 2.0))
        path.chmod(0o700)
    pack(tmp_path / "two.tgz", {"a.tsys": table})
    assert (tmp_path / "one.tgz").read_bytes() == (tmp_path / "two.tgz").read_bytes()


def test_an_archive_names_nobody_and_holds_what_links_point_to(table: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(table)
    pack(tmp_path / "one.tgz", {"b.tsys": tmp_path / "link"})
    with tarfile.open(tmp_path / "one.tgz") as tar:
        members = tar.getmembers()
    assert [member.name for member in members] == [
        "b.tsys", "b.tsys/ANTENNA", "b.tsys/ANTENNA/table.dat", "b.tsys/table.dat",
    ]  # fmt: skip
    assert {(m.uid, m.gid, m.uname, m.gname, m.mtime) for m in members} == {(0, 0, "", "", 0)}
    assert not any(member.issym() for member in members)


def test_sha256sum_verifies_a_manifest_and_finds_a_changed_file(table: Path) -> None:
    files = [path for path in table.rglob("*") if path.is_file()]
    (table / "manifest").write_text(manifest_text(table, files))
    check = ["sha256sum", "--check", "--quiet", "manifest"]
    assert subprocess.run(check, cwd=table, check=False).returncode == 0
    (table / "ANTENNA" / "table.dat").write_bytes(b"3")
    assert subprocess.run(check, cwd=table, check=False, capture_output=True).returncode == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("reduced by jdoeson on lustrebox", ["jdoeson", "lustrebox"]),
        (f"ms = '{HOME}/x.ms'", ["jdoeson", f"{HOME}/x.ms"]),
        ("/lustre/naasc/users/me/a.ms", ["/lustre/naasc/users/me/a.ms"]),
        ("uid___A002_X1.ms, jdoesons data, https://almascience.org/home/x", []),
        ("see docs/home/users", []),
    ],
)
def test_words_that_are_private(text: str, found: list[str]) -> None:
    assert private_words(text, names=["jdoeson", "lustrebox"]) == found
