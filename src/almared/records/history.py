"""History of a script: its runs, their order, interruptions and logs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from almared.model import Finding, Severity
from almared.records.casa_log import severe_messages
from almared.records.journal import Journal, JournalEntry
from almared.records.state import StepState, script_states
from almared.script.read import CalibrationScript, ScriptStep, read_script, step_calls

TELLS_TITLE = "begin_step"
"""Function of our scripts that writes the title of a step into CASA's log; other scripts need not."""


ABOUT_LOGS = frozenset({"LOG01", "LOG02", "LOG03"})
"""Checks whose findings are about a log: missing, with a SEVERE message, without the title of a step that ran."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One run of a step.

    Parameters
    ----------
    step : int
        The step.
    run : str
        The run.
    begin : int
        Position of its start in the journal.
    end : int
        Position of its end, -1 if it was killed.
    is_done : bool
        Whether it succeeded.
    casa : str
        Build of casatasks.
    """

    step: int
    run: str
    begin: int
    end: int
    is_done: bool
    casa: str


@dataclass(frozen=True, slots=True)
class History:
    """The history of a script.

    Parameters
    ----------
    script : CalibrationScript
        The script as it is now.
    undone : tuple of str
        Steps that are not done, and why.
    findings : tuple of Finding
        Why the steps do not count as one run; the place of a finding on a log is the log's name.
    builds : tuple of str
        Builds of casatasks that ran the steps.
    runs : tuple of str
        Runs that took part, in order.
    interruptions : tuple of str
        Where one run ended and the next continued.
    logs : tuple of Path
        Logs of the runs, in order.
    gone : tuple of str
        Steps that succeeded in this directory but are no longer in the script.
    measures : tuple of str
        Measures that the steps ran with, as far as journalled.
    """

    script: CalibrationScript
    undone: tuple[str, ...]
    findings: tuple[Finding, ...]
    builds: tuple[str, ...]
    runs: tuple[str, ...]
    interruptions: tuple[str, ...]
    logs: tuple[Path, ...]
    gone: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def faults(self) -> tuple[str, ...]:
        """The sentences of its findings."""
        return tuple(finding.message for finding in self.findings)


def read_history(script_path: Path) -> History:
    """Return the history of a script from its journal.

    An interrupted script counts as one run if one build of CASA ran it, each step succeeded after
    all those it depends on, and each repeated step started from the same flags as the first time.

    Parameters
    ----------
    script_path : Path
        The script.

    Raises
    ------
    InputError
        It cannot be read.

    References
    ----------
    Wiki, final checklist: one clean log of all steps; requirements W141 to W145, W147.
    """
    script = read_script(script_path)
    entries = _since_clean(Journal(script.directory).entries())
    attempts = _attempts(entries)
    final = {attempt.step: attempt for attempt in attempts if attempt.step in script.numbers}
    first = min((attempt.begin for attempt in final.values()), default=0)
    counted = [attempt for attempt in attempts if attempt.begin >= first and attempt.step in script.numbers]
    runs = tuple(dict.fromkeys(attempt.run for attempt in counted))
    logs = _logs(entries, runs, directory=script.directory)
    findings = (
        *_builds_fault(final.values()),
        *_order_faults(script, final),
        *_flag_faults(script, counted, entries=entries),
        *_missing_logs(logs),
        *_severe_faults(entries, logs, attempts=counted),
        *_title_faults(script, final.values(), logs=logs),
    )
    return History(
        script=script,
        undone=tuple(_undone(script)),
        findings=findings,
        builds=tuple(sorted({attempt.casa for attempt in final.values()})),
        runs=runs,
        interruptions=tuple(_interruptions(counted, runs)),
        logs=tuple(path for path in logs.values() if path.is_file()),
        gone=tuple(_gone(script, entries)),
        measures=tuple(measures_of(entries[attempt.begin] for attempt in final.values())),
    )


def measures_of(begins: Iterable[JournalEntry]) -> list[str]:
    """Return the measures with which steps ran, from the entries of their begins; older journals have none."""
    return sorted({str(entry.data["measures"]) for entry in begins if entry.data.get("measures")})


class Histories:
    """Histories of scripts, each read once, since logs are long."""

    def __init__(self) -> None:
        self._known: dict[Path, History] = {}

    def of(self, script_path: Path) -> History:
        """Return the history of a script at the time of the first request.

        Raises
        ------
        InputError
            It cannot be read.
        """
        if script_path not in self._known:
            self._known[script_path] = read_history(script_path)
        return self._known[script_path]


def _since_clean(entries: Sequence[JournalEntry]) -> tuple[JournalEntry, ...]:
    begins = [place for place, entry in enumerate(entries) if entry.event == "clean"]
    return tuple(entries[begins[-1] :]) if begins else tuple(entries)


def _undone(script: CalibrationScript) -> Iterator[str]:
    for status in script_states(script):
        if status.state is not StepState.DONE:
            yield f"step {status.number} {script.step(status.number).title}: {status.reason or status.state.value}"


def _attempts(entries: Sequence[JournalEntry]) -> list[Attempt]:
    attempts: list[Attempt] = []
    open_ones: dict[int, JournalEntry] = {}
    begins: dict[int, int] = {}
    for place, entry in enumerate(entries):
        if entry.step is None:
            continue
        if entry.event == "step-begin":
            if entry.step in open_ones:
                attempts.append(_attempt(open_ones[entry.step], begins[entry.step]))
            open_ones[entry.step], begins[entry.step] = entry, place
        elif entry.event == "step-end" and entry.step in open_ones:
            is_done = entry.data.get("outcome") == "done"
            attempts.append(_attempt(open_ones.pop(entry.step), begins[entry.step], end=place, is_done=is_done))
    attempts += [_attempt(entry, begins[step]) for step, entry in open_ones.items()]
    return sorted(attempts, key=lambda attempt: attempt.begin)


