"""Imaging with steps side by side, against the same images by one serial script of plain casatasks.

    python benchmarks/imaging.py MS [--workers 2] [--imsize 128] [--out DIR]

The serial script makes every cube whole, one image after the other, in one process without almared; `almared image`
runs images and chunks of cubes side by side, and chooses and measures besides.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from almared.engine.configure import site_configuration
from almared.names import IMAGING_SCRIPT
from almared.recipes.imaging.facts import Overrides
from almared.script.written import write_script
from almared.stages.imaging.stage import ImagingOrder, choose_images, prepare_images

SMALL = 96
"""Pixels along each side of images that are made in minutes."""

PLAIN = """
import runpy, sys
sys.modules["almared"] = None
runpy.run_path(sys.argv[1], run_name="__main__")
"""


def side_by_side(ms: Path, out: Path, *, workers: int, imsize: int) -> tuple[float, list[int]]:
    """Return the seconds of `almared image`, and the number of chunks of each cube."""
    start = time.monotonic()
    words = [sys.executable, "-m", "almared", "image", "--ms", str(ms), "--out", str(out), "--json"]
    words += ["--workers", str(workers), "--imsize", str(imsize)]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    images = json.loads(done.stdout)["images"]
    chunks = [len(image["channels"]["chunks"]) for image in images if image["channels"]]
    return time.monotonic() - start, chunks


def serial(ms: Path, out: Path, *, imsize: int) -> float:
    """Return the seconds of one serial script with the same parameters, run by plain casatasks."""
    order = ImagingOrder(out, (ms,), overrides=Overrides(imsize=(imsize, imsize)))
    prepare_images(order)
    script = write_script(choose_images(order).plan, out).script
    (out / "config.py").write_text(site_configuration("casa-plain.log"))
    environment = {**os.environ, "CASASITECONFIG": str(out / "config.py")}
    start = time.monotonic()
    words = (sys.executable, "-c", PLAIN, str(script))
    done = subprocess.run(words, check=False, cwd=out, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{script}\n{done.stderr}")
    return time.monotonic() - start


def lines(ms: Path, out: Path, *, workers: int, imsize: int) -> list[str]:
    """Return the measured times and their ratio."""
    out = out.resolve()
    # Directories of one depth: the script names the MS relative to itself.
    apart, chunks = side_by_side(ms, out / "side-by-side", workers=workers, imsize=imsize)
    plain = serial(ms, out / "serial", imsize=imsize)
    return [
        f"{IMAGING_SCRIPT} serially by plain casatasks: {plain:.1f} s",
        f"almared image, {workers} workers, cubes in {chunks} chunks: {apart:.1f} s",
        f"ratio: {apart / plain:.2f}",
    ]


def lines_of_eb(eb: Path, out: Path, *, workers: int = 2, imsize: int = SMALL) -> list[str]:
    """Return the lines for an execution block that was planned; it is calibrated first."""
    words = (sys.executable, "-m", "almared", "run", str(eb))
    subprocess.run(words, check=True, capture_output=True)
    return lines(next(eb.glob("*.split.cal")), out, workers=workers, imsize=imsize)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("ms", type=Path, help="a calibrated MS")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--imsize", type=int, default=SMALL, help="pixels along each side")
    parser.add_argument("--out", type=Path, help="directory for the images, kept (else a temporary one)")
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place:
        print("\n".join(lines(given.ms, given.out or Path(place), workers=given.workers, imsize=given.imsize)))


if __name__ == "__main__":
    main()
