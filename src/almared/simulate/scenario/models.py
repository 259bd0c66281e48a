"""The keys of a scenario file: one model per table of the TOML file; unknown keys are errors.

Defaults are in our units (Hz, s, m, K, rad, Jy); in files every quantity is a text with its unit.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from almared.basics.quantities import (
    Angle,
    Declination,
    Duration,
    FluxDensity,
    Fraction,
    Frequency,
    Length,
    Pressure,
    RightAscension,
    Speed,
    Temperature,
)

DEGREE = math.pi / 180.0


class Part(BaseModel):
    """A table of a scenario: frozen, unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AntennaGroup(Part):
    """Antennas taken from one configuration file of casadata.

    Parameters
    ----------
    configuration : str
        File in ``alma/simmos`` of casadata, ``alma.cycle8.3.cfg`` or ``aca.cycle8.cfg``.
    antennas : int
        How many.
    choice : str
        ``inner`` takes those nearest to the centre, ``spread`` evenly from the centre outwards.
    names : tuple of str
        Names, otherwise DA41, DV01, ... for 12 m and CM01, ... for 7 m.
    """

    configuration: str
    antennas: int = Field(ge=1, le=80)
    choice: Literal["inner", "spread"] = "spread"
    names: tuple[str, ...] = ()


class ArrayPart(Part):
    """The array: groups of antennas."""

    name: str = "A"
    group: tuple[AntennaGroup, ...] = Field(min_length=1)


class TimePart(Part):
    """Begin of the observation: UTC of the start, or a date and the local sidereal time (as an angle)."""

    start: datetime | None = None
    date: datetime | None = None
    lst: RightAscension | None = None

    @model_validator(mode="after")
    def _one_way(self) -> TimePart:
        if (self.start is None) == (self.date is None or self.lst is None):
            raise ValueError("give either start, or date and lst")
        return self


class Line(Part):
    """A Gaussian spectral line of a component; `flux` at its peak, full width at half maximum.

    In the frame ``LSRK`` its frequency at the observatory is that of the date; ``TOPO`` is the same on every date.
    """

    frequency: Frequency
    width: Frequency
    flux: FluxDensity
    frame: Literal["TOPO", "LSRK"] = "TOPO"


class Component(Part):
    """A component of a source besides its central one; flux at the source's frequency."""

    shape: Literal["point", "gaussian", "disk"] = "point"
    flux: FluxDensity
    offset: tuple[Angle, Angle] = (0.0, 0.0)
    size: Angle = 0.0
    alpha: float | None = None
    line: tuple[Line, ...] = ()


class SourcePart(Part):
    """A source: where it is and how bright.

    Parameters
    ----------
    name : str
        As written into the ASDM.
    ra, dec : float, rad
        ICRS direction; left out for a body.
    body : str
        Name of a Solar-System body with an ephemeris and a model in casadata, ``Titan``.
    flux, at, alpha : float
        Flux density (Jy) at a frequency (Hz), and spectral index.
    shape, size : str, float
        Of the central component: point, gaussian (full width) or disk (diameter, rad).
    component, line : tuple
        More components; spectral lines.
    pointings : tuple
        Offsets of the pointings (rad, east and north); one at the centre by default.
    shift : tuple of float, rad
        Offset of all pointings from the requested ones, which may differ between executions.
    catalogue : bool
        Whether the Source table of the ASDM has its flux.
    """

    name: str
    ra: RightAscension | None = None
    dec: Declination | None = None
    body: str | None = None
    flux: FluxDensity = 0.0
    at: Frequency = 100e9
    alpha: float = 0.0
    shape: Literal["point", "gaussian", "disk"] = "point"
    size: Angle = 0.0
    component: tuple[Component, ...] = ()
    line: tuple[Line, ...] = ()
    pointings: tuple[tuple[Angle, Angle], ...] = ((0.0, 0.0),)
    shift: tuple[Angle, Angle] = (0.0, 0.0)
    catalogue: bool = False

    @model_validator(mode="after")
    def _has_place(self) -> SourcePart:
        if self.body is None and (self.ra is None or self.dec is None):
            raise ValueError("give ra and dec, or the name of a Solar-System body")
        return self


class Baseband(Part):
    """One baseband of the spectral setup."""

    centre: Frequency
    sideband: Literal["LSB", "USB"] = "USB"
    mode: Literal["TDM", "FDM"] = "TDM"
    channels: int = Field(default=128, ge=8, le=7680)
    bandwidth: Frequency = 2e9
    correlations: tuple[Literal["XX", "YY"], ...] = ("XX", "YY")