def _attempt(entry: JournalEntry, begin: int, *, end: int = -1, is_done: bool = False) -> Attempt:
    return Attempt(int(entry.step or 0), entry.run, begin, end, is_done, str(entry.data.get("casa", "")))


def _severe(check: str, message: str, *, place: str = "") -> Finding:
    return Finding(check, Severity.SEVERE, message, place=place)


def _missing_logs(logs: Mapping[str, Path]) -> Iterator[Finding]:
    for run, path in logs.items():
        if not path.is_file():
            yield _severe("LOG01", f"the log {path.name} of run {run} is missing", place=path.name)


def _builds_fault(final: Iterable[Attempt]) -> Iterator[Finding]:
    builds = sorted({attempt.casa for attempt in final})
    if len(builds) > 1:
        yield _severe("RUN01", f"steps were run by several builds of casatasks: {', '.join(builds)}")


def _order_faults(script: CalibrationScript, final: Mapping[int, Attempt]) -> Iterator[Finding]:
    for step in script.steps:
        for before in sorted(step.after):
            if step.number in final and before in final and final[before].end > final[step.number].begin:
                yield _severe("RUN02", f"step {before} ended after step {step.number}, which depends on it, started")


def _flag_faults(
    script: CalibrationScript, attempts: Sequence[Attempt], *, entries: Sequence[JournalEntry]
) -> Iterator[Finding]:
    """Yield the steps that were restarted without their original flags."""
    for step in script.steps:
        own = [attempt for attempt in attempts if attempt.step == step.number]
        if len(own) > 1 and step.flags:
            yield from _unrestored(script, step, own=own, attempts=attempts, entries=entries)


def _unrestored(
    script: CalibrationScript,
    step: ScriptStep,
    *,
    own: Sequence[Attempt],
    attempts: Sequence[Attempt],
    entries: Sequence[JournalEntry],
) -> Iterator[Finding]:
    last, before = own[-1], own[-2]
    inside = entries[last.begin : last.end + 1 if last.end >= 0 else None]
    calls = [e.data.get("arguments", {}) for e in inside if e.step == step.number and e.event == "task-begin"]
    restored = {(call.get("vis"), call.get("versionname")) for call in calls if call.get("mode") in ("restore", "save")}
    for vis, version in step.flags.items():
        makers = {maker.number for maker in script.steps if vis in maker.makes}
        is_made_anew = any(a.step in makers and a.is_done and before.begin < a.begin < last.begin for a in attempts)
        if not is_made_anew and (vis, version) not in restored:
            yield _severe("RUN03", f"step {step.number} was restarted without the flags {version} of {vis}")


def _logs(entries: Sequence[JournalEntry], runs: Sequence[str], *, directory: Path) -> dict[str, Path]:
    named = {e.run: str(e.data.get("log", "")) for e in entries if e.event == "run-begin"}
    return {run: directory / (named.get(run) or f"casa-{run}.log") for run in runs}


def _severe_faults(
    entries: Sequence[JournalEntry], logs: Mapping[str, Path], *, attempts: Sequence[Attempt]
) -> Iterator[Finding]:
    """Yield SEVERE messages of runs in which no step failed; those of a failed step do not count."""
    failed = {attempt.run for attempt in attempts if not attempt.is_done}
    tolerated = {e.run: [str(text) for text in e.data.get("tolerated", ())] for e in entries if e.event == "run-begin"}
    for run, path in logs.items():
        if run in failed or not path.is_file():
            continue
        with path.open(encoding="utf-8", errors="replace") as lines:
            for message in severe_messages(lines, tolerated.get(run, ())):
                yield _severe("LOG02", f"{path.name}, {message.time}: {message.text}", place=path.name)


def _title_faults(
    script: CalibrationScript, final: Iterable[Attempt], *, logs: Mapping[str, Path]
) -> Iterator[Finding]:
    """Yield the steps that succeeded although the log of their run lacks their title."""
    there = {run: path for run, path in logs.items() if path.is_file()}
    texts = {run: _words(path.read_text(encoding="utf-8", errors="replace")) for run, path in there.items()}
    for attempt in final:
        title = script.step(attempt.step).title
        tells = any(call.name == TELLS_TITLE for call in step_calls(script, attempt.step))
        if tells and attempt.is_done and attempt.run in texts and _words(title) not in texts[attempt.run]:
            log = logs[attempt.run].name
            yield _severe("LOG03", f"{log} has no entry for step {attempt.step} {title}", place=log)


def _words(text: str) -> str:
    return " ".join(text.lower().split())


def _gone(script: CalibrationScript, entries: Sequence[JournalEntry]) -> Iterator[str]:
    """Yield the steps that were run but are not in the script: other steps may depend on them."""
    titles = {_words(step.title) for step in script.steps}
    begun = {entry.step: str(entry.data.get("title", "")) for entry in entries if entry.event == "step-begin"}
    done = {entry.step for entry in entries if entry.event == "step-end" and entry.data.get("outcome") == "done"}
    for number, title in begun.items():
        if number in done and number not in script.numbers and _words(title) not in titles:
            yield f"step {number} {title} was run, but is not in the script"


def _interruptions(attempts: Sequence[Attempt], runs: Sequence[str]) -> Iterator[str]:
    for one, other in pairwise(runs):
        last = [attempt for attempt in attempts if attempt.run == one][-1]
        first = next(attempt for attempt in attempts if attempt.run == other)
        how = "after" if last.is_done else "in"
        yield f"run {one} ended {how} step {last.step}; run {other} continued with step {first.step}"
