"""What a calibration script decided, in one form for old generated scripts and ours, so that they can be compared.

The input is the JSON that ``script_facts.py`` makes of a script: its task calls with their literal arguments.
"""

from __future__ import annotations

import ast
import json
import math
import re
from collections.abc import Iterable
from typing import Any

from support.places import ROOT, TESTS

from almared.basics.select import id_ranges, parse_ids

TASKS = {
    "importasdm",
    "flagdata",
    "flagcmd",
    "wvrgcal",
    "gencal",
    "applycal",
    "split",
    "mstransform",
    "setjy",
    "gaincal",
    "bandpass",
    "fluxscale",
}
FIRST_PHASES = ".ap_pre_bandpass"

FIXTURES = TESTS / "fixtures" / "decisions"
DOCUMENT = ROOT / "docs" / "decisions" / "020-differences-from-old-scripts.md"
ROW = re.compile(r"^\| (?P<key>[^|]+?) \| `(?P<old>[^`]*)` \| `(?P<ours>[^`]*)` \| (?P<why>[^|]+?) \|$")

WHOLE = ("channels of the first phases", "edge channels")
"""Choices compared as a whole though they have entries."""

Facts = dict[str, Any]
Choices = dict[str, Any]


def choices_of(facts: Facts) -> Choices:
    """Return the choices of a script; spw ids are those of the first MS, whatever the split MS counts."""
    calls = [c for c in unrolled(facts["calls"]) if c["step"] is not None]
    split = next(c for c in calls if c.get("task") in ("split", "mstransform") and "outputvis" in c)
    spws = list(parse_ids(split["spw"]))
    renumbered = split["task"] == "split"
    return {
        "refant": one(calls, "gaincal")["refant"],
        "autocorrelations": id_ranges(parse_ids(one(calls, "flagdata", autocorr=True)["spw"])),
        "flagged intents": sorted(one(calls, "flagdata", intent=...)["intent"].split(",")),
        "online flags applied": any(c["task"] == "flagcmd" and c["action"] == "apply" for c in calls if "task" in c),
        "wvr": wvr_of(calls),
        "tsys edges": flagged_edges(calls),
        "tsys fields": tsys_fields(calls),
        "windows": spws,
        "edge channels": split_edges(calls, spws if renumbered else None),
        "model": model_of(calls),
        **bandpass_of(calls, spws if renumbered else None),
        **gains_of(calls),
        "final apply": final_apply(calls),
    }


def told_by(name: str) -> dict[str, Any]:
    """Return intents and choices of a real script."""
    told: dict[str, Any] = json.loads((FIXTURES / f"{name}.json").read_text())
    return told


def documented(name: str) -> dict[str, tuple[Any, Any]]:
    """Return the differences that the document lists for an execution block; each row gives its reason."""
    _, _, rest = DOCUMENT.read_text().partition(f"## {name}\n")
    section = rest.partition("\n## ")[0]
    found = [row for row in map(ROW.match, section.splitlines()) if row]
    assert all(row["why"].strip() for row in found)
    return {row["key"]: (json.loads(row["old"]), json.loads(row["ours"])) for row in found}


def unrolled(calls: list[Facts]) -> list[Facts]:
    """Write out the loops over fields of the old scripts."""
    result: list[Facts] = []
    values: list[str] = []
    for call in calls:
        if "for" in call:
            values = call["in"] if isinstance(call["in"], list) else []
        elif "task" in call and str(call.get("field", "")) in ("<i>", "<str(i)>", "<str(0)>"):
            chosen = ["0"] if call["field"] == "<str(0)>" else values
            for value in chosen:
                fields = [value if g == "<i>" else g for g in call["gainfield"]]
                result.append(call | {"field": value, "gainfield": fields})
        elif "task" in call:
            result.append(call)
    return result


def one(calls: Iterable[Facts], task: str, **given: Any) -> Facts:
    """Return the first call of a task that has these arguments (``...`` for any value)."""
    for call in calls:
        if call["task"] == task and all(k in call and (v is ... or call[k] == v) for k, v in given.items()):
            return call
    raise AssertionError(f"no call {task} with {given}")


def suffixes(tables: str | list[str]) -> list[str]:
    """Return the tables without the names of their MS; the bandpass that is used downstream has many names."""
    last = [t.rsplit(".", 1)[-1] for t in ([tables] if isinstance(tables, str) else tables)]
    return ["bandpass" if t.startswith("bandpass") else t for t in last]


def wvr_of(calls: list[Facts]) -> Choices | None:
    found = [c for c in calls if c["task"] == "wvrgcal"]
    if not found:
        return None
    call = found[0]
    smooth = call.get("smooth", "")
    return {
        "windows": call["spw"],
        "smoothing (s)": float(smooth.rstrip("s")) if smooth else None,
        "ties": call["tie"],
        "source": call["statsource"],
        "offset (s)": float(call["toffset"]),
    }


def flagged_edges(calls: list[Facts]) -> str | None:
    found = [c for c in calls if c["task"] == "flagdata" and c["vis"].endswith(".tsys") and ":" in c.get("spw", "")]
    return found[0]["spw"] if found else None


