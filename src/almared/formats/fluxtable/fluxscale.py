"""Results of fluxscale: from its return value, kept as JSON, or from its log (domain B.2)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from almared.errors import InputError

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?nan|[-+]?inf"
FLUX_LINE = re.compile(
    r"Flux density for (?P<source>.+?) in SpW=\s*(?P<spw>\d+)"
    r"(?:\s*\(ref SpW=\s*\d+\))?"
    rf"(?:\s*\(freq=\s*(?P<frequency>{NUMBER})\s*Hz\))?"
    rf"\s*is:\s*(?:(?P<none>INSUFFICIENT DATA)|(?P<flux>{NUMBER})\s*\+/-\s*(?P<error>{NUMBER}))"
    rf"(?:\s*\(SNR\s*=\s*(?:{NUMBER})(?:,\s*N\s*=\s*(?P<count>\d+))?\))?"
)
ANY_FLUX = re.compile(r"Flux density for .+ in SpW=")
REFERENCE_LINE = re.compile(r"Found reference field\(s\):\s*(?P<names>.+?)\s*$", re.MULTILINE)
FIT_LINE = re.compile(
    r"Fitted spectrum for (?P<source>.+?) with fitorder=\d+: Flux density = "
    rf"(?P<flux>{NUMBER})\s*\+/-\s*(?P<error>{NUMBER})\s*\(freq=\s*(?P<frequency>{NUMBER})\s*GHz\)\s*spidx"
    rf"(?::\s*a_1 \(spectral index\)\s*)?=\s*(?P<index>{NUMBER})"
)


@dataclass(frozen=True, slots=True)
class MeasuredFlux:
    """The flux density of one source in one window.

    Parameters
    ----------
    source : str
        Its name.
    spw_id : int
        Window of the MS that was solved.
    frequency_hz : float or None, Hz
        Frequency of the flux density; missing in old logs.
    flux_jy : float, Jy
        The flux density.
    error_jy : float, Jy
        Its error: scatter of the antennas over the square root of their number; 0 for a single solution.
    n_solutions : int or None
        Number of solutions behind it; missing in old logs.
    """

    source: str
    spw_id: int
    frequency_hz: float | None
    flux_jy: float
    error_jy: float
    n_solutions: int | None = None


@dataclass(frozen=True, slots=True)
class FittedSpectrum:
    """The power law that fluxscale fitted to the windows of a source.

    Parameters
    ----------
    source : str
        Its name.
    flux_jy : float, Jy
        At the reference frequency.
    reference_hz : float, Hz
        Reference frequency.
    spectral_index : float
        Slope of log flux over log frequency.
    """

    source: str
    flux_jy: float
    reference_hz: float
    spectral_index: float


@dataclass(frozen=True, slots=True)
class FluxScale:
    """All results of one run of fluxscale.

    Parameters
    ----------
    measured : tuple of MeasuredFlux
        In order of source and window.
    missing : tuple of (str, int)
        Sources and windows with too few data.
    fits : tuple of FittedSpectrum
        Fitted spectra.
    references : tuple of str
        Names of the calibrators of known flux; empty when unknown.
    origin : str
        The file.
    """

    measured: tuple[MeasuredFlux, ...]
    missing: tuple[tuple[str, int], ...] = ()
    fits: tuple[FittedSpectrum, ...] = ()
    references: tuple[str, ...] = ()
    origin: str = ""

    def of_source(self, name: str) -> tuple[MeasuredFlux, ...]:
        """Return the values of one source."""
        return tuple(value for value in self.measured if value.source == name)


def read_fluxscale(log: Path) -> FluxScale:
    """Return the results of fluxscale: from the JSON file next to its log if there is one, else from the log.

    Parameters
    ----------
    log : Path
        ``<ms>.split.fluxscale``.

    Raises
    ------
    InputError
        There is neither, or a line with a flux density cannot be understood.
    """
    values = log.with_name(f"{log.name}.json")
    path = values if values.is_file() else log
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as fault:
        raise InputError(
            f"it cannot be read ({fault.strerror})", where=str(path), repair="run the step of the gain calibration"
        ) from fault
    if path is log:
        return parse_log(text, origin=str(path))
    # Only the log names the reference source.
    references = _references(log.read_text(encoding="utf-8", errors="replace")) if log.is_file() else ()
    try:
        return parse_result(json.loads(text), origin=str(path), references=references)
    except (ValueError, LookupError, TypeError) as fault:
        raise InputError(
            f"not a result of fluxscale: {fault}", where=str(path), repair="remove it to read the log instead"
        ) from fault


def parse_result(result: Mapping[str, Any], *, origin: str = "", references: Sequence[str] = ()) -> FluxScale:
    """Return the values of the dictionary that fluxscale returned (domain B.2).

    Raises
    ------
    ValueError, KeyError, TypeError, IndexError
        It is not a result of fluxscale.
    """
    if not isinstance(result, Mapping):
        raise TypeError("no dictionary")
    measured: list[MeasuredFlux] = []
    missing: list[tuple[str, int]] = []
    fits: list[FittedSpectrum] = []
    frequencies = _frequencies(result)
    for entry in (result[key] for key in sorted((k for k in result if k.isdigit()), key=int)):
        name = str(entry["fieldName"])
        for spw in sorted(int(k) for k in entry if k.isdigit()):
            value = _measured(entry[str(spw)], name, spw=spw, frequency=frequencies.get(spw))
            if value is None:
                missing.append((name, spw))
            else:
                measured.append(value)
        fits += _fit_of(name, entry)
    return FluxScale(tuple(measured), tuple(missing), tuple(fits), tuple(references), origin)


def _frequencies(result: Mapping[str, Any]) -> dict[int, float]:
    pairs = zip(result.get("spwID", ()), result.get("freq", ()), strict=False)
    return {int(spw): float(frequency) for spw, frequency in pairs if float(frequency) > 0}


def _measured(entry: Mapping[str, Any], name: str, *, spw: int, frequency: float | None) -> MeasuredFlux | None:
    flux, error, count = (float(entry[key][0]) for key in ("fluxd", "fluxdErr", "numSol"))
    return _sound(MeasuredFlux(name, spw, frequency, flux, error, int(count))) if count > 0 else None


def _sound(value: MeasuredFlux) -> MeasuredFlux | None:
    """Return the value with a finite error; None when the flux itself is invalid."""
    if not math.isfinite(value.flux_jy):
        return None
    if math.isfinite(value.error_jy) and value.error_jy >= 0:
        return value
    return MeasuredFlux(value.source, value.spw_id, value.frequency_hz, value.flux_jy, 0.0, value.n_solutions)


def _fit_of(name: str, entry: Mapping[str, Any]) -> Iterator[FittedSpectrum]:
    reference = float(entry.get("fitRefFreq", 0.0))
    index = [float(term) for term in entry.get("spidx", ())]
    if reference > 0 and len(index) > 1:
        yield FittedSpectrum(name, float(entry["fitFluxd"]), reference, index[1])


def parse_log(text: str, *, origin: str = "") -> FluxScale:
    """Return the values of a log of fluxscale: any notation, with or without frequency; the last of several counts.

    Raises
    ------
    InputError
        A line with a flux density cannot be understood, or there is none at all.
    """
    measured: dict[tuple[str, int], MeasuredFlux | None] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        found = FLUX_LINE.search(line)
        if found:
            value = _of_match(found)
            measured[found["source"], int(found["spw"])] = value
        elif ANY_FLUX.search(line):
            raise InputError(
                f"cannot read this flux density: {line.strip()[:160]}",
                where=f"{origin}, line {number}",
                repair="correct the line",
            )
    if not measured:
        raise InputError("there is no flux density in it", where=origin, repair="is it the log of fluxscale?")
    return FluxScale(
        tuple(value for value in measured.values() if value is not None),
        tuple(key for key, value in measured.items() if value is None),
        tuple(_fits(text)),
        _references(text),
        origin,
    )


def _of_match(found: re.Match[str]) -> MeasuredFlux | None:
    if found["none"]:
        return None
    return _sound(
        MeasuredFlux(
            found["source"],
            int(found["spw"]),
            float(found["frequency"]) if found["frequency"] else None,
            float(found["flux"]),
            float(found["error"]),
            int(found["count"]) if found["count"] else None,
        )
    )


def _fits(text: str) -> Iterator[FittedSpectrum]:
    for found in FIT_LINE.finditer(text):
        yield FittedSpectrum(
            found["source"], float(found["flux"]), 1e9 * float(found["frequency"]), float(found["index"])
        )


def _references(text: str) -> tuple[str, ...]:
    found = REFERENCE_LINE.findall(text)
    return tuple(found[-1].split()) if found else ()
