"""Write the small tables that let planning do without CASA: opacity of the sky, Solar-System bodies.

    python tools/make_tables.py

Opacities come from the atmosphere tool of casatools, bodies from the tables of casadata that setjy reads.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from casacore.tables import table

from almared.engine.configure import casadata_path, configure_casa

DATA = Path(__file__).parents[1] / "src" / "almared" / "physics" / "data"
VERSION = 3
FIRST_HZ, LAST_HZ, STEP_HZ = 84.0e9, 950.0e9, 62.5e6
BLOCK = 2048
ALTITUDE_M, TEMPERATURE_K, PRESSURE_HPA, HUMIDITY = 5059.0, 270.0, 555.0, 20.0
BODIES = (
    "Callisto", "Ceres", "Europa", "Ganymede", "Io", "Juno", "Jupiter", "Mars", "Neptune", "Pallas", "Titan", "Uranus",
    "Venus", "Vesta",
)  # fmt: skip
EPHEMERIS_STEP_D = 2.0
"""Callisto and Titan circle their planets in 16 days, which changes their distances by up to 0.25 %."""

BRIGHTNESS_TOLERANCE = 1e-3
"""Relative error of a brightness that lies between two kept frequencies."""

TIME_VARIABLE = {"Mars": "Mars_Tb_time.dat"}
"""Bodies whose brightness is tabulated against time; ours is the mean over the years, good to some 5 %."""

FIRST_MJD, LAST_MJD = 55200.0, 62865.0


def quantity(value: float, unit: str) -> dict[str, object]:
    return {"value": float(value), "unit": unit}


def opacities() -> dict[str, np.ndarray]:
    """Zenith opacity, dry and per millimetre of water, on a regular grid."""
    with tempfile.TemporaryDirectory() as scratch:
        configure_casa(Path(scratch) / "casa.log")
        from casatools import atmosphere

        tool = atmosphere()
        tool.initAtmProfile(
            humidity=HUMIDITY,
            temperature=quantity(TEMPERATURE_K, "K"),
            altitude=quantity(ALTITUDE_M, "m"),
            pressure=quantity(PRESSURE_HPA, "mbar"),
            atmType=1,
        )
        count = round((LAST_HZ - FIRST_HZ) / STEP_HZ) + 1
        dry, wet = np.empty(count), np.empty(count)
        for start in range(0, count, BLOCK):
            dry[start : start + BLOCK], wet[start : start + BLOCK] = block(tool, start, min(BLOCK, count - start))
    grid = {"first_hz": np.float64(FIRST_HZ), "step_hz": np.float64(STEP_HZ), "version": np.int64(VERSION)}
    return {"dry": dry.astype(np.float32), "wet_per_mm": wet.astype(np.float32), **grid}


def block(tool: object, start: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Opacities of one block of channels."""
    centre = FIRST_HZ + (start + 0.5 * (count - 1)) * STEP_HZ
    step = quantity(STEP_HZ * 1e-9, "GHz")
    tool.initSpectralWindow(1, quantity(centre * 1e-9, "GHz"), quantity(count * STEP_HZ * 1e-9, "GHz"), step)
    tool.setUserWH2O(quantity(1.0, "mm"))
    places = FIRST_HZ + (start + np.arange(count)) * STEP_HZ
    values, unit = tool.getSpectralWindow(0)["value"], tool.getSpectralWindow(0)["unit"]
    found = np.asarray(values) * {"Hz": 1.0, "GHz": 1e9}[unit]
    dry = np.interp(places, found, np.asarray(tool.getDryOpacitySpec(0)[1]))
    wet = np.interp(places, found, np.asarray(tool.getWetOpacitySpec(0)[1]["value"]))
    return dry, wet


