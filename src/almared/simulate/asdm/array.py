"""Rows of the tables about antennas, stations, feeds, receivers and loads.

importasdm takes ``Antenna.position`` as east, north and (geocentric) up at the pad: ANTENNA.POSITION is pad plus
offset. It computes UVW from the pads alone, so offsets that differ between antennas are not in UVW.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from almared.formats.asdm.write.cells import (
    Row,
    complexes,
    integer,
    integers,
    interval,
    moment,
    name,
    names,
    real,
    reals,
    tag,
    text,
)
from almared.formats.asdm.write.tables import Table
from almared.model import Antenna, ExecutionBlock, Intent, SpectralWindow
from almared.simulate.observe.contents import AsdmContents

MAKERS = {"DA": "AEM_12", "DV": "VERTEX_12", "PM": "MITSUBISHI_12_A", "CM": "MITSUBISHI_7"}
"""Maker of the dish from the first two letters of its name."""

WEATHER_STATION = "MeteoTB2"
WEATHER_STATION_ITRF_M = (2225015.30883296, -5440016.41799762, -2481631.27428014)
"""Next to the centre of the array."""

DOUBLE_SIDEBAND = ("ALMA_RB_09", "ALMA_RB_10")


def array_tables(contents: AsdmContents) -> tuple[Table, ...]:
    """Return the tables that describe the hardware.

    Parameters
    ----------
    contents : AsdmContents
        What the ASDM holds.
    """
    eb = contents.eb
    return (
        Table("Antenna", tuple(_antenna(eb, a) for a in eb.antennas)),
        Table("Station", tuple(_stations(eb))),
        Table("Feed", tuple(_feed(eb, a, spw=spw) for a in eb.antennas for spw in eb.spws)),
        Table("Receiver", tuple(_receiver(eb, spw) for spw in eb.spws)),
        Table("CalDevice", tuple(_load(contents, a, spw=spw) for spw in _tsys_windows(eb) for a in eb.antennas)),
    )


def pads(eb: ExecutionBlock) -> tuple[str, ...]:
    """Return the names of the pads in the order of the Station table."""
    return tuple(dict.fromkeys(a.pad for a in eb.antennas))


def weather_station_id(eb: ExecutionBlock) -> int:
    """Return the row of the weather station: the one after the pads."""
    return len(pads(eb))


def receiver_band(spw: SpectralWindow) -> str:
    """Return the receiver band as the ASDM names it."""
    return f"ALMA_RB_{spw.band:02d}" if spw.band is not None else "UNSPECIFIED"


def first_oscillator_hz(eb: ExecutionBlock, spw: SpectralWindow) -> float:
    """Return a plausible first local oscillator: midway between the outermost windows of the same band (Hz).

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    spw : SpectralWindow
        A window of the receiver.
    """
    centres = [w.mean_frequency_hz for w in eb.spws if w.band == spw.band and w.processor == "CORRELATOR"]
    return 0.5 * (min(centres) + max(centres)) if centres else spw.mean_frequency_hz


def _antenna(eb: ExecutionBlock, antenna: Antenna) -> Row:
    return {
        "antennaId": tag("Antenna", antenna.id),
        "name": text(antenna.name),
        "antennaMake": name(MAKERS.get(antenna.name[:2], "UNDEFINED")),
        "antennaType": name("GROUND_BASED"),
        "dishDiameter": real(antenna.diameter_m),
        "position": reals(antenna.offset_m),
        "offset": reals((0.0, 0.0, 0.0)),
        "time": moment(eb.start_mjd_s),
        "stationId": tag("Station", pads(eb).index(antenna.pad)),
    }


def _stations(eb: ExecutionBlock) -> Iterator[Row]:
    for number, pad in enumerate(pads(eb)):
        position = next(a.pad_position_m for a in eb.antennas if a.pad == pad)
        yield _station(number, pad, position=position, kind="ANTENNA_PAD")
    yield _station(weather_station_id(eb), WEATHER_STATION, position=WEATHER_STATION_ITRF_M, kind="WEATHER_STATION")


def _station(number: int, pad: str, *, position: tuple[float, float, float], kind: str) -> Row:
    return {"stationId": tag("Station", number), "name": text(pad), "position": reals(position), "type": name(kind)}


def _feed(eb: ExecutionBlock, antenna: Antenna, *, spw: SpectralWindow) -> Row:
    receptors = ("X",) if spw.processor == "RADIOMETER" else ("X", "Y")
    count = len(receptors)
    return {
        "antennaId": tag("Antenna", antenna.id),
        "spectralWindowId": tag("SpectralWindow", spw.id),
        "timeInterval": interval(eb.start_mjd_s, eb.end_mjd_s),
        "feedId": integer(0),
        "numReceptor": integer(count),
        "beamOffset": reals([[0.0, 0.0]] * count),
        "focusReference": reals([[0.0, 0.0, 0.0]] * count),
        "polarizationTypes": names(receptors),
        "polResponse": complexes([[1.0 if i == j else 0.0 for j in range(count)] for i in range(count)]),
        "receptorAngle": reals([i * math.pi / 2 for i in range(count)]),
        "receiverId": integers([0] * count),
    }


def _receiver(eb: ExecutionBlock, spw: SpectralWindow) -> Row:
    band = receiver_band(spw)
    is_radiometer = spw.processor == "RADIOMETER"
    side = "DSB" if band in DOUBLE_SIDEBAND else "NOSB" if is_radiometer else "TSB"
    return {
        "receiverId": integer(0),
        "spectralWindowId": tag("SpectralWindow", spw.id),
        "timeInterval": interval(eb.start_mjd_s, eb.end_mjd_s),
        "name": text("WVR" if is_radiometer else band),
        "numLO": integer(1),
        "frequencyBand": name(band),
        "freqLO": reals([first_oscillator_hz(eb, spw)]),
        "receiverSideband": name(side),
        "sidebandLO": names([spw.sideband]),
    }


def _tsys_windows(eb: ExecutionBlock) -> tuple[SpectralWindow, ...]:
    used = {i for scan in eb.scans_with(Intent.ATMOSPHERE) for i in scan.spw_ids}
    return tuple(w for w in eb.spws if w.id in used and w.processor == "CORRELATOR" and not w.is_channel_average)


def _load(contents: AsdmContents, antenna: Antenna, *, spw: SpectralWindow) -> Row:
    eb = contents.eb
    return {
        "antennaId": tag("Antenna", antenna.id),
        "spectralWindowId": tag("SpectralWindow", spw.id),
        "timeInterval": interval(eb.start_mjd_s, eb.end_mjd_s),
        "feedId": integer(0),
        "numCalload": integer(2),
        "calLoadNames": names(("AMBIENT_LOAD", "HOT_LOAD")),
        "temperatureLoad": reals(contents.load_temperatures_k),
    }
