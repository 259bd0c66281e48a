"""The old call: ``es.generateReducScript('uid___A002_X1_X2')``.

Examples
--------
>>> from almared import es
>>> es.generateReducScript("uid://A002/X1/X2", refant="CM02")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from almared.recipes import CalibrationOptions, find_source, plan_calibration
from almared.script import write_script


def generateReducScript(  # noqa: N802
    msNames: str | Sequence[str],  # noqa: N803
    refant: str = "",
    **options: object,
) -> list[Path]:
    """Write the calibration script of one or several execution blocks beside their data.

    Parameters
    ----------
    msNames : str or sequence of str
        ``uid://A/B/C``, ``uid___A_B_C`` or the name of an imported MS.
    refant : str
        Reference antenna, empty for the automatic choice.
    **options
        Fields of `CalibrationOptions`.

    Returns
    -------
    list of Path
        The scripts.

    Raises
    ------
    AlmaredError
        An execution block cannot be read or planned.

    References
    ----------
    domain.md A.1; requirement W047.
    """
    names = [msNames] if isinstance(msNames, str) else list(msNames)
    return [_generate(name, {"refant": refant, **options}) for name in names]


def _generate(name: str, options: dict[str, object]) -> Path:
    source = find_source(name)
    told = CalibrationOptions(
        asdm=source.asdm.name if source.asdm is not None else "",
        ms=source.ms_name,
        expected_rows=source.rows_after_import(),
        **options,  # type: ignore[arg-type]
    )
    return write_script(plan_calibration(source.read(), told), source.directory).script


generateReduceScript = generateReducScript  # noqa: N816
"""The other spelling in use."""
