"""The whole examination, in the order in which it is told."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from almared.doctor.machine import examine_machine
from almared.doctor.measures import examine_measures
from almared.doctor.packages import examine_packages, installed_packages
from almared.doctor.profile import judge_profile
from almared.doctor.surroundings import examine_surroundings
from almared.doctor.trials import examine_trials
from almared.doctor.verdict import State, Verdict
from almared.engine.configure import casadata_path
from almared.errors import EnvironmentFaultError


def examine(work: Path) -> Iterator[Verdict]:
    """Yield all verdicts for work in a directory.

    Parameters
    ----------
    work : Path
        Where the data will be.
    """
    yield from examine_surroundings(os.environ)
    yield from examine_packages(installed_packages(), sys.version_info[:2])
    yield from examine_trials(work, os.environ)
    try:
        data = casadata_path()
    except EnvironmentFaultError as error:
        yield Verdict("measures data", State.FAIL, error.what, error.repair, "no-measures-data")
    else:
        yield from examine_measures(data, datetime.now(UTC))
    yield from examine_machine(work, os.environ)
    yield judge_profile(Path.home())
