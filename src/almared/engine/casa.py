"""CASA itself as an engine: every task, as casatasks has it, at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import ModuleType
from typing import Any

from almared.engine.port import ImmediateEngine, TaskCall

NOT_TASKS = frozenset({"casalog", "version", "version_string", "xml_interface_defs"})
"""What casatasks exports that is no task."""

Task = Callable[..., Any]


class CasaEngine(ImmediateEngine):
    """The tasks of casatasks.

    Parameters
    ----------
    tasks : mapping of str to callable
        Each task by its name.
    version : str
        Version of casatasks.
    """

    name = "casa"

    def __init__(self, tasks: Mapping[str, Task], version: str) -> None:
        self.tasks = tasks
        self.version = version

    @classmethod
    def of_module(cls, casatasks: ModuleType) -> CasaEngine:
        """Return the engine of the module casatasks; call it before tasks are replaced in the module."""
        return cls(tasks_of(casatasks), casatasks.version_string())

    def supports(self, call: TaskCall) -> str | None:
        """Return why it cannot carry out a call, None when it can: it has every task."""
        return None if call.task in self.tasks else f"casatasks {self.version} has no task {call.task}"

    def call(self, call: TaskCall) -> Any:
        """Run the task and return what it returns; what it raises is raised on."""
        return self.tasks[call.task](*call.positional, **call.arguments)


def tasks_of(casatasks: ModuleType) -> dict[str, Task]:
    """Return the tasks of the module casatasks by their names."""
    names = (name for name in getattr(casatasks, "__all__", ()) if name not in NOT_TASKS)
    return {name: task for name in names if callable(task := getattr(casatasks, name, None))}
