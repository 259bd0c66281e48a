"""CASA's own importasdm, gencal, wvrgcal and flagcmd judge what the simulator's writers write."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from casacore.tables import table
from support import tiny_eb
from support.places import REAL

from almared.formats.asdm.write.bdf import CrossType, baseline_pairs
from almared.formats.asdm.write.tables import BINARY_FORM
from almared.formats.listobs import read_listobs
from almared.model import ExecutionBlock

pytestmark = pytest.mark.casa

ASIS = "Antenna Station Receiver Source CalAtmosphere CalWVR CorrelatorMode SBSummary"
CHILD = f"""
import json, os, sys
from pathlib import Path
os.chdir(sys.argv[1])
order = json.loads(sys.argv[2])
from almared.engine.configure import configure_casa
configure_casa(Path("casa.log").resolve())
from casatasks import flagcmd, gencal, importasdm, split, wvrgcal
importasdm(asdm=order["asdm"], vis="x.ms", asis="{ASIS}", bdfflags=True, process_caldevice=False,
           lazy=order["lazy"], convert_ephem2geo=order["geo"], verbose=True)
gencal(vis="x.ms", caltable="x.tsys", caltype="tsys")
found = wvrgcal(vis="x.ms", caltable="x.wvr", wvrspw=[0], spw=[5, 7], toffset=0)
flagcmd(vis="x.ms", inpmode="table", action="apply", flagbackup=False)
if order["lazy"]:  # only CASA has the storage manager that reads the visibilities in the ASDM
    split(vis="x.ms", outputvis="full.ms", datacolumn="data", keepflags=True)
