"""Look through the files that git tracks: no path of one machine, no host of a package index; none over 1 MB, ever."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

LARGEST = 1_000_000
SUSPECT = re.compile(
    r"(?<![\w.])/(?:home|Users|root|work|opt)/[\w.-]+/|files\.pythonhosted|https?://[\w.-]*pypi[\w.-]*/simple|--(?:extra-)?index-url|--find-links"
)


def git(*words: str) -> bytes:
    return subprocess.run(["git", *words], check=True, capture_output=True).stdout


def large_files() -> Iterator[str]:
    """Files over the limit in any commit: one that was removed again still has to be cloned."""
    if subprocess.run(["git", "rev-parse", "--verify", "-q", "HEAD"], check=False, capture_output=True).returncode:
        return
    listed = git("rev-list", "--objects", "--all")
    command = ["git", "cat-file", "--batch-check=%(objecttype) %(objectsize) %(rest)"]
    for line in subprocess.run(command, input=listed, check=True, capture_output=True).stdout.decode().splitlines():
        kind, size, name = line.split(" ", 2)
        if kind == "blob" and int(size) > LARGEST:
            yield f"{name}: {size} bytes in the history, at most {LARGEST}"


def faults_of(path: Path) -> Iterator[str]:
    data = path.read_bytes()
    if len(data) > LARGEST:
        yield f"{path}: {len(data)} bytes, at most {LARGEST}"
    if b"\0" in data:
        return
    for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
        if found := SUSPECT.search(line):
            yield f"{path}:{number}: {found.group()}"


def main() -> int:
    tracked = (Path(name.decode()) for name in git("ls-files", "-z").split(b"\0") if name)
    looked_at = [path for path in tracked if path.is_file() and path != Path("tools/check_repository.py")]
    faults = [*large_files(), *(fault for path in looked_at for fault in faults_of(path))]
    print("\n".join([*faults, f"{len(looked_at)} files looked at, {len(faults)} faults"]))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
