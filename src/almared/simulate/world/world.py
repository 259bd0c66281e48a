"""The simulated world: the truth of one observation, and the functions from which the data are made."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from almared.basics.times import DAY_S
from almared.model import Field, SpectralWindow
from almared.simulate.scenario.models import Component, Line, Scenario, SourcePart
from almared.simulate.scenario.schedule import Schedule, make_schedule
from almared.simulate.scenario.spectrum import Setups, make_windows
from almared.simulate.world.air import WindowAir, make_window_air
from almared.simulate.world.array import TrueArray, make_array
from almared.simulate.world.bodies import Body, read_body
from almared.simulate.world.doppler import Doppler, set_for_date
from almared.simulate.world.geometry import EarthOrientation, Frame, make_frame, read_earth_orientation, shifted
from almared.simulate.world.instrument import Instrument, make_instrument
from almared.simulate.world.radiometer import Radiometer, make_radiometer
from almared.simulate.world.screen import PhaseScreen, make_screen
from almared.simulate.world.sky import SkyComponent, SkySource, SpectralLine

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """The simulated world.

    Parameters
    ----------
    scenario : Scenario
        The requested scenario, with frequencies at the observatory.
    doppler : Doppler
        How they were shifted from LSRK.
    seed : int
        Seed of all random numbers.
    array, setups, schedule, earth, air, radiometer, screen, instrument : object
        Antennas, windows, times, orientation of the earth, sky per window, radiometers, water, receivers.
    sources : dict of str to SkySource
        Per key.
    bodies : dict of str to Body
        Moving sources per key.
    known_bandpasses : dict of int to ndarray
        Bandpasses computed so far.
    """

    scenario: Scenario
    doppler: Doppler
    seed: int
    array: TrueArray
    setups: Setups
    schedule: Schedule
    earth: EarthOrientation
    air: dict[int, WindowAir]
    radiometer: Radiometer | None
    screen: PhaseScreen
    instrument: Instrument
    sources: dict[str, SkySource]
    bodies: dict[str, Body]
    known_bandpasses: dict[int, NDArray[np.complex64]] = field(default_factory=dict, compare=False)

    def bandpass(self, spw: SpectralWindow) -> NDArray[np.complex64]:
        """Return the true bandpass of a window, shape (antenna_name, frequency, receptor); computed once."""
        if spw.id not in self.known_bandpasses:
            self.known_bandpasses[spw.id] = self.instrument.bandpass(spw).astype(np.complex64)
        return self.known_bandpasses[spw.id]

    def spw(self, spw_id: int) -> SpectralWindow:
        """Return a spectral window."""
        return self.setups.spws[spw_id]

    def frame(self, field: Field, mjd_s: FloatArray) -> Frame:
        """Return the tangent plane of a field at times; it follows a moving body."""
        key = self.schedule.source_key(field.id)
        ra, dec = self.bodies[key].direction(mjd_s) if key in self.bodies else field.direction_rad
        return make_frame(ra, dec, mjd_s=mjd_s, earth=self.earth)

    def airmass(self, field: Field, mjd_s: float) -> float:
        """Return the airmass of a field at a time."""
        _, elevation = self.frame(field, np.array([mjd_s])).azimuth_elevation()
        return float(1.0 / np.sin(elevation[0]))

    def tsys(self, spw: SpectralWindow, airmass: float) -> FloatArray:
        """Return the true system temperatures above the atmosphere (K), shape (antenna_name, frequency, receptor).

        References
        ----------
        ALMA Technical Handbook 9.2: ``(1 + g) (Trx + eta Tsky + (1 - eta) Tamb) exp(tau) / eta``.
        """
        part, air = self.scenario.instrument, self.air[spw.id]
        eta = part.forward_efficiency
        loss = np.exp(air.tau * airmass) / eta
        below = self.received(spw, airmass)
        return np.asarray((1.0 + part.sideband_ratio) * below * loss[None, :, None])

    def received(self, spw: SpectralWindow, airmass: float) -> FloatArray:
        """Return receiver, sky and spill-over noise at the feed (K), shape (antenna_name, frequency, receptor)."""
        eta = self.scenario.instrument.forward_efficiency
        sky = eta * self.air[spw.id].sky(airmass) + (1.0 - eta) * self.scenario.atmosphere.temperature
        return np.asarray(self.instrument.receiver_temperature(spw) + sky[None, :, None])

    def paths(self, field: Field, mjd_s: FloatArray, *, length_s: float) -> tuple[FloatArray, FloatArray]:
        """Return slant water path above the mean and path of the position errors (m), both (time, antenna_name)."""
        frame = self.frame(field, mjd_s)
        zenith = self.screen.averaged(self.array.enu_m, frame, mjd_s=mjd_s, length_s=length_s)
        _, elevation = frame.azimuth_elevation()
        return zenith / np.sin(elevation)[:, None], -frame.w @ self.array.position_errors_m.T


def make_world(scenario: Scenario, seed: int) -> World:
    """Return the world of a scenario and a seed.

    Raises
    ------
    ScenarioError
        The scenario cannot be observed.
    """
    scenario, doppler = set_for_date(scenario)
    array, setups = make_array(scenario, seed), make_windows(scenario)
    schedule = make_schedule(scenario, setups, n_antennas=len(array.antennas))
    start, end = schedule.scans[0].start_mjd_s, schedule.scans[-1].end_mjd_s
    air = scenario.atmosphere
    bodies = {k: read_body(s.body, start) for k, s in scenario.source.items() if s.body and k in schedule.source_keys}
    return World(
        scenario=scenario,
        doppler=doppler,
        seed=seed,
        array=array,
        setups=setups,
        schedule=_with_bodies(schedule, bodies),
        earth=read_earth_orientation(start / DAY_S),
        air=make_window_air(air, setups.spws),
        radiometer=make_radiometer(scenario.radiometer) if scenario.radiometer.enabled else None,
        screen=make_screen(air, array.enu_m, start_mjd_s=start, end_mjd_s=end, seed=seed),
        instrument=make_instrument(scenario, array, start_mjd_s=start, seed=seed),
        sources={key: _source(scenario.source[key], bodies.get(key), mjd_s=start) for key in schedule.source_keys},
        bodies=bodies,
    )


def _with_bodies(schedule: Schedule, bodies: dict[str, Body]) -> Schedule:
    def placed(old: Field) -> Field:
        body = bodies.get(schedule.source_key(old.id))
        if body is None:
            return old
        first = next(s.start_mjd_s for s in schedule.scans if old.id in s.field_ids)
        ra, dec = body.direction(first)
        return replace(old, direction_rad=(float(ra) % (2.0 * np.pi), float(dec)))

    return replace(schedule, fields=tuple(placed(old) for old in schedule.fields))


def _source(part: SourcePart, body: Body | None, *, mjd_s: float) -> SkySource:
    if body is not None:
        ra, dec = body.direction(mjd_s)
        size, table = body.diameter_rad(mjd_s), body.flux_table(mjd_s)
        return SkySource(part.name, (SkyComponent((float(ra), float(dec)), "disk", size, 0.0, 1e11, table=table),))
    centre = (part.ra or 0.0, part.dec or 0.0)
    first = SkyComponent(centre, part.shape, part.size, part.flux, part.at, part.alpha, _lines(part.line))
    return SkySource(part.name, (first, *(_component(part, extra, centre=centre) for extra in part.component)))


def _component(part: SourcePart, extra: Component, *, centre: tuple[float, float]) -> SkyComponent:
    alpha = part.alpha if extra.alpha is None else extra.alpha
    place = shifted(centre, extra.offset)
    return SkyComponent(place, extra.shape, extra.size, extra.flux, part.at, alpha, _lines(extra.line))


def _lines(lines: tuple[Line, ...]) -> tuple[SpectralLine, ...]:
    return tuple(SpectralLine(line.frequency, line.width, line.flux) for line in lines)
