"""Look through the files that git tracks: none over 1 MB, no path of one machine, no host of a package index."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

LARGEST = 1_000_000
SUSPECT = re.compile(
    r"(?<![\w.])/(?:home|Users|root|work|opt)/[\w.-]+/|files\.pythonhosted|https?://[\w.-]*pypi[\w.-]*/simple|--(?:extra-)?index-url|--find-links"
)


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], check=True, capture_output=True).stdout.split(b"\0")
    faults = []
    for path in (Path(name.decode()) for name in listed if name):
        if path == Path("tools/check_repository.py") or not path.is_file():
            continue
        data = path.read_bytes()
        if len(data) > LARGEST:
            faults.append(f"{path}: {len(data)} bytes, at most {LARGEST}")
        if b"\0" not in data:
            for number, line in enumerate(data.decode(errors="replace").splitlines(), 1):
                if found := SUSPECT.search(line):
                    faults.append(f"{path}:{number}: {found.group()}")
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
