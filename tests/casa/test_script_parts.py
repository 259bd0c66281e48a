"""The functions that scripts carry, on real MeasurementSets; their text runs as it stands in a script."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support import tiny_eb

from almared.formats.asdm import expected_rows
from almared.script.carried import carried_functions, carried_imports

pytestmark = pytest.mark.casa

UID = "uid___A002_Xabc123_X1f"
VERSIONS = "x.ms.flagversions"
IMPORT = f"""
from casatasks import importasdm
from almared.recipes.calibration.steps.importing import ASIS
importasdm(asdm={UID!r}, vis="x.ms", asis=ASIS, bdfflags=True, process_caldevice=False)
"""
LOOK = """
import json
from casatasks import flagdata, flagmanager
def told(**facts): print("\\nFACTS" + json.dumps(facts))
def flagged(): return flagdata(vis="x.ms", mode="summary")["flagged"]
def versions(): return sorted(v["name"] for k, v in flagmanager(vis="x.ms", mode="list").items() if k != "MS")
"""


def carried(*names: str) -> str:
    """Return the text of carried functions with their imports, as a script has it."""
    parts = carried_functions(names)
    return "\n".join([*carried_imports(parts, ["flagdata"]), *(part.text for part in parts)]) + "\n"


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, casa_child: Callable[..., Any]) -> Path:
    """A directory with a small ASDM and the MS that importasdm makes of it."""
    directory = tmp_path_factory.mktemp("imported")
    tiny_eb.write_asdm(directory / UID, tiny_eb.contents())
    casa_child(IMPORT, cwd=directory)
    return directory


@pytest.fixture
def run(imported: Path, tmp_path: Path, casa_child: Callable[..., Any]) -> Callable[[str, str], dict[str, Any]]:
    """Runs Python text with carried functions beside a copy of the MS and returns the facts it tells."""
    for name in ("x.ms", VERSIONS):
        shutil.copytree(imported / name, tmp_path / name)

    def child(names: str, text: str) -> dict[str, Any]:
        done = casa_child(carried(*names.split()) + LOOK + text, cwd=tmp_path)
        lines = [line for line in done.stdout.splitlines() if line.startswith("FACTS")]
        facts: dict[str, Any] = json.loads(lines[-1].removeprefix("FACTS")) if lines else {}
        return facts

    return child


def test_flags_go_back_to_where_the_step_first_began(run: Callable[..., dict[str, Any]]) -> None:
    facts = run(
        "start_from_flags",
        """
start_from_flags("x.ms", "A")
first = flagged()
flagdata(vis="x.ms", antenna="DA41", flagbackup=False)
start_from_flags("x.ms", "B")
between = flagged()
flagdata(vis="x.ms", antenna="DV02", flagbackup=False)
start_from_flags("x.ms", "B")
again = flagged()
start_from_flags("x.ms", "A", drop=["B"])
told(first=first, between=between, again=again, last=flagged(), versions=versions())
""",
    )
    assert facts["between"] > facts["first"]
    assert facts["again"] == facts["between"]
    assert facts["last"] == facts["first"]
    assert facts["versions"] == ["A", "Original"]


HARM = """
def no_directory():
    shutil.rmtree(half)
def no_table_dat():
    os.remove(half + "/table.dat")
def other_rows():
    tb = table()
    tb.open(half, nomodify=False)
    tb.addrows(1)
    tb.close()
def not_listed():
    with open(names) as file:
        lines = [line for line in file if not line.startswith("A :")]
    with open(names, "w") as file:
        file.writelines(lines)
half, names = "x.ms.flagversions/flags.A", "x.ms.flagversions/FLAG_VERSION_LIST"
start_from_flags("x.ms", "Good")
whole, found = flagged(), {}
for harm in (no_directory, no_table_dat, other_rows, not_listed):
    start_from_flags("x.ms", "A")
    harm()
    start_from_flags("x.ms", "A")
    there = sorted(os.listdir("x.ms.flagversions"))
    flagdata(vis="x.ms", flagbackup=False)
    start_from_flags("x.ms", "A")
    found[harm.__name__] = [versions(), there, flagged() == whole]
told(**found)
"""


def test_half_written_version_is_replaced_and_the_good_one_kept(run: Callable[..., dict[str, Any]]) -> None:
    found = run("start_from_flags", HARM)
    files = ["FLAG_VERSION_LIST", "flags.A", "flags.Good", "flags.Original"]
    expected = [["A", "Good", "Original"], files, True]
    assert found == dict.fromkeys(("no_directory", "no_table_dat", "other_rows", "not_listed"), expected)


STALE_LOCK = """
from casatools import table
tb = table()
flagmanager(vis="x.ms", mode="save", versionname="P")
with open("x.ms/table.lock", "rb") as file:
    before = file.read()
tb.open("x.ms", nomodify=False)
tb.addcols({"CORRECTED_DATA": tb.getcoldesc("DATA")})
tb.close()
faults = []
def plain():
    flagmanager(vis="x.ms", mode="restore", versionname="P")
def ours():
    start_from_flags("x.ms", "P")
