"""Frozen facts about observations; nothing here reads, chooses or draws."""

from almared.model.antenna import Antenna, Vector
from almared.model.choice import Choice, Evidence
from almared.model.execution import ExecutionBlock
from almared.model.field import Field, Source, SourceFlux
from almared.model.finding import Finding, Severity, Suggestion
from almared.model.intents import Intent, SubscanIntent
from almared.model.records import OnlineFlag, TsysRecord, WaterVapour, Weather
from almared.model.roles import assign_roles
from almared.model.scan import DataBlock, Scan, Subscan
from almared.model.selection import ChannelRange, Selection
from almared.model.spectral import SpectralWindow, SpwRole

__all__ = [
    "Antenna",
    "ChannelRange",
    "Choice",
    "DataBlock",
    "Evidence",
    "ExecutionBlock",
    "Field",
    "Finding",
    "Intent",
    "OnlineFlag",
    "Scan",
    "Selection",
    "Severity",
    "Source",
    "SourceFlux",
    "SpectralWindow",
    "SpwRole",
    "Subscan",
    "SubscanIntent",
    "Suggestion",
    "TsysRecord",
    "Vector",
    "WaterVapour",
    "Weather",
    "assign_roles",
]
