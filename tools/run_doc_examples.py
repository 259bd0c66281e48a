"""Run the examples of documentation pages: console blocks marked ``runnable``, each in a fresh directory.

A python block marked ``file=NAME`` is put into that directory under this name, for the runnable block after it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

BLOCK = re.compile(r"^```(?:console (runnable)|python file=([\w.]+))\n(.*?)^```", re.MULTILINE | re.DOTALL)


def pages(places: list[str]) -> Iterator[Path]:
    for place in map(Path, places):
        yield from sorted(place.rglob("*.md")) if place.is_dir() else [place]


def commands(block: str) -> list[str]:
    return [line[2:] for line in block.splitlines() if line.startswith("$ ")]


def examples(text: str) -> Iterator[tuple[list[str], dict[str, str]]]:
    """Yield the commands of each runnable block, with the files named before it."""
    files: dict[str, str] = {}
    for runnable, name, content in BLOCK.findall(text):
        if runnable:
            yield commands(content), files
            files = {}
        else:
            files[name] = content


def run(place: str, lines: list[str], files: dict[str, str]) -> bool:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with tempfile.TemporaryDirectory() as directory:
        for name, content in files.items():
            (Path(directory) / name).write_text(content, encoding="utf-8")
        for command in lines:
            begin = time.monotonic()
            done = subprocess.run(
                ["bash", "-c", command], cwd=directory, env=environment, capture_output=True, text=True, check=False
            )
            print(f"{place}: $ {command} ({time.monotonic() - begin:.0f} s)", flush=True)
            if done.returncode:
                print(f"exit code {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
                return False
    return True


def main(places: list[str]) -> int:
    results = [
        run(str(page), lines, files)
        for page in pages(places)
        for lines, files in examples(page.read_text(encoding="utf-8"))
    ]
    print(f"{len(results)} examples run, {results.count(False)} failed")
    return not results or not all(results)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
