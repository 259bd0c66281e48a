"""Reads the truth of a simulation and evaluates it.

``truth.json`` holds, in MJD seconds UTC, m, Hz, K, Jy, rad:

- ``uid``, ``asdm``, ``seed``, ``start_mjd_s``, ``scenario`` (all settings, in those units);
- ``topo_over_lsrk``: frequency at the observatory over that in LSRK: ``sources`` by key, and ``windows``, by which the
  spectral windows were moved (1 when they are not set for a source); all frequencies here are the observatory's;
- ``antennas``: name, pad, diameter, recorded position, ``true_minus_recorded_m`` (ITRF);
- ``spws``: the facts of each correlator window, its zenith opacity and ``noise_per_second``, the rms of real and of
  imaginary part of a correlation coefficient in one second of integration (it falls with the root of time);
- ``sources``: components (direction, shape, size, power law, lines or a table of fluxes) and ``flux_jy``, the total
  flux per science window at its mean frequency;
- ``fields``, ``scans`` (kind, source key, times, airmass, rms of the water path over baselines);
- ``instrument``: the arrays of `almared.simulate.world.instrument.Instrument`.

``truth.npz`` holds ``bandpass_<spw>`` (antenna, channel, receptor), ``tau_<spw>`` (channel), and per scan
``times_<scan>``, ``water_<scan>`` and ``position_<scan>`` (slant path above the mean, and path of the position
errors, m; time, antenna), ``gains_<scan>`` (time, antenna, receptor), ``tsys_<scan>_<spw>`` (antenna, channel,
receptor; above the atmosphere, as ALMA records it).

A raw correlation coefficient is

    r_ij = S sqrt(K_i K_j / (Tsys_i Tsys_j)) g_i b_i conj(g_j b_j) exp(-2 pi i (L_i - L_j) nu / c) + noise

with the source's visibility S (Jy), K the dish's kelvin per jansky, g the gains, b the bandpasses, L the paths.
Tsys holds the opacity and the loss of the antenna, so that calibrated amplitudes are those above the atmosphere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from almared.errors import InputError
from almared.model import SpectralWindow, SpwRole
from almared.simulate.scenario.models import FaultPart, InstrumentPart
from almared.simulate.world.instrument import Instrument
from almared.simulate.world.sky import SkyComponent, SkySource, SpectralLine

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]


@dataclass(frozen=True)
class Truth:
    """The truth of one simulation.

    Parameters
    ----------
    tree : mapping
        Contents of ``truth.json``.
    arrays : mapping of str to ndarray
        Contents of ``truth.npz``.
    """

    tree: Mapping[str, Any]
    arrays: Mapping[str, NDArray[Any]]

    @property
    def antenna_names(self) -> tuple[str, ...]:
        """Names in order of id."""
        return tuple(antenna["name"] for antenna in self.tree["antennas"])

    @property
    def science_spws(self) -> tuple[int, ...]:
        """Ids of the science windows in the raw MS."""
        return tuple(spw["id"] for spw in self.tree["spws"] if spw["role"] == str(SpwRole.SCIENCE))

    @cached_property
    def instrument(self) -> Instrument:
        """The antennas' true properties."""
        settings = self.tree["scenario"]
        arrays = {key: np.array(value) for key, value in self.tree["instrument"].items()}
        return Instrument(
            part=InstrumentPart.model_construct(**settings["instrument"]),
            antenna_names=self.antenna_names,
            start_mjd_s=self.tree["start_mjd_s"],
            faults=tuple(FaultPart.model_construct(**fault) for fault in settings["fault"]),
            **arrays,
        )

    def spw(self, spw_id: int) -> SpectralWindow:
        """Return a spectral window of the raw MS."""
        facts = next(spw for spw in self.tree["spws"] if spw["id"] == spw_id)
        names = {field.name for field in fields(SpectralWindow)}
        kept = {key: value for key, value in facts.items() if key in names}
        return SpectralWindow(**kept | {"role": SpwRole(facts["role"]), "correlations": tuple(facts["correlations"])})

    def source(self, name: str) -> SkySource:
        """Return a source by its name or its key in the scenario.

        Raises
        ------
        InputError
            There is no such source.
        """
        for facts in self.tree["sources"]:
            if name in (facts["name"], facts["key"]):
                return SkySource(facts["name"], tuple(_component(c) for c in facts["components"]))
        raise InputError(f"the simulation has no source {name!r}", where="truth.json")

    def flux(self, name: str, spw_id: int) -> float:
        """Return the total flux density (Jy) of a source at the mean frequency of a window."""
        return float(self.source(name).flux(np.array([self.spw(spw_id).mean_frequency_hz]))[0])

    def visibilities(
        self, name: str, *, frequency_hz: FloatArray, uvw_m: FloatArray, field_id: int | None = None
    ) -> ComplexArray:
        """Return calibrated visibilities of a source.

        Parameters
        ----------
        name : str
            Source.
        frequency_hz : ndarray of float, Hz, shape (frequency,)
            Channels.
        uvw_m : ndarray of float, m, shape (time, baseline_id, 3)
            As in the MS; all baselines of the array in the order of the ASDM.
        field_id : int, optional
            The pointing; the source's own centre by default.
        """
        diameters = np.array([antenna["diameter_m"] for antenna in self.tree["antennas"]])
        source = self.source(name)
        centre = source.components[0].direction_rad
        if field_id is not None:
            ra, dec = self.tree["fields"][field_id]["direction_rad"]
            centre = (ra, dec)
        return np.asarray(source.visibilities(frequency_hz, uvw_m, centre=centre, diameters_m=diameters), dtype=complex)

    def bandpass(self, antenna: str, spw_id: int) -> ComplexArray:
        """Return the true bandpass of an antenna, residual delay included, shape (frequency, receptor)."""
        return np.asarray(self.arrays[f"bandpass_{spw_id}"][self.antenna_names.index(antenna)], dtype=complex)

    def tsys(self, scan: int, spw_id: int) -> FloatArray:
        """Return the true system temperatures (K) of a scan, shape (antenna_name, frequency, receptor)."""
        return np.asarray(self.arrays[f"tsys_{scan}_{spw_id}"], dtype=float)

    def times(self, scan: int) -> FloatArray:
        """Return the middles of the integrations of a scan (MJD seconds UTC)."""
        return np.asarray(self.arrays[f"times_{scan}"])

    def water_path(self, scan: int) -> FloatArray:
        """Return the extra slant path of the water (m), shape (time, antenna_name)."""
        return np.asarray(self.arrays[f"water_{scan}"])

    def position_path(self, scan: int) -> FloatArray:
        """Return the extra path of the position errors (m), shape (time, antenna_name)."""
        return np.asarray(self.arrays[f"position_{scan}"])

    def position_error(self, antenna: str) -> FloatArray:
        """Return true minus recorded position (m, ITRF)."""
        return np.array(self.tree["antennas"][self.antenna_names.index(antenna)]["true_minus_recorded_m"])

    def coefficient_noise(self, spw_id: int, integration_s: float) -> float:
        """Return the rms of each part of a raw coefficient in an integration."""
        facts = next(spw for spw in self.tree["spws"] if spw["id"] == spw_id)
        return float(facts["noise_per_second"] / np.sqrt(integration_s))

    def scans(self, kind: str) -> tuple[int, ...]:
        """Return the numbers of the scans of a kind (``bandpass``, ``phase``, ``target`` ...)."""
        return tuple(scan["number"] for scan in self.tree["scans"] if scan["kind"] == kind)


def read_truth(path: str | Path) -> Truth:
    """Return the truth of a simulation.

    Parameters
    ----------
    path : str or Path
        ``truth.json``, or the directory that holds it.

    Raises
    ------
    InputError
        There is no truth, or this version cannot read it.
    """
    place = Path(path)
    file = place / "truth.json" if place.is_dir() else place
    try:
        tree = json.loads(file.read_text())
        with np.load(file.with_suffix(".npz")) as stored:
            arrays = {key: stored[key] for key in stored.files}
    except (OSError, ValueError) as error:
        raise InputError(f"the truth cannot be read: {error}", where=str(file)) from error
    if tree.get("format") != 1:
        raise InputError("the truth has another format", where=str(file), repair="simulate again")
    return Truth(tree, arrays)


def _component(facts: Mapping[str, Any]) -> SkyComponent:
    lines = tuple(SpectralLine(**line) for line in facts["lines"])
    table = tuple(np.array(column) for column in facts["table"])
    ra, dec = facts["direction_rad"]
    plain = {key: facts[key] for key in ("shape", "size_rad", "flux_jy", "reference_hz", "alpha")}
    return SkyComponent(direction_rad=(ra, dec), lines=lines, table=table, **plain)
