"""Frequencies at the observatory and in the kinematic local standard of rest (LSRK).

References
----------
casacore's ``MFrequency``: LSRK moves by 20 km/s towards 18h, +30 deg (B1900); velocities add relativistically.
``formats.ms.lsrk`` is tested against this truth: constants are shared, formulas are not
(docs/decisions/038).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from almared.basics.times import DAY_S
from almared.errors import ScenarioError
from almared.physics.constants import (
    AU_PER_DAY_M_S,
    EARTH_TURN_RAD_S,
    LIGHT_M_S,
    MJD_ZERO_JD,
    SOLAR_APEX_J2000_RAD,
    SOLAR_MOTION_M_S,
)
from almared.simulate.scenario.models import Component, Line, Scenario, SourcePart
from almared.simulate.scenario.schedule import start_of
from almared.simulate.world.array import ALMA_ITRF_M
from almared.simulate.world.geometry import make_frame, read_earth_orientation


@dataclass(frozen=True, slots=True)
class Doppler:
    """Frequencies at the observatory over those in LSRK, at the begin of an observation.

    Parameters
    ----------
    windows : float
        Factor by which the spectral windows were shifted; 1 when they are not tuned to a source.
    sources : dict of str to float
        Factor in the direction of each source with a fixed position.
    """

    windows: float
    sources: dict[str, float]


def topocentric_factor(direction_rad: tuple[float, float], mjd_s: float) -> float:
    """Return frequency at the observatory over frequency in LSRK, for a direction (rad, ICRS) and a time (s)."""
    import erfa

    earth = read_earth_orientation(mjd_s / DAY_S)
    tt = erfa.taitt(*erfa.utctai(MJD_ZERO_JD, mjd_s / DAY_S))
    _, barycentric = erfa.epv00(*tt)
    source = erfa.s2c(*direction_rad)
    along_orbit = float(np.dot(np.asarray(barycentric["v"]) * AU_PER_DAY_M_S, source))
    along_sun = SOLAR_MOTION_M_S * float(np.dot(erfa.s2c(*SOLAR_APEX_J2000_RAD), source))
    towards = make_frame(*direction_rad, mjd_s=np.array([mjd_s]), earth=earth).w[0]
    turning = EARTH_TURN_RAD_S * np.array([-ALMA_ITRF_M[1], ALMA_ITRF_M[0], 0.0])
    speeds = np.array([along_orbit, along_sun, float(np.dot(turning, towards))]) / LIGHT_M_S
    return float(np.prod(np.sqrt((1.0 + speeds) / (1.0 - speeds))))


def set_for_date(scenario: Scenario) -> tuple[Scenario, Doppler]:
    """Return the scenario with all frequencies at the observatory, and the factors applied.

    Raises
    ------
    ScenarioError
        The windows are tuned to a source that does not exist or moves.
    """
    start = start_of(scenario)
    factors = {
        key: topocentric_factor((part.ra, part.dec), start)
        for key, part in scenario.source.items()
        if part.ra is not None and part.dec is not None
    }
    wanted = scenario.spectral.doppler
    if wanted and wanted not in factors:
        raise ScenarioError(
            f"the windows cannot be tuned to {wanted!r}",
            where="spectral.doppler",
            repair=f"name a source with a position: {', '.join(factors)}",
        )
    doppler = Doppler(factors[wanted] if wanted else 1.0, factors)
    sources = {key: _shifted_source(part, factors.get(key, 1.0)) for key, part in scenario.source.items()}
    return scenario.model_copy(update={"source": sources, "spectral": _moved(scenario, doppler.windows)}), doppler


def _moved(scenario: Scenario, factor: float) -> object:
    spectral = scenario.spectral
    basebands = tuple(b.model_copy(update={"centre": b.centre * factor}) for b in spectral.baseband)
    pointing = tuple(centre * factor for centre in spectral.pointing_centres)
    return spectral.model_copy(update={"baseband": basebands, "pointing_centres": pointing})


def _shifted_source(part: SourcePart, factor: float) -> SourcePart:
    components = tuple(_shifted_component(component, factor) for component in part.component)
    return part.model_copy(update={"line": _shifted_lines(part.line, factor), "component": components})


def _shifted_component(component: Component, factor: float) -> Component:
    return component.model_copy(update={"line": _shifted_lines(component.line, factor)})


def _shifted_lines(lines: tuple[Line, ...], factor: float) -> tuple[Line, ...]:
    def at_observatory(line: Line) -> Line:
        if line.frame == "TOPO":
            return line
        return line.model_copy(
            update={"frequency": line.frequency * factor, "width": line.width * factor, "frame": "TOPO"}
        )

    return tuple(at_observatory(line) for line in lines)
