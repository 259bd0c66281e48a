"""Scan and subscan intents of ALMA, as ASDM and MeasurementSet name them."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What a scan was observed for (enumeration ScanIntent of the ASDM)."""

    POINTING = "CALIBRATE_POINTING"
    FOCUS = "CALIBRATE_FOCUS"
    DELAY = "CALIBRATE_DELAY"
    ATMOSPHERE = "CALIBRATE_ATMOSPHERE"
    SIDEBAND_RATIO = "CALIBRATE_SIDEBAND_RATIO"
    WVR = "CALIBRATE_WVR"
    BANDPASS = "CALIBRATE_BANDPASS"
    FLUX = "CALIBRATE_FLUX"
    AMPLI = "CALIBRATE_AMPLI"
    PHASE = "CALIBRATE_PHASE"
    POLARIZATION = "CALIBRATE_POLARIZATION"
    DIFFGAIN = "CALIBRATE_DIFFGAIN"
    TARGET = "OBSERVE_TARGET"
    CHECK = "OBSERVE_CHECK_SOURCE"
    UNSPECIFIED = "UNSPECIFIED"


class SubscanIntent(StrEnum):
    """What one subscan looked at (enumeration SubscanIntent of the ASDM, the usual ones)."""

    ON_SOURCE = "ON_SOURCE"
    OFF_SOURCE = "OFF_SOURCE"
    AMBIENT = "AMBIENT"
    HOT = "HOT"
    REFERENCE = "REFERENCE"
    SIGNAL = "SIGNAL"
    MIXED = "MIXED"
    UNSPECIFIED = "UNSPECIFIED"
