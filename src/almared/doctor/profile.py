"""The user's CASA profile: its files, and those that would break plain CASA.

Nothing is ever changed or removed: the repair gives the commands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from almared.doctor.subjects import finding_on
from almared.model import Finding, Severity

OLD_FILES = frozenset({"init.py", "prelude.py", "init_user.py"})
"""Start-up files of CASA 5 and older, which CASA 6 does not read."""

PLACES = frozenset({"measurespath", "rundata", "datapath"})
"""Settings that name directories."""

ASIDE = "mv ~/.casa ~/.casa-aside, start CASA once, then copy back the files that you wrote"


def judge_profile(home: Path) -> Finding:
    """Return the finding on the profile as a whole; almared runs without it (wiki: crashes from a bad profile).

    Parameters
    ----------
    home : Path
        Home directory.
    """
    faults = [finding for finding in examine_profile(home) if finding.severity is not Severity.OK]
    if not (home / ".casa").is_dir():
        return finding_on("CASA profile", Severity.OK, found="none, and none is needed")
    if not faults:
        return finding_on("CASA profile", Severity.OK, found="no faults seen; almared does not use it")
    found = f"{len(faults)} of its files look faulty; almared does not use it, but plain CASA does"
    return finding_on(
        "CASA profile", Severity.WARNING, found=found, repair="almared doctor --casa-profile", trap="casa-profile"
    )


def examine_profile(home: Path) -> Iterator[Finding]:
    """Yield a finding on every file at the top of ``~/.casa``.

    Parameters
    ----------
    home : Path
        Home directory.

    References
    ----------
    wiki, "If python bombed at some point": files in ~/.casa are the cause, and recreating the directory is the cure.
    """
    folder = home / ".casa"
    if not folder.is_dir():
        yield finding_on("~/.casa", Severity.OK, found="there is none, and none is needed")
        return
    files = sorted(path for path in folder.iterdir() if path.is_file() or path.is_symlink())
    for path in files:
        fault = _fault_of(path)
        state = Severity.WARNING if fault else Severity.OK
        repair, trap = (ASIDE, "casa-profile") if fault else ("", "")
        yield finding_on(f"~/.casa/{path.name}", state, found=fault or "looks sound", repair=repair, trap=trap)
    if not files:
        yield finding_on("~/.casa", Severity.OK, found="it holds no files")


def _fault_of(path: Path) -> str:
    """Return what is wrong with one file, empty when nothing is seen."""
    if path.name in OLD_FILES:
        return "read by CASA 5 and older only"
    if path.suffix != ".py":
        return "" if path.exists() else "a link that leads nowhere"
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    except (SyntaxError, ValueError) as error:
        return f"is not Python 3: {error}"
    missing = sorted(place for place in _named_places(tree) if not Path(place).expanduser().exists())
    return f"names missing directories: {', '.join(missing)}" if missing else ""


def _named_places(tree: ast.Module) -> Iterator[str]:
    """Yield the directories named in a configuration as plain text."""
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        if PLACES & {target.id for target in node.targets if isinstance(target, ast.Name)}:
            for part in ast.walk(node.value):
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    yield part.value
