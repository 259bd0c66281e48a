"""The facts read from an ASDM equal those of the MS that CASA imports from it; what CASA drops is counted."""

from __future__ import annotations

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from casacore.tables import table
from support import tiny_eb
from support.facts import FLOAT32_RELATIVE, as_imported, differences

from almared.errors import AsdmError, MeasurementSetError
from almared.formats import asdm, ms
from almared.formats.asdm.expected import KEPT_AS_IS
from almared.model import ExecutionBlock
from almared.simulate.observe.contents import AsdmContents, WeatherRow

pytestmark = pytest.mark.casa

CHILD = """
import json, os, sys
from pathlib import Path
os.chdir(sys.argv[1])
order = json.loads(sys.argv[2])
from almared.engine.configure import configure_casa
configure_casa(Path("casa.log").resolve())
from casatasks import importasdm
importasdm(asdm=order["asdm"], vis="x.ms", asis=order["asis"], bdfflags=False, process_caldevice=False,
           lazy=order["lazy"], verbose=True)
"""
ANTENNAS = tiny_eb.antennas()


@dataclass(frozen=True)
class Imported:
    """An ASDM and the MS that CASA made of it."""

    asdm: Path
    ms: Path
    written: ExecutionBlock


def import_asdm(path: Path, *, lazy: bool = False) -> Path:
    """Import an ASDM in a child process, for broken ones crash it."""
    order = {"asdm": path.name, "asis": " ".join(KEPT_AS_IS), "lazy": lazy}
    command = [sys.executable, "-c", CHILD, str(path.parent), json.dumps(order)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return path.parent / "x.ms"


def write(directory: Path, contents: AsdmContents) -> tuple[Path, ExecutionBlock]:
    path = directory / contents.eb.name
    return path, tiny_eb.write_asdm(path, contents)


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Imported:
    """Return a data set with all that is tricky: offsets, lines, records in gaps between scans, moving field."""
    eb = tiny_eb.execution_block()
    target = replace(eb.sources[2], rest_frequencies_hz=((5, (90.66e9, 90.98e9)), (7, (101.5e9,))))
    eb = replace(eb, sources=(*eb.sources[:2], target))
    contents = tiny_eb.contents(eb, ephemerides={2: tiny_eb.moving_positions()})
    start = eb.start_mjd_s
    outside = WeatherRow(start - 500.0, start - 400.0, 400.0, 99999.0, 99.0)
    late = replace(contents.syscal[0], start_mjd_s=start + 46.5, end_mjd_s=start + 59.0)  # between scans 1 and 2
    contents = replace(contents, weather=(*contents.weather, outside), syscal=(*contents.syscal, late))
    path, written = write(tmp_path_factory.mktemp("facts"), contents)
    return Imported(path, import_asdm(path), written)


def without_moving(facts: ExecutionBlock) -> ExecutionBlock:
    """Return the facts without Tsys and the moving source's direction."""
    fields = (*facts.fields[:2], replace(facts.fields[2], direction_rad=(0.0, 0.0)))
    sources = (*facts.sources[:2], replace(facts.sources[2], direction_rad=(0.0, 0.0)))
    return replace(facts, tsys=(), fields=fields, sources=sources)


def test_facts_of_asdm_and_ms_are_equal(imported: Imported) -> None:
    from_asdm = as_imported(asdm.read_execution_block(imported.asdm))
    from_ms = ms.read_execution_block(imported.ms)
    assert differences(*(without_moving(facts) for facts in (from_asdm, from_ms))) == []
    for name in ("fields", "sources"):
        moving = [getattr(facts, name)[2].direction_rad for facts in (from_asdm, from_ms)]
        assert moving[0] == pytest.approx(moving[1], abs=1e-4)  # CASA takes it from the ephemeris
    assert len(from_asdm.tsys) == len(from_ms.tsys) == 2 * len(ANTENNAS)
    assert differences(from_asdm.tsys, from_ms.tsys, relative=1e-4) == []


def test_both_equal_what_was_written(imported: Imported) -> None:
    written = replace(imported.written, tsys=(), weather=None)
    moving = tuple(replace(field, is_ephemeris=field.id == 2) for field in written.fields)
    read = replace(asdm.read_execution_block(imported.asdm), tsys=(), weather=None)
    assert differences(replace(written, fields=moving), read) == []


def test_offsets_are_rotated_as_casa_does(imported: Imported) -> None:
    with table(str(imported.ms / "ANTENNA"), ack=False) as antennas:
        positions = antennas.getcol("POSITION")
    found = np.array([antenna.position_m for antenna in asdm.read_execution_block(imported.asdm).antennas])
    assert np.abs(found - positions).max() < 1e-6
    assert any(antenna.offset_m[0] == 2.0 for antenna in ANTENNAS)  # east
    assert any(antenna.offset_m[1] == 3.0 for antenna in ANTENNAS)  # north


def test_every_table_has_the_rows_that_the_asdm_promises(imported: Imported) -> None:
    expected = asdm.expected_rows(imported.asdm)
    assert ms.compare_after_import(expected, imported.ms) == ()
    found = ms.table_rows(imported.ms)
    assert {name: found[name] for name in expected} == expected
    assert expected["SYSCAL"] == 2 * len(ANTENNAS)  # the row between the scans is dropped by CASA
    assert expected["WEATHER"] == 3


def test_the_ms_opens_and_has_rows_and_columns(imported: Imported) -> None:
    assert ms.count_rows_and_columns(imported.ms) == (asdm.expected_rows(imported.asdm)["MAIN"], 23)


@pytest.mark.parametrize("name", ["table.dat", "table.f1", "ANTENNA/table.dat", "SPECTRAL_WINDOW/table.f0"])
def test_a_truncated_ms_is_refused(imported: Imported, tmp_path: Path, name: str) -> None:
    copy = Path(shutil.copytree(imported.ms, tmp_path / "x.ms"))
    (copy / name).write_bytes((copy / name).read_bytes()[:50])
    with pytest.raises(MeasurementSetError, match="cannot be read as a table of a MeasurementSet"):
        check_all(copy)


def test_a_lazy_import_is_refused_with_its_reason(tmp_path: Path) -> None:
    path, _ = write(tmp_path, tiny_eb.contents())
    with pytest.raises(MeasurementSetError, match="lazy import") as caught:
        ms.read_execution_block(import_asdm(path, lazy=True))
    assert "lazy=False" in caught.value.repair


def check_all(path: Path) -> None:
    """Read the facts and probe the MS: one of them meets what is broken."""
    ms.count_rows_and_columns(path)
    ms.table_rows(path)
    ms.read_execution_block(path)


def nan_in_tsys(path: Path) -> None:
    """Put a NaN into the third of the spectra."""
    content = (path / "SysCal.bin").read_bytes()
    value = struct.pack("<d", tiny_eb.tsys_spectrum(1, 1, 0)[0])
    assert value in content
    (path / "SysCal.bin").write_bytes(content.replace(value, struct.pack("<d", float("nan")), 1))


def unknown_intent(path: Path) -> None:
    text = (path / "Scan.xml").read_text(encoding="latin-1")
    (path / "Scan.xml").write_text(text.replace("CALIBRATE_PHASE", "CALIBRATE_PHRASE"), encoding="latin-1")


def no_binary_data(path: Path) -> None:
    sorted((path / "ASDMBinary").iterdir())[4].unlink()


def no_temperature(path: Path) -> None:
    text = (path / "Weather.xml").read_text(encoding="latin-1")
    assert "269.0" in text
    (path / "Weather.xml").write_text(text.replace("269.0", "nan"), encoding="latin-1")


@pytest.mark.parametrize(
    ("change", "lost"),
    [(unknown_intent, "MAIN"), (no_binary_data, "MAIN"), (no_temperature, "WEATHER")],
)
def test_what_casa_drops_quietly_we_refuse_and_would_have_counted(
    tmp_path: Path, change: Callable[[Path], None], lost: str
) -> None:
    path, _ = write(tmp_path, tiny_eb.contents())
    promised = asdm.expected_rows(path)
    change(path)
    with pytest.raises(AsdmError):
        asdm.read_execution_block(path)
    dropped = ms.compare_after_import(promised, import_asdm(path))
    assert lost in {found.table for found in dropped}
    assert all(found.is_loss for found in dropped)
    assert "the MeasurementSet has" in dropped[0].text()


def test_nan_in_a_binary_table_is_refused(tmp_path: Path) -> None:
    path, _ = write(tmp_path, tiny_eb.contents())
    nan_in_tsys(path)
    with pytest.raises(AsdmError, match="not finite"):
        asdm.read_execution_block(path)


def test_float32_is_what_the_ms_keeps(imported: Imported) -> None:
    ours = asdm.read_execution_block(imported.asdm).tsys[0].median_tsys_k
    theirs = ms.read_execution_block(imported.ms).tsys[0].median_tsys_k
    assert ours == pytest.approx(theirs, rel=FLOAT32_RELATIVE)
