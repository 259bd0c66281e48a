"""Measures with a chosen orientation of the Earth: small tables of casacore, as CASA reads them."""

from __future__ import annotations

import tarfile
from pathlib import Path

import numpy as np
from casacore.tables import makescacoldesc, maketabdesc, table

FIRST = 60000
"""Day on which they begin; those of CASA begin in 1962."""

ORIENTATION = ("MJD", "x", "Dx", "y", "Dy", "dUT1", "DdUT1", "LOD", "DLOD")
NUTATION = {"IERSeop97": ("dPsi", "DdPsi", "dEps", "DdEps"), "IERSeop2000": ("dX", "DdX", "dY", "DdY")}
LEAP_S = 37.0


def write_measures(
    place: Path, *, final: int, last: int, first: int = FIRST, ut1_s: float = 0.05, miss_s: float = 0.0
) -> Path:
    """Write measures whose orientation is final until a day (MJD) and predicted until another.

    UT1-UTC is `ut1_s` throughout; the predictions are wrong by `miss_s` where final values are known.
    """
    for name in ("IERSeop97", "IERSeop2000"):
        _write_orientation(place / "geodetic" / name, np.arange(first, final + 1), np.full(final + 1 - first, ut1_s))
    days = np.arange(final - 300, last + 1)
    values = np.where(days <= final, ut1_s + miss_s, ut1_s)
    _write_orientation(place / "geodetic" / "IERSpredict", days, values)
    count = np.arange(LEAP_S)
    leaps = {
        "MJD": 57754.0 - 550.0 * (LEAP_S - 1 - count),
        "dUTC": count + 1.0,
        "Offset": 0 * count,
        "Multiplier": 0 * count,
    }
    _write(place / "geodetic" / "TAI_UTC", leaps, step=0.0)
    return place


def _write_orientation(path: Path, days: np.ndarray, ut1_s: np.ndarray) -> None:
    columns = {name: np.zeros(days.size) for name in (*ORIENTATION, *NUTATION.get(path.name, NUTATION["IERSeop97"]))}
    _write(path, columns | {"MJD": days.astype(float), "dUT1": ut1_s, "x": np.full(days.size, 0.1)}, step=1.0)


def _write(path: Path, columns: dict[str, np.ndarray], *, step: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    n_rows = len(next(iter(columns.values())))
    with table(str(path), maketabdesc([makescacoldesc(n, 0.0) for n in columns]), nrow=n_rows, ack=False) as rows:
        rows.putinfo({"type": "IERS", "subType": "test", "readme": ""})
        for name, values in columns.items():
            rows.putcol(name, values)
        made = {"VS_CREATE": "2026/11/30/10:00", "VS_DATE": "2026/11/30/10:00", "VS_VERSION": "0001.0001"}
        made |= {"VS_TYPE": f"{path.name} of a test", "TAB_VERSION": "0002.0000"}
        for key, text in made.items():
            rows.putkeyword(key, text)
        rows.putkeyword("MJD0", float(columns["MJD"][0]) - step)
        rows.putkeyword("dMJD", step)


def write_tarball(measures: Path, path: Path, *, begin: str = "") -> Path:
    """Pack measures as their server does, gzip-compressed; `begin` is a folder around them."""
    with tarfile.open(path, "w:gz") as archive:
        for folder in sorted(measures.iterdir()):
            archive.add(folder, arcname=f"{begin}{folder.name}")
    return path
