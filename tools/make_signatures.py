"""Write the task signatures of the installed casatasks into the table that planning checks calls against.

Run it once with each Python whose casatasks build is supported; each run adds or replaces its own build.

    python tools/make_signatures.py
"""

from __future__ import annotations

import inspect
import json
import tempfile
from pathlib import Path

from almared.engine.configure import configure_casa

TABLE = Path(__file__).parents[1] / "src" / "almared" / "plan" / "data" / "signatures.json"


def signatures() -> tuple[str, dict[str, list[str]]]:
    """Return the version of casatasks and the parameter names of each of its tasks."""
    with tempfile.TemporaryDirectory() as scratch:
        configure_casa(Path(scratch) / "casa.log")
        import casatasks

        found = {}
        for name in sorted(dir(casatasks)):
            task = getattr(casatasks, name)
            if name.startswith("_") or not callable(task) or inspect.isclass(task):
                continue
            found[name] = list(inspect.signature(task).parameters)
        return casatasks.version_string(), found


def main() -> None:
    """Add this build to the table."""
    version, found = signatures()
    table = json.loads(TABLE.read_text()) if TABLE.exists() else {}
    table[version] = found
    lines = ",\n".join(f" {json.dumps(build)}: {_tasks_text(tasks)}" for build, tasks in sorted(table.items()))
    TABLE.write_text(f"{{\n{lines}\n}}\n")


def _tasks_text(tasks: dict[str, list[str]]) -> str:
    rows = ",\n".join(f"  {json.dumps(name)}: {json.dumps(parameters)}" for name, parameters in tasks.items())
    return f"{{\n{rows}\n }}"


if __name__ == "__main__":
    main()