def bodies() -> dict[str, np.ndarray]:
    """Brightness temperatures, and apparent diameters over the years."""
    times = np.arange(FIRST_MJD, LAST_MJD, EPHEMERIS_STEP_D)
    made: dict[str, np.ndarray] = {"mjd": times, "version": np.int64(VERSION)}
    for name in BODIES:
        ghz, kelvin = brightness(name)
        inside = (ghz > 0.9 * FIRST_HZ * 1e-9) & (ghz < 1.1 * LAST_HZ * 1e-9)
        kept = thinned(ghz[inside], kelvin[inside])
        made[f"{name}_hz"] = (1e9 * ghz[inside][kept]).astype(np.float64)
        made[f"{name}_k"] = kelvin[inside][kept].astype(np.float32)
        made[f"{name}_diameter_rad"] = diameters(name, times).astype(np.float32)
    return made


def brightness(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Frequencies (GHz) and brightness temperatures (K) of a body."""
    models = casadata_path() / "alma" / "SolarSystemModels"
    if name not in TIME_VARIABLE:
        ghz, kelvin = np.loadtxt(models / f"{name}_Tb.dat", unpack=True, usecols=(0, 1))
        return ghz, kelvin
    head, *rows = (models / TIME_VARIABLE[name]).read_text(encoding="ascii").splitlines()
    ghz = np.array(head.split(), dtype=float)
    values = np.array([row.split()[-len(ghz) :] for row in rows if row.strip()], dtype=float)
    fine = np.linspace(ghz[0], ghz[-1], 512)
    return fine, np.interp(fine, ghz, values.mean(axis=0))


def thinned(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Indices of the points between which straight lines follow all others within the tolerance."""
    kept, pending = {0, len(x) - 1}, [(0, len(x) - 1)]
    while pending:
        first, last = pending.pop()
        between = np.arange(first + 1, last)
        if not between.size:
            continue
        error = np.abs(np.interp(x[between], x[[first, last]], y[[first, last]]) / y[between] - 1.0)
        worst = int(between[error.argmax()])
        if error.max() > BRIGHTNESS_TOLERANCE:
            kept.add(worst)
            pending += [(first, worst), (worst, last)]
    return np.array(sorted(kept))


def diameters(name: str, times: np.ndarray) -> np.ndarray:
    """Apparent diameter (rad), the geometric mean of equatorial and apparent polar.

    setjy takes the latitude of the disk, which is in degrees, for radians; here it is right. Of Uranus, the flattest,
    fluxes differ by up to 2.3 % for that.
    """
    mjd, rho, squared = [], [], []
    for path in sorted((casadata_path() / "ephemerides" / "JPL-Horizons").glob(f"{name}_*J2000.tab")):
        with table(str(path), ack=False) as rows:
            mjd.append(rows.getcol("MJD"))
            rho.append(rows.getcol("Rho"))
            latitude = rows.getcol("DiskLat") if "DiskLat" in rows.colnames() else 0.0 * mjd[-1]
            squared.append(squared_radius(rows.getkeyword("radii"), latitude))
    order = np.argsort(np.concatenate(mjd), kind="stable")
    known = np.concatenate(mjd)[order]
    distance_m = np.interp(times, known, np.concatenate(rho)[order]) * 1.495978707e11
    radius_m = np.sqrt(np.interp(times, known, np.concatenate(squared)[order]))
    return 2.0 * radius_m / distance_m


def squared_radius(radii: dict[str, object], latitude_deg: np.ndarray) -> np.ndarray:
    """Equatorial times apparent polar radius (m2); the files of different years have different radii of asteroids."""
    metres = np.asarray(radii["value"], dtype=float) * {"km": 1e3, "m": 1.0}[str(radii["unit"])]
    equatorial, polar = 0.5 * (metres[0] + metres[1]), metres[2]
    tilt = np.radians(np.where(latitude_deg < -90, 0.0, latitude_deg))
    return equatorial * np.hypot(equatorial * np.sin(tilt), polar * np.cos(tilt))


def main() -> None:
    DATA.mkdir(exist_ok=True)
    for name, content in (("atmosphere", opacities()), ("bodies", bodies())):
        path = DATA / f"{name}.npz"
        np.savez_compressed(path, **content)
        print(f"{path.name}: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