for restore in (plain, ours):
    # A kill between the writing of a table and that of its lock.
    with open("x.ms/table.lock", "wb") as file:
        file.write(before)
    try:
        restore()
        faults.append("")
    except RuntimeError as error:
        faults.append(str(error))
told(faults=faults)
"""


def test_a_lock_that_contradicts_its_table_is_no_hindrance(run: Callable[..., dict[str, Any]]) -> None:
    plain, ours = run("start_from_flags", STALE_LOCK)["faults"]
    assert "another process changed the number of columns" in plain
    assert not ours


def test_whole_import_passes_and_a_missing_row_is_told(run: Callable[..., dict[str, Any]], imported: Path) -> None:
    rows = expected_rows(imported / UID)
    facts = run(
        "check_import",
        f"""
check_import("x.ms", {rows!r})
try:
    check_import("x.ms", {{**{rows!r}, "SYSCAL": 11, "CALDEVICE": 3}})
except RuntimeError as error:
    told(error=str(error))
""",
    )
    assert "SYSCAL has 10 rows, the ASDM holds 11" in facts["error"]
    assert "CALDEVICE" in facts["error"]


def test_ms_without_flag_versions_is_no_good(run: Callable[..., dict[str, Any]]) -> None:
    facts = run(
        "check_import remove",
        """
remove("x.ms.flagversions", "not there")
try:
    check_import("x.ms", {})
except RuntimeError as error:
    told(error=str(error))
""",
    )
    assert "probably unusable" in facts["error"]


SYSCAL = """
def columns():
    tb = table()
    tb.open("x.ms/SYSCAL")
    found = [list(map(float, tb.getcol(name))) for name in ("TIME", "INTERVAL")]
    tb.close()
    return found
def shift(row, seconds):
    tb = table()
    tb.open("x.ms/SYSCAL", nomodify=False)
    tb.putcell("TIME", row, tb.getcell("TIME", row) + seconds)
    tb.close()
"""


def test_good_syscal_times_are_left_alone(run: Callable[..., dict[str, Any]]) -> None:
    facts = run("fix_syscal_times", SYSCAL + 'a = columns()\nfix_syscal_times("x.ms")\ntold(before=a, after=columns())')
    assert facts["after"] == facts["before"]


def test_scattered_syscal_times_become_one_per_measurement(run: Callable[..., dict[str, Any]]) -> None:
    """Rows of one window that begin within a second of each other get their mean begin + 1 s, lasting 2 s."""
    facts = run(
        "fix_syscal_times",
        SYSCAL
        + """
shift(0, 0.3)
shift(2, 0.5)
before = columns()
fix_syscal_times("x.ms")
once = columns()
fix_syscal_times("x.ms")
tb = table()
tb.open("x.ms/SYSCAL")
told(before=before, once=once, twice=columns(), spw=list(map(int, tb.getcol("SPECTRAL_WINDOW_ID"))))
""",
    )
    assert facts["twice"] == facts["once"]
    rows = [n for n, spw in enumerate(facts["spw"]) if spw == facts["spw"][0]]
    begins = [facts["before"][0][n] - facts["before"][1][n] / 2 for n in rows]
    assert len(set(begins)) > 1
    for n in rows:
        assert facts["once"][0][n] == pytest.approx(sum(begins) / len(begins) + 1.0, abs=1e-6)
        assert facts["once"][1][n] == 2.0


def test_repeated_source_gets_one_id_and_others_keep_theirs(run: Callable[..., dict[str, Any]]) -> None:
    facts = run(
        "unify_source_ids",
        """
def ids(name):
    tb = table()
    tb.open("x.ms/" + name)
    found = list(zip([str(n) for n in tb.getcol("NAME")], [int(n) for n in tb.getcol("SOURCE_ID")]))
    tb.close()
    return found
before = ids("SOURCE"), ids("FIELD")
unify_source_ids("x.ms")
same = (ids("SOURCE"), ids("FIELD")) == before
tb = table()
tb.open("x.ms/SOURCE", nomodify=False)
row = [n for n, (name, _) in enumerate(before[0]) if name == "SgrB2"][0]
tb.putcell("SOURCE_ID", row, 7)
tb.close()
tb.open("x.ms/FIELD", nomodify=False)
tb.putcell("SOURCE_ID", 2, 7)
tb.close()
unify_source_ids("x.ms")
told(same=same, source=ids("SOURCE") == before[0], field=ids("FIELD") == before[1])
""",
    )
    assert facts == {"same": True, "source": True, "field": True}


def test_log_of_a_task_is_kept_in_a_file_of_its_own(run: Callable[..., dict[str, Any]], tmp_path: Path) -> None:
    run(
        "log_copied_to",
        """
casalog.post("before all this")
with log_copied_to("kept.log"):
    flagdata(vis="x.ms", mode="summary")
casalog.post("after all this")
""",
    )
    kept, whole = (tmp_path / "kept.log").read_text(), (tmp_path / "casa.log").read_text()
    assert "Begin Task: flagdata" in kept
    assert "all this" not in kept
    assert kept in whole
