"""A second reduction calls nothing that is done, and everything that something touched."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from almared.errors import AlmaredError
from almared.mous import read_mous
from almared.mous.places import FLUX_SCRIPT, IMAGING_SCRIPT
from almared.records import sections
from almared.records.fingerprints import CLOCK_TICK_S
from almared.records.journal import Journal, JournalEntry, new_entry
from almared.reduce import carry
from almared.reduce.carry import ReduceOptions, reduce_mous
from almared.reduce.crew.port import JobExit
from almared.reduce.fingerprints import reasons_to_call
from almared.reduce.jobs import jobs_of
from almared.script.read import read_script

SCRIPT = 'step_title = {0: "All"}\nstep_makes = {0: ["MADE"]}\nmystep = 0\nif mystep in thesteps:\n    print("all")\n'

AFTER_IMAGING = ["mous-report", "readme", "check", "package"]
AFTER_X3 = ["X3 report", "combine", "image", *AFTER_IMAGING]


@dataclass
class Hands:
    """Does what the commands of a reduction do, as far as the disk tells it."""

    root: Path
    called: list[str] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)
    meanwhile: dict[str, Callable[[], None]] = field(default_factory=dict)
    """What happens while a command is at work."""

    size = 1

    def start(self, words: Sequence[str], output: Path, *, is_wide: bool) -> Hands:
        del is_wide
        output.parent.mkdir(exist_ok=True)
        output.with_suffix(".err").touch()
        place = Path(words[1])
        name = f"{place.parent.name.removeprefix('Calibration_')} {words[0]}" if place != self.root else words[0]
        self.called.append("mous-report" if name == "report" else name)
        getattr(self, f"_{words[0]}")(place)
        self.meanwhile.pop(self.called[-1], lambda: None)()
        return self

    def poll(self) -> JobExit:
        return JobExit(self.codes.get(self.called[-1], 0))

    def end(self) -> None: ...

    def close(self) -> None: ...

    def _plan(self, asdm: Path) -> None:
        self._write(asdm.parent, f"{asdm.name}.ms.scriptForCalibration.py", made=f"{asdm.name}.ms.split.cal")

    def _run(self, place: Path) -> None:
        directory = place.parent if place.name.startswith("uid___A002") else place
        script = read_script(next(directory.glob("*.py")))
        product = directory / script.step(0).makes[0]
        ends = [entry for entry in Journal(directory).entries() if entry.event == "step-begin"]
        if product.exists() and ends and ends[-1].data["digest"] == script.step(0).fingerprint:
            return
        journal = Journal(directory)
        journal.append(new_entry("run-begin", "r"))
        journal.append(new_entry("step-begin", "r", step=0, digest=script.step(0).fingerprint))
        product.mkdir(exist_ok=True)
        (product / "table.f1").write_text("flags")
        journal.append(new_entry("step-end", "r", step=0, outcome="done", seconds=1.0, made={product.name: {}}))

    def _report(self, place: Path) -> None:
        out = (place if place == self.root else place.parent) / "qa2"
        out.mkdir(exist_ok=True)
        (out / "page.qa2_report.html").touch()

    def _combine(self, _place: Path) -> None:
        self._stage(self.root / "Combination/calibrated", FLUX_SCRIPT, {"allFluxes.txt": ""}, made="calibrated.ms")

    def _image(self, _place: Path) -> None:
        self._stage(self.root / "Imaging", IMAGING_SCRIPT, {"cont.dat": "", "a.fits": ""}, made="calibrated_final.ms")

    def _stage(self, place: Path, script: str, texts: dict[str, str], *, made: str) -> None:
        place.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (place / name).write_text(text) if not (place / name).exists() else None
        self._write(place, script, made=made)
        self._run(place)

    def _readme(self, _place: Path) -> None:
        (self.root / "README").write_text("README\n")

    def _check(self, _place: Path) -> None: ...

    def _package(self, _place: Path) -> None:
        (self.root / "Delivery").mkdir(exist_ok=True)
        (self.root / "Delivery" / "manifest.sha256").touch()

    def _write(self, directory: Path, name: str, *, made: str) -> None:
        (directory / ".almared" / "rendered").mkdir(parents=True, exist_ok=True)
        for place in (directory, directory / ".almared" / "rendered"):
            if not (place / name).exists():
                (place / name).write_text(SCRIPT.replace("MADE", made))


@pytest.fixture
def hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hands:
    """Hands for a MOUS of two execution blocks, prepared only."""
    root = tmp_path / "uid___A001_X1_X2"
    for end in ("X3", "X4"):
        asdm = root / f"Calibration_{end}" / f"uid___A002_X1_{end}"
        asdm.mkdir(parents=True)
        (asdm / "ASDM.xml").touch()
    (root / "mous.toml").write_text('uid = "uid://A001/X1/X2"\n[plan]\nantpos = "antennapos.csv"\n')
    (root / "antennapos.csv").write_text("DA41\n")
    made = Hands(root)
    monkeypatch.setattr(carry, "TICK_S", 0.0)
    monkeypatch.setattr(carry, "DirectCrew", lambda _size: made)
    return made


def reduced(hands: Hands, *, is_repeated: bool = False) -> list[str]:
    """Reduce, and return what was called; what was not is told as done."""
    hands.called.clear()
    events: list[JournalEntry] = []
    reduce_mous(read_mous(hands.root), ReduceOptions(workers=1, is_repeated=is_repeated), listener=events.append)
    told = {event.data["job"] for event in events if event.event == "already-done"}
    alone = {event.data["job"] for event in events if event.event == "note"}
    names = {job.name for job in jobs_of(read_mous(hands.root))}
    assert told == names - set(hands.called) - alone
    return list(hands.called)


def append(path: Path) -> None:
    path.write_text(path.read_text() + "# by hand\n")


def append_later(path: Path) -> None:
    """Append as a hand does: not in the moment in which a program begins."""
    time.sleep(2 * CLOCK_TICK_S)
    append(path)


EDITS: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "a script edited by hand": (
        lambda root: append(root / "Calibration_X3/uid___A002_X1_X3.ms.scriptForCalibration.py"),
        ["X3 run", *AFTER_X3],
    ),
    "cont.dat edited": (lambda root: append(root / "Imaging/cont.dat"), ["image", *AFTER_IMAGING]),
    "a mask given": (
        lambda root: shutil.copytree(root / "qa2", root / "Imaging/masks"),
        ["image", *AFTER_IMAGING],
    ),
    "fluxes edited": (
        lambda root: append(root / "Combination/calibrated/allFluxes.txt"),
        ["combine", "image", *AFTER_IMAGING],
    ),
    "flags by hand": (
        lambda root: append(root / "Calibration_X3/uid___A002_X1_X3.ms.split.cal/table.f1"),
        ["X3 run", *AFTER_X3],
    ),
    "a calibrated MS deleted": (
        lambda root: shutil.rmtree(root / "Calibration_X3/uid___A002_X1_X3.ms.split.cal"),
        ["X3 run", *AFTER_X3],
    ),
    "an image deleted": (lambda root: (root / "Imaging/a.fits").unlink(), ["image", *AFTER_IMAGING]),
    "a page deleted": (
        lambda root: (root / "Calibration_X4/qa2/page.qa2_report.html").unlink(),
        ["X4 report", *AFTER_IMAGING],
    ),
    "the README deleted": (lambda root: (root / "README").unlink(), ["readme", "check", "package"]),
    "the package deleted": (lambda root: shutil.rmtree(root / "Delivery"), ["package"]),
    "raw data replaced": (
        lambda root: append(root / "Calibration_X4/uid___A002_X1_X4/ASDM.xml"),
        ["X4 plan", "X4 run", "X4 report", "combine", "image", *AFTER_IMAGING],
    ),
}


def test_a_second_call_calls_nothing_and_each_edit_what_it_touches(hands: Hands) -> None:
    everything = [job.name for job in jobs_of(read_mous(hands.root))]
    assert sorted(reduced(hands)) == sorted(everything)
    assert reduced(hands) == []
    for what, (edit, called) in EDITS.items():
        edit(hands.root)
        assert reduced(hands) == called, what
        assert reduced(hands) == [], what
    # Settings, and files that they name, may reach any stage, but for the script that was edited.
    for name in ("mous.toml", "antennapos.csv"):
        append(hands.root / name)
        assert sorted(reduced(hands)) == sorted(set(everything) - {"X3 plan", "X3 run", "X3 report"})
    assert sorted(reduced(hands, is_repeated=True)) == sorted(set(everything) - {"X3 plan"})
    assert reduced(hands) == []


def test_a_moved_tree_is_as_it_was_and_another_almared_calls_all(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = reduced(hands)
    moved = hands.root.parent / "elsewhere" / hands.root.name
    moved.parent.mkdir()
    hands.root = hands.root.rename(moved)
    assert reduced(hands) == []
    monkeypatch.setattr(sections, "code_fingerprint", lambda: "another")
    reasons = reasons_to_call(read_mous(moved), jobs_of(read_mous(moved)))
    assert {job.name: why for job, why in reasons.items()}["X3 plan"] == "almared changed since"
    assert sorted(reduced(hands)) == sorted(everything)


def test_what_failed_or_was_killed_is_called_again(hands: Hands) -> None:
    hands.codes["combine"] = 6
    with pytest.raises(AlmaredError):
        reduced(hands)
    hands.codes.clear()
    assert reduced(hands) == ["combine", "image", *AFTER_IMAGING]

    def interrupt() -> None:
        raise KeyboardInterrupt

    # Killed before anything was written: what was sealed before counts no more.
    append(hands.root / "Imaging/cont.dat")
    hands.meanwhile["image"] = interrupt
    with pytest.raises(KeyboardInterrupt):
        reduced(hands)
    assert reduced(hands) == ["image", *AFTER_IMAGING]
    hands.meanwhile["image"] = interrupt
    with pytest.raises(KeyboardInterrupt):
        reduced(hands, is_repeated=True)
    assert reduced(hands) == ["image", *AFTER_IMAGING]
    (hands.root / ".almared" / "seals.json").write_text('{"image": ')
    assert len(reduced(hands)) == 12


def test_what_is_edited_while_a_command_is_at_work_is_not_taken_for_done(hands: Hands) -> None:
    reduced(hands)
    for path in ("Imaging/cont.dat", f"Imaging/{IMAGING_SCRIPT}", "mous.toml"):
        shutil.rmtree(hands.root / "Imaging/calibrated_final.ms")
        hands.meanwhile["image"] = partial(append_later, hands.root / path)
        reduced(hands)
        assert "image" in reduced(hands), path
        assert reduced(hands) == [], path
