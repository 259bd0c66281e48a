"""Rows of the tables about windows, correlations, processors and configurations."""

from __future__ import annotations

from collections.abc import Sequence

from almared.formats.asdm.write.cells import (
    Row,
    integer,
    integers,
    longs,
    name,
    names,
    real,
    reals,
    singles,
    tag,
    tags,
    text,
    truth,
)
from almared.formats.asdm.write.tables import Table
from almared.model import SpectralWindow
from almared.simulate.asdm.setup import Configuration, Setup

RECEPTORS = {"XX": "XX", "XY": "XY", "YX": "YX", "YY": "YY", "I": "XX"}
"""Polarisation of both feeds for each correlation; the radiometer measures one of them and calls it I."""


def spectral_tables(setup: Setup) -> tuple[Table, ...]:
    """Return the tables of the correlator setup.

    Parameters
    ----------
    setup : Setup
        The identifiers of the execution block.
    """
    eb = setup.eb
    return (
        Table("SpectralWindow", tuple(_window(spw, eb.spws) for spw in eb.spws)),
        Table("Polarization", tuple(_polarization(n, c) for n, c in enumerate(setup.polarizations))),
        Table("DataDescription", tuple(_data_description(setup, spw) for spw in eb.spws)),
        Table("ConfigDescription", tuple(_configuration(n, c) for n, c in enumerate(setup.configurations))),
        Table("CorrelatorMode", _correlator_modes(setup)),
        Table("SquareLawDetector", _detectors(setup)),
        Table("AlmaRadiometer", _radiometers(setup)),
        Table("Processor", tuple(_processor(setup, n) for n in range(len(setup.modes)))),
        Table("SwitchCycle", (_switch_cycle(),)),
    )


def full_resolution_twin(spw: SpectralWindow, spws: Sequence[SpectralWindow]) -> SpectralWindow | None:
    """Return the window from which this one was averaged, or its average, or None.

    Parameters
    ----------
    spw : SpectralWindow
        A window.
    spws : sequence of SpectralWindow
        All windows.
    """
    here, there = ("CH_AVG", "FULL_RES") if spw.is_channel_average else ("FULL_RES", "CH_AVG")
    wanted = spw.name.replace(here, there)
    twins = [w for w in spws if w.name == wanted and w.id != spw.id and w.name != spw.name]
    return min(twins, key=lambda w: abs(w.id - spw.id), default=None)


def _window(spw: SpectralWindow, spws: Sequence[SpectralWindow]) -> Row:
    twin = full_resolution_twin(spw, spws)
    return {
        "spectralWindowId": tag("SpectralWindow", spw.id),
        "basebandName": name(f"BB_{spw.baseband}" if spw.baseband else "NOBB"),
        "netSideband": name(spw.sideband),
        "numChan": integer(spw.n_channels),
        "refFreq": real(spw.ref_frequency_hz),
        "sidebandProcessingMode": name("NONE"),
        "totBandwidth": real(spw.bandwidth_hz),
        "windowFunction": name(spw.window_function),
        "chanFreqStart": real(spw.first_channel_hz),
        "chanFreqStep": real(spw.channel_step_hz),
        "chanWidth": real(spw.channel_width_hz),
        "effectiveBw": real(spw.effective_bandwidth_hz),
        "measFreqRef": name("TOPO"),
        "name": text(spw.name),
        "quantization": truth(True),
        "refChan": real(0.0),
        "resolution": real(spw.resolution_hz),
        "numAssocValues": integer(0 if twin is None else 1),
        "assocNature": names(() if twin is None else (_nature(twin),)),
        "assocSpectralWindowId": tags("SpectralWindow", () if twin is None else (twin.id,)),
    }


def _nature(spw: SpectralWindow) -> str:
    return "CHANNEL_AVERAGE" if spw.is_channel_average else "FULL_RESOLUTION"


def _polarization(number: int, correlations: tuple[str, ...]) -> Row:
    feeds = [feed for correlation in correlations for feed in RECEPTORS[correlation]]
    return {
        "polarizationId": tag("Polarization", number),
        "numCorr": integer(len(correlations)),
        "corrType": names(correlations),
        "corrProduct": names(feeds, (len(correlations), 2)),
    }


def _data_description(setup: Setup, spw: SpectralWindow) -> Row:
    return {
        "dataDescriptionId": tag("DataDescription", spw.id),
        "polOrHoloId": tag("Polarization", setup.polarization_id(spw)),
        "spectralWindowId": tag("SpectralWindow", spw.id),
    }


