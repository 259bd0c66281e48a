"""The whole examination, in the order of the report."""

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
from almared.doctor.subjects import finding_on
from almared.doctor.surroundings import examine_surroundings
from almared.doctor.trials import examine_trials
from almared.errors import EnvironmentFaultError
from almared.formats.measures import measures_in_use
from almared.model import Finding, Severity


def examine(work: Path) -> Iterator[Finding]:
    """Yield all findings for work in a directory.

    Parameters
    ----------
    work : Path
        Where the data will be.
    """
    yield from examine_surroundings(os.environ)
    yield from examine_packages(installed_packages(), sys.version_info[:2])
    yield from examine_trials(work, os.environ)
    try:
        used = measures_in_use()
    except EnvironmentFaultError as error:
        yield finding_on(
            "measures data", Severity.SEVERE, found=error.what, repair=error.repair, trap="no-measures-data"
        )
    else:
        yield from examine_measures(used, datetime.now(UTC))
    yield from examine_machine(work, os.environ)
    yield judge_profile(Path.home())
