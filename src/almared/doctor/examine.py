"""The whole examination, in the order in which it is told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from almared.doctor.installation import examine_installation
from almared.doctor.machine import examine_machine
from almared.doctor.measures import examine_measures
from almared.doctor.verdict import State, Verdict
from almared.engine.configure import casadata_path
from almared.errors import EnvironmentFaultError


def examine(work: Path) -> Iterator[Verdict]:
    """Yield all verdicts for work in a directory."""
    yield from examine_installation(Path.home(), os.environ)
    try:
        data = casadata_path()
    except EnvironmentFaultError as error:
        yield Verdict("measures data", State.FAIL, error.what, error.repair)
    else:
        yield from examine_measures(data, datetime.now(UTC))
    yield from examine_machine(work, os.environ)