def _configuration(number: int, configuration: Configuration) -> Row:
    antennas, windows = configuration.antenna_ids, configuration.spw_ids
    is_correlator = configuration.processor == "CORRELATOR"
    return {
        "configDescriptionId": tag("ConfigDescription", number),
        "numAntenna": integer(len(antennas)),
        "numDataDescription": integer(len(windows)),
        "numFeed": integer(1),
        "correlationMode": name("CROSS_AND_AUTO" if is_correlator else "AUTO_ONLY"),
        "numAtmPhaseCorrection": integer(1),
        "atmPhaseCorrection": names(("AP_UNCORRECTED",)),
        "processorType": name(configuration.processor),
        "spectralType": name(configuration.spectral_type),
        "antennaId": tags("Antenna", antennas),
        "feedId": integers([0] * len(antennas)),
        "switchCycleId": tags("SwitchCycle", [0] * len(windows)),
        "dataDescriptionId": tags("DataDescription", windows),
        "processorId": tag("Processor", configuration.processor_id),
    }


def _processor(setup: Setup, number: int) -> Row:
    mode = setup.modes[number]
    kind, sub_type = _processor_kind(setup, mode)
    same = [n for n, m in enumerate(setup.modes) if _processor_kind(setup, m)[0] == kind]
    return {
        "processorId": tag("Processor", number),
        "modeId": tag(kind, same.index(number)),
        "processorType": name(mode.processor),
        "processorSubType": name(sub_type),
    }


def _processor_kind(setup: Setup, mode: Configuration) -> tuple[str, str]:
    if mode.processor == "CORRELATOR":
        return "CorrelatorMode", "ALMA_CORRELATOR_MODE"
    if any("SQLD" in setup.eb.spws[i].name for i in mode.spw_ids):
        return "SquareLawDetector", "SQUARE_LAW_DETECTOR"
    return "AlmaRadiometer", "ALMA_RADIOMETER"


def _modes_of(setup: Setup, kind: str) -> list[Configuration]:
    return [mode for mode in setup.modes if _processor_kind(setup, mode)[0] == kind]


def _correlator_modes(setup: Setup) -> tuple[Row, ...]:
    return tuple(_correlator_mode(setup, n, mode=mode) for n, mode in enumerate(_modes_of(setup, "CorrelatorMode")))


def _correlator_mode(setup: Setup, number: int, *, mode: Configuration) -> Row:
    windows = [setup.eb.spws[i] for i in mode.spw_ids]
    basebands = tuple(dict.fromkeys(w.baseband for w in windows))
    wide = "FILTER_TDM" if all(w.is_tdm or w.is_channel_average for w in windows) else "FILTER_TFB"
    axes = ("BAB", "SPW", "BIN", "APC", "SPP", "POL")
    return {
        "correlatorModeId": tag("CorrelatorMode", number),
        "numBaseband": integer(len(basebands)),
        "basebandNames": names(f"BB_{b}" for b in basebands),
        "basebandConfig": integers([0] * len(basebands)),
        "accumMode": name("NORMAL"),
        "binMode": integer(1),
        "numAxes": integer(len(axes)),
        "axesOrderArray": names(axes),
        "filterMode": names([wide] * len(basebands)),
        "correlatorName": name(setup.eb.correlator),
    }


def _detectors(setup: Setup) -> tuple[Row, ...]:
    return tuple(
        {
            "squareLawDetectorId": tag("SquareLawDetector", n),
            "numBand": integer(len(mode.spw_ids)),
            "bandType": name("BASEBAND"),
        }
        for n, mode in enumerate(_modes_of(setup, "SquareLawDetector"))
    )


def _radiometers(setup: Setup) -> tuple[Row, ...]:
    return tuple(
        {
            "almaRadiometerId": tag("AlmaRadiometer", n),
            "numAntenna": integer(len(mode.antenna_ids)),
            "spectralWindowId": tags("SpectralWindow", mode.spw_ids),
        }
        for n, mode in enumerate(_modes_of(setup, "AlmaRadiometer"))
    )


def _switch_cycle() -> Row:
    return {
        "switchCycleId": tag("SwitchCycle", 0),
        "numStep": integer(1),
        "weightArray": singles([1.0]),
        "dirOffsetArray": reals([[0.0, 0.0]]),
        "freqOffsetArray": reals([0.0]),
        "stepDurationArray": longs([0]),
    }
