"""The old call: ``es.generateReducScript('uid___A002_X1_X2')``.

Examples
--------
>>> from almared import es
>>> es.generateReducScript("uid://A002/X1/X2", refant="CM02")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from almared.errors import PlanError
from almared.model import ExecutionBlock
from almared.recipes import CalibrationOptions, find_field, find_source, plan_calibration
from almared.script import write_script

OLD_NAMES = {
    "refant": "refant",
    "timeBinForFinalData": "time_bin_s",
    "lowSNR": "is_low_snr",
    "lbc": "is_long_baseline",
    "lazy": "is_lazy",
    "tsysChanTol": "tsys_channel_tolerance",
    "allowHybrid": "keeps_all_antennas",
}
"""Options of the old generator and ours (domain A.1)."""

ALWAYS_SO: dict[str, Any] = {"step": "calib", "bdfflags": True, "splitMyScienceSpw": True}
"""Options of the old generator that know one value here."""


def generateReducScript(  # noqa: N802
    msNames: str | Sequence[str],  # noqa: N803
    **options: object,
) -> list[Path]:
    """Write the calibration script of one or several execution blocks beside their data.

    Parameters
    ----------
    msNames : str or sequence of str
        ``uid://A/B/C``, ``uid___A_B_C`` or the name of an imported MS.
    **options
        Options by the names of the old generator: refant, bpassCalId, timeBinForFinalData, lowSNR, lbc, lazy,
        tsysChanTol, allowHybrid.

    Returns
    -------
    list of Path
        The scripts.

    Raises
    ------
    AlmaredError
        An execution block cannot be read or planned, or an option has no counterpart.

    References
    ----------
    domain.md A.1; requirement W047.
    """
    names = [msNames] if isinstance(msNames, str) else list(msNames)
    return [_generate(name, options) for name in names]


def _generate(name: str, options: Mapping[str, Any]) -> Path:
    source = find_source(name)
    facts = source.read()
    told = CalibrationOptions(
        asdm=source.asdm.name if source.asdm is not None else "",
        ms=source.ms_name,
        expected_rows=source.rows_after_import(),
        **_translated(facts, options),
    )
    return write_script(plan_calibration(facts, told), source.directory).script


def _translated(eb: ExecutionBlock, options: Mapping[str, Any]) -> dict[str, Any]:
    told = {OLD_NAMES[name]: value for name, value in options.items() if name in OLD_NAMES}
    for name, value in options.items():
        if name == "bpassCalId":
            told["bandpass_field"] = find_field(eb, str(value))
        elif name not in OLD_NAMES and ALWAYS_SO.get(name, ...) != value:
            raise PlanError(
                f"the option {name}={value!r} of the old generator has no counterpart",
                repair="see `almared plan --help` for what there is",
            )
    return told


generateReduceScript = generateReducScript  # noqa: N816
"""The other spelling in use."""
