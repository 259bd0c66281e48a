"""What no task does in an imaging script: records of cleans, chunks of a cube joined to one."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

from casatools import image, msmetadata, regionmanager, vpmanager

from almared.script.parts.steps import remove, tell


def write_voltage_pattern(name: str, vis: str, aperture_m: float, hole_m: float) -> None:
    """Write how the dishes of an MS see off their axis as a table for tclean: an evenly lit aperture with a hole.

    It is the pattern that CASA means; the one it takes by itself with the gridder standard has the hole as much wider
    than the aperture as it is narrower, and is too high: in power by 1 to 2 % for 12 m, by 3 to 6 % for 7 m.
    """
    first_null_deg = math.degrees(math.asin(3.8317 * 0.299792458 / (math.pi * aperture_m)))
    angles = [(n + 0.5) * math.pi / 64 for n in range(64)]

    def lit(x: float) -> float:
        # 2 J1(x) / x, of an evenly lit disk, as the mean of its defining integral; 1 on the axis.
        return 2.0 / x * sum(math.cos(angle - x * math.sin(angle)) for angle in angles) / len(angles)

    voltage = []
    for n in range(1001):
        turns = math.pi * math.sin(math.radians(max(n, 1e-4) / 1000 * first_null_deg)) / 0.299792458
        both = aperture_m**2 * lit(turns * aperture_m) - hole_m**2 * lit(turns * hole_m)
        voltage.append(both / (aperture_m**2 - hole_m**2))
    metadata, patterns = msmetadata(), vpmanager()
    metadata.open(vis)
    telescope = str(metadata.observatorynames()[0])
    metadata.done()
    remove(name)
    patterns.reset()
    patterns.setpbnumeric(
        telescope=telescope,
        vect=voltage,
        maxrad=f"{first_null_deg}deg",
        reffreq="1GHz",
        dopb=True,
        isthispb="VP",
    )
    patterns.saveastable(name)
    patterns.reset()


def keep_clean_record(name: str, result: Mapping[str, Any]) -> None:
    """Keep what tclean tells about its iterations as ``<name>.clean.json``."""
    names = {"iterdone": "iterations", "nmajordone": "major_cycles", "stopcode": "stop_code"}
    record: dict[str, Any] = {new: int(result.get(old, 0)) for old, new in names.items()}
    record["stopped_because"] = str(result.get("stopDescription", ""))
    if not record["iterations"]:
        tell(f"{name}: nothing was cleaned: no emission above the thresholds of the masks")
    with open(f"{name}.clean.json", "w") as file:
        json.dump(record, file, indent=1)


def keep_theory(name: str, sensitivity: Mapping[str, Any]) -> None:
    """Keep the noise that apparentsens computes from the weights that are left as ``<name>.theory.json``."""
    with open(f"{name}.theory.json", "w") as file:
        json.dump({"apparent_sensitivity_jy": float(sensitivity["effSens"])}, file)


def join_chunks(name: str, chunks: Sequence[str], kinds: Sequence[str], channels: Sequence[Sequence[int]]) -> None:
    """Join the first to the last of some channels of each chunk, and the records of their cleans."""
    for kind in kinds:
        parts = [f"{chunk}.{kind}" for chunk in chunks]
        if not os.path.exists(parts[0]):
            continue
        remove(f"{name}.{kind}")
        inner = [_without_margins(part, *channels[number]) for number, part in enumerate(parts)]
        ia = image()
        ia.imageconcat(outfile=f"{name}.{kind}", infiles=inner, axis=-1, relax=True).done()
        ia.done()
        remove(*(part for part in inner if part not in parts))
    records = []
    for chunk in chunks:
        with open(f"{chunk}.clean.json") as file:
            records.append(json.load(file))
    joined = {
        "iterations": sum(record["iterations"] for record in records),
        "major_cycles": max(record["major_cycles"] for record in records),
        "stop_code": max(record["stop_code"] for record in records),
        "stopped_because": "; ".join(dict.fromkeys(record["stopped_because"] for record in records)),
    }
    with open(f"{name}.clean.json", "w") as file:
        json.dump(joined, file, indent=1)


def _without_margins(part: str, first: int, last: int) -> str:
    """Return the name of an image that holds these channels of a chunk alone."""
    ia = image()
    ia.open(part)
    shape = [int(n) for n in ia.shape()]
    if (first, last) == (0, shape[-1] - 1):
        ia.done()
        return part
    remove(f"{part}.inner")
    box = regionmanager().box([0] * (len(shape) - 1) + [first], [n - 1 for n in shape[:-1]] + [last])
    ia.subimage(outfile=f"{part}.inner", region=box).done()
    ia.done()
    return f"{part}.inner"


def remove_images(name: str, kinds: Sequence[str]) -> None:
    """Remove the images of a name that are there: tclean would go on from them instead of beginning anew."""
    remove(*(f"{name}.{kind}" for kind in kinds))
