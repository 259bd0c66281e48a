"""Rows of the tables about the execution: its schedule."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

from almared.formats.asdm.write.bdf_layout import to_ns
from almared.formats.asdm.write.cells import (
    Row,
    entity,
    integer,
    integers,
    long,
    moment,
    name,
    names,
    real,
    reals,
    single,
    tag,
    tags,
    text,
    texts,
    truth,
    truths,
)
from almared.formats.asdm.write.tables import Table
from almared.model import DataBlock, ExecutionBlock, Intent, OnlineFlag, Scan, Subscan, SubscanIntent
from almared.simulate.asdm.array import receiver_band
from almared.simulate.asdm.setup import Setup, antennas_of_block
from almared.simulate.asdm.sky import SITE_HEIGHT_M, SITE_LATITUDE_RAD, SITE_LONGITUDE_RAD

STATES = (
    (SubscanIntent.AMBIENT, "AMBIENT_LOAD", False),
    (SubscanIntent.HOT, "HOT_LOAD", False),
    (SubscanIntent.OFF_SOURCE, "NONE", True),
    (SubscanIntent.ON_SOURCE, "NONE", True),
)
"""Subscan intent, device in the beam and whether the sky is seen. CASA keeps SIG and REF of the last one only."""


def execution_tables(setup: Setup, mous_uid: str) -> tuple[Table, ...]:
    """Return the tables of the schedule.

    Parameters
    ----------
    setup : Setup
        The identifiers of the execution block.
    mous_uid : str
        MOUS it belongs to.

    Raises
    ------
    ScenarioError
        A block has no unique id.
    """
    eb = setup.eb
    return (
        Table("Main", tuple(_main(setup))),
        Table("ExecBlock", (_exec_block(eb, mous_uid),)),
        Table("SBSummary", (_summary(eb),)),
        Table("Scan", tuple(_scan(eb, scan) for scan in eb.scans)),
        Table("Subscan", tuple(_subscan(eb, scan, sub=sub) for scan in eb.scans for sub in scan.subscans)),
        Table("State", tuple(_state(number) for number in range(len(STATES)))),
        Table("Flag", tuple(_flags(eb))),
    )


def _main(setup: Setup) -> Iterator[Row]:
    for scan in setup.eb.scans:
        for sub in scan.subscans:
            for block in sub.blocks:
                yield _main_row(setup, block, place=(scan.number, sub))


def _main_row(setup: Setup, block: DataBlock, *, place: tuple[int, Subscan]) -> Row:
    scan_number, sub = place
    length = block.n_integrations * to_ns(block.integration_s)
    antennas = antennas_of_block(setup.eb.antennas, block)
    return {
        "time": long(to_ns(sub.start_mjd_s) + length // 2),
        "configDescriptionId": tag("ConfigDescription", setup.configuration_id(block)),
        "fieldId": tag("Field", sub.field_id),
        "numAntenna": integer(len(antennas)),
        "timeSampling": name("INTEGRATION"),
        "interval": long(length),
        "numIntegration": integer(block.n_integrations),
        "scanNumber": integer(scan_number),
        "subscanNumber": integer(sub.number),
        "dataSize": long(block.data_size),
        "dataUID": entity(block.data_uid, "Main"),
        "stateId": tags("State", [_state_id(sub)] * len(antennas)),
        "execBlockId": tag("ExecBlock", 0),
    }


def _state_id(sub: Subscan) -> int:
    found = [number for number, (intent, _, _) in enumerate(STATES) if intent == sub.intent]
    return found[0] if found else len(STATES) - 1


def _exec_block(eb: ExecutionBlock, mous_uid: str) -> Row:
    lengths = [math.dist(a.position_m, b.position_m) for a, b in combinations(eb.antennas, 2)] or [0.0]
    rms = math.sqrt(sum(x * x for x in lengths) / len(lengths))
    return {
        "execBlockId": tag("ExecBlock", 0),
        "startTime": moment(eb.start_mjd_s),
        "endTime": moment(eb.end_mjd_s),
        "execBlockNum": integer(1),
        "execBlockUID": entity(eb.uid, "ExecBlock"),
        "projectUID": entity(eb.project_uid, "ObsProject"),
        "configName": text(eb.array_name),
        "telescopeName": text(eb.telescope),
        "observerName": text(eb.observer),
        "numObservingLog": integer(1),
        "observingLog": texts(("simulated by almared",)),
        "sessionReference": entity(mous_uid, "OUSStatus"),
        "baseRangeMin": real(min(lengths)),
        "baseRangeMax": real(max(lengths)),
        "baseRmsMinor": real(rms),
        "baseRmsMajor": real(rms),
        "basePa": real(0.0),
        "aborted": truth(False),
        "numAntenna": integer(len(eb.antennas)),
        "antennaId": tags("Antenna", [a.id for a in eb.antennas]),
        "sBSummaryId": tag("SBSummary", 0),
        "siteAltitude": real(SITE_HEIGHT_M),
        "siteLongitude": real(SITE_LONGITUDE_RAD),
        "siteLatitude": real(SITE_LATITUDE_RAD),
        "arrayName": text(eb.array_name),
    }


def _summary(eb: ExecutionBlock) -> Row:
    targets = eb.field_ids_with(Intent.TARGET) or tuple(f.id for f in eb.fields)
    target = eb.fields[targets[0]]
    used = {i for s in eb.scans_with(Intent.TARGET) or eb.scans for i in s.spw_ids}
    windows = [w for w in eb.spws if w.id in used and w.n_channels > 1 and w.processor == "CORRELATOR"] or [eb.spws[0]]
    frequency_ghz = windows[0].mean_frequency_hz / 1e9
    goals = (f"representativeFrequency = {frequency_ghz:.6f} GHz", f"representativeSource = {_plain(target.name)}")
    return {
        "sBSummaryId": tag("SBSummary", 0),
        "sbSummaryUID": entity(eb.sb_uid, "SchedBlock"),
        "projectUID": entity(eb.project_uid, "ObsProject"),
        "obsUnitSetUID": entity(eb.project_uid, "ObsUnitSet"),
        "frequency": real(frequency_ghz),
        "frequencyBand": name(receiver_band(windows[0])),
        "sbType": name("OBSERVER"),
        "sbDuration": long(to_ns(eb.end_mjd_s - eb.start_mjd_s)),
        "numObservingMode": integer(1),
        "observingMode": texts(("Standard Interferometry",)),
        "numberRepeats": integer(1),
        "numScienceGoal": integer(len(goals)),
        "scienceGoal": texts(goals),
        "numWeatherConstraint": integer(1),
        "weatherConstraint": texts(("maxPWVC = 5.0 mm",)),
        "centerDirection": reals(target.direction_rad),
        "centerDirectionCode": name("ICRS"),
    }


def _plain(value: str) -> str:
    return value.replace('"', "'")


def _scan(eb: ExecutionBlock, scan: Scan) -> Row:
    fields = [eb.fields[i].name for i in scan.field_ids]
    count = len(scan.intents)
    return {
        "execBlockId": tag("ExecBlock", 0),
        "scanNumber": integer(scan.number),
        "startTime": moment(scan.start_mjd_s),
        "endTime": moment(scan.end_mjd_s),
        "numIntent": integer(count),
        "numSubscan": integer(len(scan.subscans)),
        "scanIntent": names(scan.intents),
        "calDataType": names(_cal_data_type(intent) for intent in scan.intents),
        "calibrationOnLine": truths([intent != Intent.TARGET for intent in scan.intents]),
        "numField": integer(len(fields)),
        "fieldName": texts(_plain(f) for f in fields),
        "sourceName": text(fields[0]),
    }


def _cal_data_type(intent: str) -> str:
    special = {Intent.WVR: "WVR", Intent.ATMOSPHERE: "TOTAL_POWER", Intent.TARGET: "NONE"}
    return special.get(Intent(intent), "CHANNEL_AVERAGE_CROSS") if intent in list(Intent) else "NONE"


def _subscan(eb: ExecutionBlock, scan: Scan, *, sub: Subscan) -> Row:
    count = max((b.n_integrations for b in sub.blocks if b.processor == "CORRELATOR"), default=1)
    return {
        "execBlockId": tag("ExecBlock", 0),
        "scanNumber": integer(scan.number),
        "subscanNumber": integer(sub.number),
        "startTime": moment(sub.start_mjd_s),
        "endTime": moment(sub.end_mjd_s),
        "fieldName": text(eb.fields[sub.field_id].name),
        "subscanIntent": name(sub.intent),
        "numIntegration": integer(count),
        "numSubintegration": integers([0] * count),
        "subscanMode": name("NO_SWITCHING"),
    }


def _state(number: int) -> Row:
    intent, device, sees_sky = STATES[number]
    return {
        "stateId": tag("State", number),
        "calDeviceName": name(device),
        "sig": truth(intent is not SubscanIntent.OFF_SOURCE),
        "ref": truth(intent is SubscanIntent.OFF_SOURCE),
        "onSky": truth(sees_sky),
        "weight": single(1.0),
    }


def _flags(eb: ExecutionBlock) -> Iterator[Row]:
    """One antenna per row: only then does CASA's command cover the autocorrelations (asdm-facts 7)."""
    ids = {a.name: a.id for a in eb.antennas}
    number = 0
    for flag in eb.online_flags:
        for antenna in flag.antenna_names or tuple(ids):
            yield _flag(number, flag, antenna_id=ids[antenna])
            number += 1


def _flag(number: int, flag: OnlineFlag, *, antenna_id: int) -> Row:
    return {
        "flagId": tag("Flag", number),
        "startTime": moment(flag.start_mjd_s),
        "endTime": moment(flag.end_mjd_s),
        "reason": text(flag.reason),
        "numAntenna": integer(1),
        "antennaId": tags("Antenna", [antenna_id]),
    }