def split_edges(calls: list[Facts], spws: list[int] | None) -> dict[str, str]:
    """Window -> channels flagged at its edges in the split MS; planet lines name a field and are left out."""
    found = {}
    for call in calls:
        is_edge = call["task"] == "flagdata" and call["vis"].endswith(".split") and ":" in call.get("spw", "")
        for part in call["spw"].split(",") if is_edge and "field" not in call else ():
            window, _, channels = part.partition(":")
            found[str(spws[int(window)] if spws else window)] = channels
    return found


def tsys_fields(calls: list[Facts]) -> dict[str, str]:
    """Fields by the field whose Tsys they get."""
    found: dict[str, list[int]] = {}
    for call in calls:
        if call["task"] == "applycal" and call["step"] < 10 and "tsys" in suffixes(call["gaintable"]):
            source = call["gainfield"][suffixes(call["gaintable"]).index("tsys")]
            found.setdefault(source, []).extend(parse_ids(call["field"]))
    return {source: id_ranges(fields) for source, fields in found.items()}


def model_of(calls: list[Facts]) -> Choices:
    call = one(calls, "setjy")
    model: Choices = {"field": str(call["field"]), "standard": call["standard"]}
    if call["standard"] == "manual":
        model |= {
            "flux (Jy)": round(call["fluxdensity"][0], 6),
            "index": round(call["spix"], 6),
            "at (GHz)": round(float(call["reffreq"].removesuffix("GHz")), 6),
        }
    return model


def bandpass_of(calls: list[Facts], spws: list[int] | None) -> Choices:
    phases = next(c for c in calls if c["task"] == "gaincal" and c["caltable"].endswith(FIRST_PHASES))
    tables = [c for c in calls if c["task"] == "bandpass"]
    channels = {}
    for part in phases["spw"].split(","):
        window, _, chosen = part.partition(":")
        for number in parse_ids(window):
            channels[str(spws[number] if spws else number)] = chosen
    return {
        "bandpass field": str(phases["field"]),
        "bandpass scans": phases.get("scan", ""),
        "channels of the first phases": channels,
        "bandpass tables": [
            [c["caltable"].rsplit(".", 1)[-1], c["solint"].replace(" ", ""), c["solnorm"]] for c in tables
        ],
    }


def gains_of(calls: list[Facts]) -> Choices:
    made = [c for c in calls if c["task"] == "gaincal" and not c["caltable"].endswith(FIRST_PHASES)]
    gains = [
        [suffixes(c["caltable"])[0], c["solint"], c["calmode"], c["gaintype"], suffixes(c.get("gaintable", []))]
        for c in made
    ]
    return {
        "gain fields": id_ranges(f for c in made for f in parse_ids(c["field"])),
        "gains": gains,
        "flux reference": str(one(calls, "fluxscale")["reference"]),
    }


def final_apply(calls: list[Facts]) -> list[list[Any]]:
    """Fields, tables and gain fields of the last applycals, in the order of their first field."""
    found = [
        [id_ranges(parse_ids(c["field"])), suffixes(c["gaintable"]), c["gainfield"]]
        for c in calls
        if c["task"] == "applycal" and c["step"] > 15
    ]
    return sorted(found, key=lambda group: natural(group[0]))


def differences(old: Choices, ours: Choices) -> dict[str, tuple[Any, Any]]:
    """Return the choices that differ, dictionaries compared entry by entry where entries are apart."""
    found: dict[str, tuple[Any, Any]] = {}
    for key in old:
        if isinstance(old[key], dict) and isinstance(ours[key], dict) and key not in WHOLE:
            for name in sorted(old[key].keys() | ours[key].keys(), key=natural):
                pair = old[key].get(name), ours[key].get(name)
                if not same(*pair):
                    found[f"{key}: {name}"] = pair
        elif not same(old[key], ours[key]):
            found[key] = (old[key], ours[key])
    return found


def same(old: Any, ours: Any) -> bool:
    if isinstance(old, float) and isinstance(ours, float):
        return math.isclose(old, ours, rel_tol=1e-9)
    if isinstance(old, list) and isinstance(ours, list) and all(isinstance(v, str) for v in (*old, *ours)):
        return sorted(old) == sorted(ours)
    return bool(old == ours)


def facts_of_script(text: str) -> Facts:
    """Return the facts of one of our scripts, as ``script_facts.py`` would; that needs a Python with lib2to3."""
    calls: list[Facts] = []
    step = None
    for statement in ast.parse(text).body:
        if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            step = statement.value.value if statement.targets[0].id == "mystep" else step  # type: ignore[attr-defined]
        elif isinstance(statement, ast.If):
            calls += [called(node, step) for node in ast.walk(statement) if isinstance(node, ast.Call)]
    ms = next(c["vis"] for c in calls if c["task"] == "listobs")
    plain = json.loads(json.dumps(calls).replace(ms, "<ms>"))
    return {"calls": [c for c in plain if c["task"] in TASKS]}


def called(node: ast.Call, step: Any) -> Facts:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return {"step": step, "task": name, **{k.arg: literal(k.value) for k in node.keywords if k.arg}}


def literal(node: ast.expr) -> Any:
    try:
        return ast.literal_eval(node)
    except ValueError:
        return f"<{ast.unparse(node)}>"


def natural(text: str) -> list[Any]:
    return [int(w) if w.isdigit() else w for w in re.split(r"(\d+)", text)]
