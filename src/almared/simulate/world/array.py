"""The array: antennas on the pads of a configuration file of casadata, recorded and true positions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from almared.errors import ScenarioError
from almared.formats.measures import casadata_path
from almared.model import Antenna, Vector
from almared.physics.beams import SMALL_DISH_BELOW_M
from almared.physics.directions import local_axes
from almared.simulate.scenario.models import AntennaGroup, Scenario
from almared.simulate.world.seeds import generator

FloatArray = NDArray[np.float64]

ALMA_ITRF_M = np.array([2225142.180268967, -5440307.370348562, -2481029.851873547])
"""Reference position of ALMA in casadata (geodetic Observatories table)."""

ALMA_LONGITUDE_RAD = np.deg2rad(-67.754929)
ALMA_LATITUDE_RAD = np.deg2rad(-23.022886)

MOUNT_HEIGHT_M = {12.0: 7.0, 7.0: 5.0}
PREFIXES_12M = ("DA", "DV", "DA", "DV", "DA", "DV", "PM")
NAMES_LEFT = {"DA": range(41, 66), "DV": range(1, 26), "PM": range(1, 5), "CM": range(1, 13)}


@dataclass(frozen=True, slots=True)
class TrueArray:
    """The antennas as recorded, and the errors of their recorded positions.

    Parameters
    ----------
    antennas : tuple of Antenna
        As written to the ASDM.
    position_errors_m : ndarray of float, m, shape (antenna_name, 3)
        True minus recorded position, ITRF.
    """

    antennas: tuple[Antenna, ...]
    position_errors_m: FloatArray

    @property
    def recorded_m(self) -> FloatArray:
        """Recorded positions (m, ITRF), shape (antenna_name, 3)."""
        return np.array([antenna.position_m for antenna in self.antennas])

    @property
    def diameters_m(self) -> FloatArray:
        """Diameters (m)."""
        return np.array([antenna.diameter_m for antenna in self.antennas])

    @property
    def enu_m(self) -> FloatArray:
        """Recorded positions relative to the reference, local east, north, up (m)."""
        return np.asarray((self.recorded_m - ALMA_ITRF_M) @ enu_axes().T)


def enu_axes() -> FloatArray:
    """Return the local east, north and up unit vectors in ITRF as rows."""
    return local_axes((ALMA_LONGITUDE_RAD, ALMA_LATITUDE_RAD))


def make_array(scenario: Scenario, seed: int) -> TrueArray:
    """Return the antennas of a scenario.

    Raises
    ------
    ScenarioError
        Casadata lacks the configuration, or it has too few pads.
    """
    pads = [pad for group in scenario.array.group for pad in _chosen(group)]
    names = _names(scenario.array.group, pads)
    antennas = tuple(_antenna(i, name, pad=pad) for i, (name, pad) in enumerate(zip(names, pads, strict=True)))
    errors = _position_errors(scenario, seed, n_antennas=len(antennas))
    return TrueArray(antennas, errors)


@dataclass(frozen=True, slots=True)
class _Pad:
    name: str
    enu_m: Vector
    diameter_m: float


def _chosen(group: AntennaGroup) -> list[_Pad]:
    pads = _read_pads(casadata_path() / "alma" / "simmos" / group.configuration)
    if len(pads) < group.antennas:
        raise ScenarioError(
            f"the configuration has {len(pads)} pads, {group.antennas} antennas are requested",
            where=group.configuration,
        )
    middle = np.median([pad.enu_m for pad in pads], axis=0)
    pads.sort(key=lambda pad: float(np.hypot(pad.enu_m[0] - middle[0], pad.enu_m[1] - middle[1])))
    if group.choice == "inner":
        return pads[: group.antennas]
    steps = np.linspace(0, len(pads) - 1, group.antennas).round().astype(int)
    return [pads[i] for i in steps]


def _read_pads(path: Path) -> list[_Pad]:
    if path.suffix != ".cfg" or not path.is_file():
        raise ScenarioError(
            "casadata has no such array configuration",
            where=path.name,
            repair="name one like alma.cycle8.3.cfg or aca.cycle8.cfg",
        )
    return list(_pads_of(path.read_text().splitlines()))


def _pads_of(lines: Iterable[str]) -> Iterator[_Pad]:
    for line in lines:
        words = line.split("#")[0].split()
        if len(words) >= 5:
            east, north, up, diameter = (float(word) for word in words[:4])
            yield _Pad(words[4], (east, north, up), diameter)


def _names(groups: Sequence[AntennaGroup], pads: Sequence[_Pad]) -> list[str]:
    given = [name for group in groups for name in group.names]
    if given and len(given) != len(pads):
        raise ScenarioError(f"{len(given)} names for {len(pads)} antennas", where="array.group.names")
    left = {prefix: iter(numbers) for prefix, numbers in NAMES_LEFT.items()}
    names = given or [_next_name(i, pad, left=left) for i, pad in enumerate(pads)]
    if len(set(names)) != len(names):
        raise ScenarioError("two antennas have the same name", where="array.group.names")
    return names


def _next_name(index: int, pad: _Pad, *, left: dict[str, Iterator[int]]) -> str:
    first = "CM" if pad.diameter_m < SMALL_DISH_BELOW_M else PREFIXES_12M[index % len(PREFIXES_12M)]
    for prefix in (first,) if first == "CM" else (first, "DA", "DV", "PM"):
        number = next(left[prefix], None)
        if number is not None:
            return f"{prefix}{number:02d}"
    raise ScenarioError("there are more antennas than ALMA has names for", where="array.group")


def _antenna(number: int, name: str, *, pad: _Pad) -> Antenna:
    station = ALMA_ITRF_M + np.array(pad.enu_m) @ enu_axes()
    height = MOUNT_HEIGHT_M.get(pad.diameter_m, 7.0)
    position = station + height * station / np.linalg.norm(station)
    return Antenna(
        id=number,
        name=name,
        pad=pad.name,
        pad_position_m=_vector(station),
        offset_m=(0.0, 0.0, height),
        diameter_m=pad.diameter_m,
        position_m=_vector(position),
    )


def _vector(values: FloatArray) -> Vector:
    return float(values[0]), float(values[1]), float(values[2])


def _position_errors(scenario: Scenario, seed: int, *, n_antennas: int) -> FloatArray:
    rng = generator(seed, "position")
    errors = np.zeros((n_antennas, 3))
    n_moved = min(scenario.instrument.moved, n_antennas)
    moved = np.sort(rng.permutation(n_antennas)[:n_moved])
    rms = scenario.instrument.position_error
    errors[moved] = np.clip(rng.normal(0.0, rms, (n_moved, 3)), -3.0 * rms, 3.0 * rms)
    return errors