json.dump({{"wvr": found["success"]}}, open("found.json", "w"))
"""


@dataclass(frozen=True)
class Imported:
    """An ASDM that was written and what CASA made of it."""

    directory: Path
    eb: ExecutionBlock
    lazy: bool

    @property
    def main(self) -> str:
        """The main table, of the copy where the import was lazy."""
        return str(self.directory / ("full.ms" if self.lazy else "x.ms"))

    @property
    def log(self) -> str:
        return (self.directory / "casa.log").read_text(errors="replace")

    def column(self, name: str, column: str) -> Any:
        with table(str(self.directory / "x.ms" / name), ack=False) as opened:
            return opened.getcol(column)

    def rows(self, name: str) -> int:
        with table(str(self.directory / "x.ms" / name), ack=False) as opened:
            return int(opened.nrows())


VARIANTS: dict[str, dict[str, Any]] = {
    "text": {"binary_tables": frozenset(), "cross_type": CrossType.INT16, "lazy": False},
    "little": {"binary_tables": BINARY_FORM, "cross_type": CrossType.INT32, "lazy": False},
    "big": {"binary_tables": BINARY_FORM, "cross_type": CrossType.FLOAT32, "lazy": True, "big_endian": True},
}


def run_child(directory: Path, asdm: str, *, lazy: bool) -> None:
    order = json.dumps({"asdm": asdm, "lazy": lazy, "geo": False})
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(directory), order], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


@pytest.fixture(scope="module", params=VARIANTS)
def imported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Imported:
    options = dict(VARIANTS[request.param])
    lazy, cross_type = options.pop("lazy"), options.pop("cross_type")
    directory = tmp_path_factory.mktemp(request.param)
    base = tiny_eb.execution_block()
    moving = replace(base, fields=(*base.fields[:2], replace(base.fields[2], is_ephemeris=True)))
    made = tiny_eb.contents(moving, ephemerides={2: tiny_eb.moving_positions()}, **options)
    eb = tiny_eb.write_asdm(directory / moving.name, made, cross_type=cross_type)
    run_child(directory, moving.name, lazy=lazy)
    return Imported(directory, eb, lazy)


def selection(scan: int, subscan: int, spw: int) -> str:
    return (
        f"DATA_DESC_ID=={spw} && SCAN_NUMBER=={scan} && "
        f"STATE_ID in [select rowid() from ::STATE where SUB_SCAN=={subscan}]"
    )


def test_every_row_of_every_table_arrives(imported: Imported) -> None:
    eb, spws = imported.eb, len(imported.eb.spws)
    blocks = [b for scan in eb.scans for sub in scan.subscans for b in sub.blocks]
    data = sum(
        b.n_integrations
        * len(b.spw_ids)
        * (b.n_antennas + (b.processor == "CORRELATOR") * len(baseline_pairs(b.n_antennas)))
        for b in blocks
    )
    with table(imported.main, ack=False) as main:
        assert main.nrows() == data
    sources = {(eb.fields[s.field_ids[0]].source_id, spw) for s in eb.scans for spw in s.spw_ids}
    expected = {
        "ANTENNA": len(eb.antennas),
        "FIELD": len(eb.fields),
        "SPECTRAL_WINDOW": spws,
        "DATA_DESCRIPTION": spws,
        "POLARIZATION": 2,
        "PROCESSOR": 2,
        "FEED": spws * len(eb.antennas),
        "SOURCE": len(sources),
        "SYSCAL": 2 * len(eb.antennas),
        "POINTING": 4 * len(eb.scans) * len(eb.antennas),
        "WEATHER": 3,
        "FLAG_CMD": 1,
        "ASDM_ANTENNA": len(eb.antennas),
        "ASDM_STATION": len(eb.antennas) + 1,
        "ASDM_RECEIVER": spws,
        "ASDM_SOURCE": len(sources),
        "ASDM_CALATMOSPHERE": 2 * len(eb.antennas),
        "ASDM_CALWVR": len(eb.pwv),
        "ASDM_CORRELATORMODE": 1,
        "ASDM_SBSUMMARY": 1,
    }
    assert {name: imported.rows(name) for name in expected} == expected


def test_importer_has_nothing_to_complain_about(imported: Imported) -> None:
    lines = [line for line in imported.log.splitlines() if "importasdm" in line]
    harmless = ("Leap second", "Until the table is updated", "times and coordinates derived")
    faults = [
        line for line in lines if any(w in line for w in ("WARN", "SEVERE", "xception", "ERROR")) and "asdm" in line
    ]
    assert [line for line in faults if not any(h in line for h in harmless)] == []


def test_visibilities_and_radiometer_values_are_exact(imported: Imported) -> None:
    with table(imported.main, ack=False) as main:
        for scan in imported.eb.scans:
            for sub in scan.subscans:
                compare_radiometer(main, imported.eb, scan.number, sub)
                for block in sub.blocks[1:]:
                    compare_correlator(main, imported.eb, scan.number, sub=sub, block=block)


def compare_radiometer(main: Any, eb: ExecutionBlock, scan: int, sub: Any) -> None:
    block = sub.blocks[0]
    with main.query(selection(scan, sub.number, 0), sortlist="TIME,ANTENNA1") as rows:
        found = rows.getcol("DATA")[:, :, 0].reshape(block.n_integrations, block.n_antennas, 4)
        assert np.array_equal(found.real, tiny_eb.sky_temperatures(block))
        assert not found.imag.any()
        assert rows.getcol("ANTENNA1")[:4].tolist() == [0, 1, 2, 4]  # no radiometer on the 7-m dish
        times = np.unique(rows.getcol("TIME"))
    expected = sub.start_mjd_s + (np.arange(block.n_integrations) + 0.5) * block.integration_s
    assert np.allclose(times, expected, rtol=0, atol=2e-6)


def compare_correlator(main: Any, eb: ExecutionBlock, scan: int, *, sub: Any, block: Any) -> None:
    pairs = {pair: n for n, pair in enumerate(baseline_pairs(block.n_antennas))}
    crosses, autos = tiny_eb.visibilities(block, eb, scan), tiny_eb.autos(block, eb)
    first = 0
    for spw in block.spw_ids:
        values = 2 * eb.spws[spw].n_channels
        with main.query(selection(scan, sub.number, spw)) as rows:
            data, times = rows.getcol("DATA"), rows.getcol("TIME")
            antennas = list(zip(rows.getcol("ANTENNA1"), rows.getcol("ANTENNA2"), strict=True))
        grid = np.unique(times)
        expected_times = sub.start_mjd_s + (np.arange(block.n_integrations) + 0.5) * block.integration_s
        assert np.allclose(grid, expected_times, rtol=0, atol=2e-6)
        for row, (i, j) in enumerate(antennas):
            t = int(np.searchsorted(grid, times[row]))
            truth = autos[t, i] if i == j else crosses[t, pairs[(i, j)]]
            assert np.array_equal(data[row], truth[first : first + values].reshape(-1, 2)), (scan, spw, row)
        first += values


def test_flags_of_the_binary_data_arrive(imported: Imported) -> None:
    sub = imported.eb.scans[1].subscans[0]
    start, step = sub.start_mjd_s, sub.blocks[1].integration_s
    with table(imported.main, ack=False) as main, main.query("SCAN_NUMBER==2 && DATA_DESC_ID==5") as rows:
        flags, times = rows.getcol("FLAG"), rows.getcol("TIME")
        second = np.abs(times - (start + 1.5 * step)) < 0.1
        pair = (rows.getcol("ANTENNA1") == 0) & (rows.getcol("ANTENNA2") == 1)
    assert flags[second & pair, :, 0].all()
    assert not flags[second & pair, :, 1].any()


def test_windows_match(imported: Imported) -> None:
    with table(str(imported.directory / "x.ms/SPECTRAL_WINDOW"), ack=False) as windows:
        for spw in imported.eb.spws:
            row = windows[spw.id]
            assert row["NAME"] == spw.name
            assert row["BBC_NO"] == spw.baseband
            assert row["NET_SIDEBAND"] == {"NOSB": 0, "LSB": 1, "USB": 2, "DSB": 3}[spw.sideband]
            assert np.array_equal(
                row["CHAN_FREQ"], spw.first_channel_hz + spw.channel_step_hz * np.arange(spw.n_channels)
            )
            assert np.all(np.abs(row["CHAN_WIDTH"]) == spw.channel_width_hz)
            assert row["SDM_WINDOW_FUNCTION"] == spw.window_function
        assert [windows[n]["ASSOC_SPW_ID"].tolist() for n in (5, 6)] == [[6], [5]]


def test_antennas_are_east_north_up_of_their_pads(imported: Imported) -> None:
    truth = [a.position_m for a in imported.eb.antennas]
    assert np.allclose(imported.column("ANTENNA", "POSITION"), truth, rtol=0, atol=1e-6)
    assert list(imported.column("ANTENNA", "STATION")) == [a.pad for a in imported.eb.antennas]
    assert list(imported.column("ANTENNA", "DISH_DIAMETER")) == [12.0, 12.0, 12.0, 7.0, 12.0]


def test_uvw_are_those_of_the_pads(imported: Imported) -> None:
    """Against astropy: the pads turned into the celestial frame and projected (aberration is 1 cm on 100 m).

    The importer leaves the antennas' offsets out of UVW, though not out of ANTENNA.POSITION.
    """
    from astropy.coordinates import EarthLocation
    from astropy.time import Time
    from astropy.utils import iers

    with (
        table(imported.main, ack=False) as main,
        main.query("SCAN_NUMBER==3 && DATA_DESC_ID==7 && ANTENNA2==4") as rows,
    ):
        uvw, ids, seconds = (rows.getcol("UVW"), rows.getcol("ANTENNA1"), rows.getcol("TIME"))
    alpha, delta = imported.eb.fields[1].direction_rad
    east = np.array([-np.sin(alpha), np.cos(alpha), 0.0])
    source = np.array([np.cos(delta) * np.cos(alpha), np.cos(delta) * np.sin(alpha), np.sin(delta)])
    with iers.conf.set_temp("auto_download", False):
        time = Time(seconds / 86400.0, format="mjd", scale="utc")
        places = [
            EarthLocation.from_geocentric(*a.pad_position_m, unit="m").get_gcrs_posvel(time)[0].xyz.to_value("m")
            for a in imported.eb.antennas
        ]
    for row, antenna in enumerate(ids):
        baseline = places[antenna][:, row] - places[4][:, row]
        expected = baseline @ east, baseline @ np.cross(source, east), baseline @ source
        assert np.allclose(uvw[row], expected, rtol=0, atol=0.03), (row, uvw[row], expected)


def test_pointing_weather_and_online_flags(imported: Imported) -> None:
    eb = imported.eb
    antenna = imported.column("POINTING", "ANTENNA_ID")
    direction = imported.column("POINTING", "DIRECTION")[:, 0]
    times = imported.column("POINTING", "TIME")
    third = (antenna == 2) & (times > eb.scans[2].start_mjd_s) & (times < eb.scans[2].end_mjd_s)
    assert np.allclose(direction[third], (0.52, 1.03), rtol=0, atol=1e-12)
    length = eb.scans[2].end_mjd_s - eb.scans[2].start_mjd_s
    samples = eb.scans[2].start_mjd_s + (np.arange(4) + 0.5) * length / 4
    assert np.allclose(np.sort(times[third]), samples, rtol=0, atol=1e-3)
    assert np.allclose(imported.column("WEATHER", "PRESSURE"), 555.0)
    assert np.allclose(imported.column("WEATHER", "TEMPERATURE"), [268.0, 269.0, 270.0])
    assert np.allclose(imported.column("WEATHER", "REL_HUMIDITY"), 12.5)
    assert np.allclose(imported.column("WEATHER", "TIME"), tiny_eb.START + 60.0 * np.arange(3) + 30.0)
    command = imported.column("FLAG_CMD", "COMMAND")[0]
    assert command == "antenna='DV02&&*' timerange='2015/04/05/22:41:01.000~2015/04/05/22:41:06.000'"


def test_flagcmd_flags_the_antenna_at_that_time(imported: Imported) -> None:
    flag = imported.eb.online_flags[0]
    query = "SCAN_NUMBER==2 && DATA_DESC_ID==0"
    with table(imported.main, ack=False) as main, main.query(query) as radiometer:
        warm = radiometer.getcol("FLAG").all(axis=(1, 2))
        times = radiometer.getcol("TIME")
        own = radiometer.getcol("ANTENNA1") == 1
    inside = (times >= flag.start_mjd_s) & (times <= flag.end_mjd_s)
    assert np.array_equal(warm, inside & own)
    assert warm.any()
    assert imported.column("FLAG_CMD", "APPLIED").all()


def test_tsys_table_holds_the_spectra(imported: Imported) -> None:
    first = imported.eb.scans[0]
    with table(str(imported.directory / "x.tsys"), ack=False) as tsys:
        assert tsys.nrows() == 2 * len(imported.eb.antennas)
        for row in range(tsys.nrows()):
            cells = tsys[row]
            assert cells["SCAN_NUMBER"] == first.number
            assert cells["FIELD_ID"] == 0
            expected = [
                tiny_eb.tsys_spectrum(cells["ANTENNA1"], cells["SPECTRAL_WINDOW_ID"], receptor) for receptor in (0, 1)
            ]
            assert np.allclose(cells["FPARAM"].T, expected, rtol=1e-6)
            assert not cells["FLAG"].any()


def test_tcal_makes_tsys_from_the_load_powers(imported: Imported) -> None:
    spectra = {q: imported.column("SYSCAL", f"{q}_SPECTRUM") for q in ("TCAL", "TRX", "TSKY", "TSYS")}
    ratio = (spectra["TRX"] + spectra["TSKY"]) / (293.0 - spectra["TSKY"])
    assert np.allclose(spectra["TCAL"] * ratio, spectra["TSYS"], rtol=1e-5)


def test_wvrgcal_uses_the_radiometers(imported: Imported) -> None:
    assert json.loads((imported.directory / "found.json").read_text()) == {"wvr": True}
    with table(str(imported.directory / "x.wvr"), ack=False) as solutions:
        assert set(solutions.getcol("SPECTRAL_WINDOW_ID")) == {5, 7}


def test_moving_target_has_its_ephemeris(imported: Imported) -> None:
    rows = tiny_eb.moving_positions()
    assert imported.column("FIELD", "EPHEMERIS_ID").tolist() == [-1, -1, 0]
    (found,) = (imported.directory / "x.ms" / "FIELD").glob("EPHEM0_SgrB2_*.tab")
    with table(str(found), ack=False) as ephemeris:
        mjd, ra, dec = (ephemeris.getcol(c) for c in ("MJD", "RA", "DEC"))
        distance_au, velocity = ephemeris.getcol("Rho"), ephemeris.getcol("RadVel")
        assert ephemeris.getkeyword("obsloc") == "ALMA"
        assert ephemeris.getkeyword("posrefsys") == "ICRF/ICRS"
    assert np.allclose(mjd * 86400.0, [r.time_mjd_s for r in rows], rtol=0, atol=1e-3)
    assert np.allclose(np.radians(ra) % (2 * np.pi), [r.direction_rad[0] for r in rows], rtol=0, atol=1e-12)
    assert np.allclose(np.radians(dec), [r.direction_rad[1] for r in rows], rtol=0, atol=1e-12)
    au = 149_597_870_700.0
    assert np.allclose(distance_au * au, [r.distance_m for r in rows], rtol=1e-7)
    assert np.allclose(velocity * au / 86400.0, [r.radial_velocity_m_s for r in rows], rtol=1e-7)


LISTING = """
import os, sys
from pathlib import Path
os.chdir(sys.argv[1])
from almared.engine.configure import configure_casa
configure_casa(Path("casa.log").resolve())
from almared.simulate.replica.data import simulate_like
from almared.simulate.replica.thin import Thinning
thinning = Thinning(every_nth_integration=12, most_channels=16, most_antennas=4)
simulate_like(Path(sys.argv[3]), Path("."), thinning=thinning, threads=1)
from casatasks import importasdm, listobs
importasdm(asdm=sys.argv[2], vis=sys.argv[2] + ".ms", bdfflags=True, process_caldevice=False)
listobs(vis=sys.argv[2] + ".ms", listfile="again.listobs")
"""


@pytest.mark.skipif(not REAL.is_dir(), reason="the real material (ALMARED_REAL) is not here")
def test_listobs_of_a_thinned_replica_tells_the_same_structure(tmp_path: Path) -> None:
    """The circle closes: listobs of a real MS, replica with data, importasdm, listobs again."""
    name = "uid___A002_Xba035e_X276c"
    text = REAL / "listobs" / f"{name}.ms.listobs"
    original = read_listobs(text)
    child = [sys.executable, "-c", LISTING, str(tmp_path), name, str(text.resolve())]
    done = subprocess.run(child, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
    again = read_listobs(tmp_path / "again.listobs")
    assert [(s.number, s.field_id, s.intents) for s in again.scans] == [
        (s.number, s.field_id, s.intents) for s in original.scans
    ]
    for one, other in zip(original.scans, again.scans, strict=True):
        without_detectors = tuple(i for i in one.spw_ids if "SQLD" not in original.windows[i].name)
        assert other.spw_ids == without_detectors
        assert other.start_mjd_s == pytest.approx(one.start_mjd_s, abs=0.11)
        assert other.end_mjd_s == pytest.approx(one.end_mjd_s, abs=26.0)
    assert [(f.name, f.source_id) for f in again.fields] == [(f.name, f.source_id) for f in original.fields]
    directions = [[f.direction_rad for f in listed.fields] for listed in (again, original)]
    assert np.allclose(*directions, rtol=0, atol=1e-10)
    used = {i for s in again.scans for i in s.spw_ids}
    assert [(w.id, w.name, w.baseband) for w in again.windows if w.id in used] == [
        (w.id, w.name, w.baseband) for w in original.windows if w.id in used
    ]
    assert {a.name: a.position_m for a in again.antennas}.items() <= {
        a.name: a.position_m for a in original.antennas
    }.items()