class SpectralPart(Part):
    """The spectral setup: science basebands; pointing and Tsys windows follow from them.

    Parameters
    ----------
    band : int
        Receiver band.
    baseband : tuple of Baseband
        One to four.
    tsys_channels, tsys_bandwidth : int, float
        Of the TDM windows of the atmosphere scans, per baseband.
    pointing_centres : tuple of float, Hz
        Centres of the pointing windows; those of the science basebands by default.
    smoothing : str
        ``hanning`` as the correlator does, or ``none``.
    channel_average : bool
        Whether windows with the channel average are written too.
    doppler : str
        Key of the source to which the windows are tuned: their centres are then LSRK frequencies, and those at the
        observatory follow from the date. Empty: they are the observatory's.
    """

    band: int = Field(ge=1, le=10)
    baseband: tuple[Baseband, ...] = Field(min_length=1, max_length=4)
    tsys_channels: int = Field(default=128, ge=8, le=256)
    tsys_bandwidth: Frequency = 2e9
    pointing_centres: tuple[Frequency, ...] = ()
    smoothing: Literal["hanning", "none"] = "hanning"
    channel_average: bool = True
    doppler: str = ""


class ScanPart(Part):
    """One scan: its kind, source and length."""

    kind: Literal["pointing", "sideband", "atmosphere", "bandpass", "flux", "phase", "check", "target", "wvr"]
    source: str
    duration: Duration
    intents: tuple[str, ...] = ()


class SequencePart(Part):
    """A standard sequence of scans, generated by rule.

    Parameters
    ----------
    bandpass, flux, phase, target, check : str
        Keys of the sources; `check` may be empty, `flux` may be that of the bandpass calibrator.
    cycles : int
        Phase calibrator, target cycles; a phase-calibrator scan ends the sequence.
    bandpass_time, flux_time, phase_time, target_time, check_time : float, s
        Durations of the scans.
    tsys_every : int
        Atmosphere scan on the target (and the phase calibrator) every so many cycles.
    pointing : bool
        Whether it has pointing scans.
    """

    bandpass: str
    flux: str
    phase: str
    target: str
    check: str = ""
    cycles: int = Field(default=3, ge=1, le=60)
    bandpass_time: Duration = 300.0
    flux_time: Duration = 150.0
    phase_time: Duration = 30.0
    target_time: Duration = 360.0
    check_time: Duration = 60.0
    tsys_every: int = Field(default=2, ge=1)
    pointing: bool = True


class TimingPart(Part):
    """Integration times and gaps."""

    science: Duration = 6.048
    atmosphere: Duration = 1.008
    pointing: Duration = 2.016
    wvr: Duration = 1.152
    slew: Duration = 12.096
    settle: Duration = 1.5


class AtmospherePart(Part):
    """The air above the array.

    Parameters
    ----------
    pwv : float, m
        Zenith water column.
    temperature, pressure, humidity : float, K, Pa, fraction
        At the ground.
    opacity, screen : bool
        Switches: absorption and emission; the moving screen of water.
    path_rms, reference_baseline : float, m
        Rms of the zenith path difference on a baseline of that length.
    wind_speed, wind_angle : float, m/s, rad
        The screen's velocity (angle from east to north).
    outer_scale, inner_scale, height : float, m
        Scales and height of the turbulence; below `inner_scale` the screen is smooth.
    path_per_pwv : float
        Extra path per water column; wvrgcal removes about 6.6.
    """

    pwv: Length = 1.2e-3
    temperature: Temperature = 276.0
    pressure: Pressure = 55500.0
    humidity: Fraction = 0.2
    opacity: bool = True
    screen: bool = True
    path_rms: Length = 250e-6
    reference_baseline: Length = 300.0
    wind_speed: Speed = 8.0
    wind_angle: Angle = 25.0 * DEGREE
    outer_scale: Length = 400.0
    inner_scale: Length = 10.0
    height: Length = 500.0
    path_per_pwv: float = Field(default=6.6, gt=0.0)


class RadiometerPart(Part):
    """The water-vapour radiometers.

    Parameters
    ----------
    enabled : bool
        Whether there are any.
    noise : float, K
        Rms of each reading.
    coupling, spill_temperature : float, float (K)
        Coupling to the sky, and temperature of the spill-over; wvrgcal assumes 0.98 and 275 K.
    layer_temperature, layer_pressure : float, K, Pa
        Of the layer that holds the water; wvrgcal looks for them in 250 to 295 K and 300 to 550 hPa.
    """

    enabled: bool = True
    noise: Temperature = 0.0
    coupling: float = Field(default=0.98, gt=0.0, le=1.0)
    spill_temperature: Temperature = 275.0
    layer_temperature: Temperature = 270.0
    layer_pressure: Pressure = 45000.0


