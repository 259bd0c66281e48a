"""Averages that all items share: read in one pass over the MS, kept on disk for the other processes."""

from __future__ import annotations

import dataclasses
import fcntl
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from almared.basics.hashes import sha256_of
from almared.heuristics.calibration.calibrators import choose_flux_fields
from almared.heuristics.thresholds.report import SHORT_BASELINES
from almared.measure.averages import Averages, FieldAveraging, read_averages
from almared.measure.visibilities import choose_short_limit_m
from almared.model import ExecutionBlock, Intent

FLUX_BIN_S, BIN_S = 30.0, 60.0
"""Averages in time of flux calibrators and of all others (domain C.2)."""


def wanted_averages(eb: ExecutionBlock, uv_limit_m: float | None = None) -> dict[int, FieldAveraging]:
    """Return what is averaged of each field.

    Parameters
    ----------
    eb : ExecutionBlock
        The facts.
    uv_limit_m : float, m, optional
        Longest baseline of the targets' spectra; 30 m by default, more where no baseline is as short.
    """
    places = np.array([antenna.position_m for antenna in eb.antennas])
    lengths = np.linalg.norm(places[:, np.newaxis] - places, axis=-1)[np.triu_indices(len(places), 1)]
    limit = choose_short_limit_m(lengths, uv_limit_m or SHORT_BASELINES.value)
    flux = set(choose_flux_fields(eb).value)
    calibrators = set(
        eb.field_ids_with(Intent.BANDPASS, Intent.FLUX, Intent.AMPLI, Intent.PHASE, Intent.CHECK, Intent.DIFFGAIN)
    )
    wanted = {i: FieldAveraging(BIN_S, limit, is_target=True) for i in eb.field_ids_with(Intent.TARGET)}
    return wanted | {i: FieldAveraging(FLUX_BIN_S if i in flux else BIN_S) for i in calibrators}


def averages_of(ms: Path, wanted: Mapping[int, FieldAveraging], *, work: Path) -> tuple[Averages, ...]:
    """Return the averages of an MS: those kept in the working directory, made now where there are none.

    Parameters
    ----------
    ms : Path
        MeasurementSet.
    wanted : mapping of int to FieldAveraging
        Per field id what is averaged.
    work : Path
        Where they are kept; of several processes one makes them, and the others wait.
    """
    return _cached(ms, tuple(sorted(wanted.items())), work=work, fingerprint=_fingerprint(ms))


@lru_cache(maxsize=1)
def _cached(
    ms: Path, wanted: tuple[tuple[int, FieldAveraging], ...], *, work: Path, fingerprint: str
) -> tuple[Averages, ...]:
    told = json.dumps([str(ms.resolve()), fingerprint, [(i, dataclasses.astuple(w)) for i, w in wanted]])
    place = work / f"averages-{sha256_of(told)[:16]}.npz"
    work.mkdir(parents=True, exist_ok=True)
    with _locked(place.with_suffix(".lock")):
        if not place.exists():
            for old in work.glob("averages-*.npz"):
                old.unlink()
            _save(read_averages(ms, dict(wanted)), place)
    return _load(place)


def _fingerprint(ms: Path) -> str:
    """Return what changes whenever the main table is written to."""
    files = sorted(path for path in ms.glob("table.*") if path.name != "table.lock")
    return ",".join(f"{path.name}:{path.stat().st_size}:{path.stat().st_mtime_ns}" for path in files)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _save(averages: tuple[Averages, ...], place: Path) -> None:
    arrays: dict[str, Any] = {
        f"{number}.{field.name}": np.asarray(value)
        for number, one in enumerate(averages)
        for field in dataclasses.fields(one)
        if (value := getattr(one, field.name)) is not None
    }
    part = place.with_suffix(".part.npz")
    np.savez(part, n=np.asarray(len(averages)), **arrays)
    part.replace(place)


def _load(place: Path) -> tuple[Averages, ...]:
    with np.load(place) as stored:
        arrays = dict(stored)
    return tuple(_one(arrays, number) for number in range(int(arrays["n"])))


def _one(stored: Mapping[str, Any], number: int) -> Averages:
    values: dict[str, Any] = {
        field.name: stored.get(f"{number}.{field.name}") for field in dataclasses.fields(Averages)
    }
    plain = {name: values[name].item() for name in ("field_id", "spw_id", "limit_m")}
    return Averages(**values | plain | {"correlations": tuple(str(name) for name in values["correlations"])})
