"""Run the examples of documentation pages: console blocks marked ``runnable``, each in a fresh directory."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```console runnable\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages(places: list[str]) -> Iterator[Path]:
    for place in map(Path, places):
        yield from sorted(place.rglob("*.md")) if place.is_dir() else [place]


def commands(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def run(block: str, place: str) -> bool:
    with tempfile.TemporaryDirectory() as directory:
        for command in commands(block):
            print(f"{place}: $ {command}", flush=True)
            environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
            done = subprocess.run(
                ["bash", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
                return False
    return True


def main(places: list[str]) -> int:
    results = [run(b, str(page)) for page in pages(places) for b in BLOCK.findall(page.read_text(encoding="utf-8"))]
    print(f"{len(results)} examples run, {results.count(False)} failed")
    return not results or not all(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
