"""The facts of an execution block, read from its MeasurementSet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from almared.errors import InputError, MeasurementSetError
from almared.formats.ms.main_table import Key, Stretch, read_stretches
from almared.formats.ms.records import read_online_flags, read_pwv, read_tsys, read_weather
from almared.formats.ms.scans import join_scans, read_processors, read_states
from almared.formats.ms.sky import read_antennas, read_fields, read_sources
from almared.formats.ms.spectral import read_descriptions, read_windows
from almared.formats.ms.subtables import cells, has_subtable, opened
from almared.model import ExecutionBlock, assign_roles
from almared.model.execution import TELESCOPE
from almared.names import Uid

EXEC_BLOCK, SCHEDULING_BLOCK = "ExecBlock ", "SchedulingBlock "
UNNAMED_CORRELATOR = "ALMA_CORRELATOR_MODE"
"""What older versions of importasdm wrote instead of the correlator's name."""


def read_execution_block(path: Path) -> ExecutionBlock:
    """Return the facts of a raw MeasurementSet: the same as from the ASDM, as far as importasdm keeps them.

    Parameters
    ----------
    path : Path
        The MeasurementSet.

    Raises
    ------
    MeasurementSetError
        It cannot be read, or is not from ALMA.
    """
    observation = _observation(path)
    descriptions, processors = read_descriptions(path), read_processors(path)
    stretches = read_stretches(path)
    spws = read_windows(
        path, descriptions, processors=_processor_of_spw(stretches, descriptions, processors=processors)
    )
    windows = {n: spws[spw] for n, (spw, _) in enumerate(descriptions)}
    scans = join_scans(stretches, states=read_states(path), windows=windows, processors=processors)
    uid = _scheduled(observation, EXEC_BLOCK)
    start, end = (float(time) for time in observation["TIME_RANGE"])
    return ExecutionBlock(
        uid=uid,
        name=_name(path, uid),
        telescope=observation["TELESCOPE_NAME"],
        array_name=_array_name(path),
        correlator=_correlator(processors),
        project_uid=observation["PROJECT"],
        sb_uid=_scheduled(observation, SCHEDULING_BLOCK),
        observer=observation["OBSERVER"],
        start_mjd_s=start,
        end_mjd_s=end,
        antennas=read_antennas(path),
        fields=read_fields(path),
        sources=read_sources(path),
        spws=assign_roles(spws, scans),
        scans=scans,
        tsys=read_tsys(path),
        online_flags=read_online_flags(path),
        pwv=read_pwv(path),
        weather=read_weather(path),
    )


def _observation(path: Path) -> Mapping[str, Any]:
    names = ("TELESCOPE_NAME", "TIME_RANGE", "OBSERVER", "PROJECT", "SCHEDULE")
    with opened(path, "OBSERVATION") as tab:
        columns = {name: cells(tab, name) for name in names}
        telescopes = sorted(set(columns["TELESCOPE_NAME"]))
    if telescopes != [TELESCOPE]:
        raise MeasurementSetError(
            f"the data are from {', '.join(telescopes) or 'no telescope'}, not from ALMA",
            where=str(path),
            repair="almared calibrates ALMA execution blocks only",
        )
    return {name: values[0] for name, values in columns.items()}


def _scheduled(observation: Mapping[str, Any], prefix: str) -> str:
    words = observation["SCHEDULE"]
    found = [word.removeprefix(prefix).strip() for word in ([] if words is None else words) if word.startswith(prefix)]
    return found[0] if found else ""


def _name(path: Path, uid: str) -> str:
    try:
        return Uid.parse(uid).file_name
    except InputError:
        return path.name.removesuffix(".ms")


def _array_name(path: Path) -> str:
    if not has_subtable(path, "ASDM_EXECBLOCK"):
        return ""
    with opened(path, "ASDM_EXECBLOCK") as tab:
        names = cells(tab, "arrayName") + cells(tab, "configName")
    return next((str(name) for name in names if name), "")


def _correlator(processors: Sequence[tuple[str, str]]) -> str:
    names = sorted({sub for kind, sub in processors if kind == "CORRELATOR" and sub != UNNAMED_CORRELATOR})
    return names[0] if len(names) == 1 else ""


def _processor_of_spw(
    stretches: Mapping[Key, Stretch],
    descriptions: Sequence[tuple[int, tuple[str, ...]]],
    *,
    processors: Sequence[tuple[str, str]],
) -> dict[int, str]:
    return {
        descriptions[key[2]][0]: processors[key[4]][0] for key in sorted(stretches) if 0 <= key[4] < len(processors)
    }