class InstrumentPart(Part):
    """The receivers and antennas; an error of zero is switched off.

    Parameters
    ----------
    trx : float, K
        Receiver temperature; scattered by `trx_scatter` from antenna to antenna.
    forward_efficiency, sideband_ratio, aperture_efficiency : float
        Coupling to the sky; image gain over signal gain; for the antenna gain in K/Jy.
    gain_scatter, gain_drift : float
        Amplitude: between antennas, and in time.
    phase_drift : float, rad
        Amplitude of the slow phase drift.
    drift_time : float, s
        Shortest period of the drifts.
    xy_amplitude, xy_phase : float, float (rad)
        Differences of Y against X, rms over antennas.
    ripple, edge, bandpass_phase : float, float, float (rad)
        Bandpass: ripple amplitude, loss at the band edge, phase curvature.
    delay : float, s
        Rms of the residual delays.
    position_error : float, m
        Rms per axis of the error of the recorded positions, on the antennas in `moved`.
    moved : int
        How many antennas have position errors.
    efficiency : float
        Of the correlator, for the noise.
    tsys_error : float
        Rms of the recorded Tsys per channel (fraction).
    """

    trx: Temperature = 45.0
    trx_scatter: Fraction = 0.1
    forward_efficiency: Fraction = 0.95
    sideband_ratio: float = Field(default=0.05, ge=0.0)
    aperture_efficiency: Fraction = 0.71
    gain_scatter: Fraction = 0.05
    gain_drift: Fraction = 0.01
    phase_drift: Angle = 8.0 * DEGREE
    drift_time: Duration = 3000.0
    xy_amplitude: Fraction = 0.05
    xy_phase: Angle = 20.0 * DEGREE
    ripple: Fraction = 0.03
    edge: Fraction = 0.25
    bandpass_phase: Angle = 8.0 * DEGREE
    delay: Duration = 60e-12
    position_error: Length = 1e-3
    moved: int = Field(default=3, ge=0)
    efficiency: Fraction = 0.88
    tsys_error: Fraction = 0.0


class NoisePart(Part):
    """Thermal noise of the correlator."""

    enabled: bool = True


class FaultPart(Part):
    """A fault put in on purpose.

    Parameters
    ----------
    kind : str
        ``dead`` (no correlation), ``low_gain`` (amplitude times `factor`), ``phase_jump`` (by `angle` from
        `after` on), ``tsys_spike`` (`channel` of the recorded Tsys times `factor`), ``tsys_negative`` (recorded
        Tsys below zero), ``tsys_missing`` (no record), ``wvr_dead`` (radiometer reads nothing).
    antenna : str
        Which one.
    polarization : str
        ``X``, ``Y`` or both.
    after, until : float, s
        Time range, from the start of the observation.
    factor, angle, channel : float, float (rad), int
        Size of the fault.
    """

    kind: Literal["dead", "low_gain", "phase_jump", "tsys_spike", "tsys_negative", "tsys_missing", "wvr_dead"]
    antenna: str
    polarization: Literal["X", "Y", "XY"] = "XY"
    after: Duration = 0.0
    until: Duration = 1e9
    factor: float = 0.3
    angle: Angle = math.pi / 2.0
    channel: int = 64


class MousPart(Part):
    """The member obs unit set that the execution belongs to."""

    uid: str


class Scenario(Part):
    """A whole scenario file, or one execution of a file that describes several.

    Parameters
    ----------
    title : str
        For people.
    uid, project, block : str
        Of the execution block, the project and the scheduling block.
    observer : str
        As recorded.
    mous : MousPart, optional
        What the execution belongs to.
    seed : int, optional
        Number of the random numbers of an execution of a MOUS; its place in the list by default.
    array, time, spectral, source, sequence, scan, timing, atmosphere, radiometer, instrument, noise, fault : object
        The tables of the file.
    """

    title: str = ""
    uid: str = "uid://A002/Xa1/X1"
    project: str = "uid://A001/Xa1/X2"
    block: str = "uid://A001/Xa1/X3"
    observer: str = "almared"
    mous: MousPart | None = None
    seed: int | None = Field(default=None, ge=0)
    array: ArrayPart
    time: TimePart
    spectral: SpectralPart
    source: dict[str, SourcePart]
    sequence: SequencePart | None = None
    scan: tuple[ScanPart, ...] = ()
    timing: TimingPart = TimingPart()
    atmosphere: AtmospherePart = AtmospherePart()
    radiometer: RadiometerPart = RadiometerPart()
    instrument: InstrumentPart = InstrumentPart()
    noise: NoisePart = NoisePart()
    fault: tuple[FaultPart, ...] = ()

    @model_validator(mode="after")
    def _has_schedule(self) -> Scenario:
        if (self.sequence is None) == (not self.scan):
            raise ValueError("give either the table sequence or tables scan")
        return self
