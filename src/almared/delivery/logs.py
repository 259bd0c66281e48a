"""One log for what was done in several runs: those of the runs by time, the interruptions marked."""

from __future__ import annotations

from almared.records.history import History

RULE = "#" * 100


def merged_log(history: History) -> str:
    """Return the logs of all runs that took part, oldest first, with a mark where one ended and the next went on.

    References
    ----------
    Wiki, final checklist: a clean log with all steps.
    """
    parts = [path.read_text(encoding="utf-8", errors="replace") for path in history.logs]
    if not parts:
        return ""
    marks = [f"{RULE}\n# Interruption: {text}\n{RULE}\n" for text in history.interruptions]
    marks += [""] * (len(parts) - 1 - len(marks))
    return parts[0] + "".join(mark + part for mark, part in zip(marks, parts[1:], strict=False))
