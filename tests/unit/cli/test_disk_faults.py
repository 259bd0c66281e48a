"""Faults of the disk and of permissions end a command with one clear error, and leave no half-written file."""

from __future__ import annotations

import errno
import resource
import subprocess
import sys
from pathlib import Path

import click
import pytest

from almared.basics.sizes import size_text
from almared.basics.wholefile import write_whole
from almared.cli.main import almared, main


def refuse_any_file() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def test_a_write_that_fails_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    root = tmp_path / "uid___A001_X1_X2"
    asdm = root / "Calibration_X3" / "uid___A002_X1_X3"
    asdm.mkdir(parents=True)
    (asdm / "ASDM.xml").write_text("<ASDM/>")
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\npart = "7m"')
    done = subprocess.run(
        [sys.executable, "-B", "-m", "almared", "reduce", str(root)],
        preexec_fn=refuse_any_file,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 5
    assert done.stderr.startswith("almared: a file would be larger than this shell allows\n  What to do: allow more")
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size == 0]


def test_what_was_there_stays_when_its_successor_cannot_be_written(tmp_path: Path) -> None:
    path = write_whole(tmp_path / "README", "first")
    text = f"""
import resource
from pathlib import Path
from almared.basics.wholefile import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (4, 4))
write_whole(Path({str(path)!r}), "second")
"""
    done = subprocess.run([sys.executable, "-B", "-c", text], capture_output=True, text=True, check=False)
    assert "File too large" in done.stderr
    assert path.read_text() == "first"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("fault", "code", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), 5, "almared: no space is left on the disk\n"),
        (PermissionError(errno.EACCES, "Permission denied", "a/b"), 5, "almared: a/b: permission is denied\n"),
        (OSError(errno.EROFS, "Read-only file system", "a/b"), 5, "almared: a/b: the disk cannot be written to\n"),
    ],
)
def test_faults_of_the_disk_are_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, fault: OSError, code: int, words: str
) -> None:
    ended_with, told = ending_of(fault, monkeypatch, capsys)
    assert ended_with == code
    assert told.startswith(words)
    assert "What to do: " in told


def test_other_faults_are_not_hidden(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(FileNotFoundError):
        ending_of(FileNotFoundError(errno.ENOENT, "No such file", "a"), monkeypatch, capsys)


def ending_of(
    fault: OSError, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str]:
    """Return exit code and message of a command that meets a fault."""

    @click.command()
    def failing() -> None:
        raise fault

    monkeypatch.setattr(almared, "get_command", lambda _context, _name: failing)
    with pytest.raises(SystemExit) as ended:
        main(["doctor"])
    return ended.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    ("size", "text"), [(999, "1.0 kB"), (17.1e6, "17.1 MB"), (9.996e8, "999.6 MB"), (4.2e9, "4.2 GB")]
)
def test_sizes_are_told_in_the_unit_that_suits(size: float, text: str) -> None:
    assert size_text(size) == text
