"""Broken, foreign and hostile ASDMs: one clear error that says what is wrong and where, and nothing written."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import tiny_eb
from support.facts import differences
from support.places import REAL

from almared.errors import AsdmError
from almared.formats.asdm import expected_rows, read_execution_block
from almared.formats.asdm.bulk import MARKER
from almared.model import ExecutionBlock

VLA = REAL / "vla-sdm" / "16A-459_scan7.tgz"
Change = Callable[[Path], object]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a whole ASDM with binary data."""
    path = tmp_path_factory.mktemp("sound") / "uid___A002_Xabc123_X1f"
    tiny_eb.write_asdm(path, tiny_eb.contents())
    return path


@pytest.fixture
def asdm(sound: Path, tmp_path: Path) -> Path:
    """Return a copy that the test may break."""
    return Path(shutil.copytree(sound, tmp_path / sound.name))


def edit(table: str, old: str, new: str, *, count: int = 0) -> Change:
    """Return a change of a table's text; the text must be there."""

    def change(path: Path) -> None:
        file = path / f"{table}.xml"
        content = file.read_text(encoding="latin-1")
        changed, n = re.subn(old, lambda _: new, content, count=count)
        assert n, f"{old} is not in {file.name}"
        file.write_text(changed, encoding="latin-1")

    return change


def cut(name: str, keep: float) -> Change:
    """Return the truncation of a file to a share of its length."""

    def change(path: Path) -> None:
        file = path / name
        content = file.read_bytes()
        file.write_bytes(content[: int(keep * len(content))])

    return change


def first_binary(path: Path) -> Path:
    return sorted((path / "ASDMBinary").iterdir())[0]


def in_binary(change: Callable[[Path], object]) -> Change:
    return lambda path: change(first_binary(path))


def remove(name: str) -> Change:
    return lambda path: (path / name).unlink()


DTD = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>\n<FieldTable '

BROKEN: dict[str, tuple[Change, str, str]] = {
    "VLA": (edit("ExecBlock", "<telescopeName>ALMA", "<telescopeName>EVLA"), "from EVLA, not from ALMA",
            "ExecBlock.xml"),
    "no list of tables": (remove("ASDM.xml"), "no ASDM", "uid___"),
    "list of something else": (edit("ASDM", r"ASDM\b(?=[ >])", "Nonsense"), "not the list of tables", "ASDM.xml"),
    "listed with words": (edit("ASDM", r"<NumberRows>\d+", "<NumberRows>many", count=1), "'many' rows", "ASDM.xml"),
    "required table not listed": (edit("ASDM", "<Name>State<", "<Name>Stat<"), "no rows of State", "ASDM.xml"),
    "table file missing": (remove("Field.xml"), "3 rows of Field, but its file is missing", "Field.xml"),
    "optional table missing": (remove("Receiver.xml"), "9 rows of Receiver, but its file is missing", "Receiver.xml"),
    "binary part missing": (remove("SysCal.bin"), "cannot be read", "SysCal.bin"),
    "fewer rows": (edit("Flag", r"(?s)<row>.*?</row>", "", count=1), "1 rows of Flag, the file has 0", "Flag.xml"),
    "listed with no rows": (edit("ASDM", r"(<Name>Scan</Name>\s*<NumberRows>)\d+", "<Name>Scan</Name><NumberRows>0"),
                            "no rows of Scan", "ASDM.xml"),
    "listed without rows that are there": (
        edit("ASDM", r"(<Name>Weather</Name>\s*<NumberRows>)\d+", "<Name>Weather</Name><NumberRows>2"),
        "2 rows of Weather, the file has 3", "Weather.xml"),
    "listed as empty": (edit("ASDM", r"(<Name>Flag</Name>\s*<NumberRows>)\d+", "<Name>Flag</Name><NumberRows>0"),
                        "0 rows of Flag, the file has 1", "Flag.xml"),
    "XML truncated": (cut("Subscan.xml", 0.7), "rows of Subscan", "Subscan.xml"),
    "XML not well-formed": (edit("Field", "</fieldName>", "</fieldNam>"), "not well-formed", "Field.xml"),
    "XML cut in its last line": (cut("Station.xml", 0.99), "truncated or not well-formed", "Station.xml"),
    "XML empty": (cut("Antenna.xml", 0.0), "5 rows of Antenna, the file has 0", "Antenna.xml"),
    "XML with entities": (edit("Field", "<FieldTable ", DTD), "document type", "Field.xml"),
    "list with entities": (edit("ASDM", "<ASDM ", '<!DOCTYPE ASDM SYSTEM "file:///etc/passwd"><ASDM '), "document type",
                           "ASDM.xml"),
    "odd encoding": (edit("Field", 'encoding="ISO-8859-1"', 'encoding="cp037"'), "encoding", "Field.xml"),
    "binary truncated": (cut("SysCal.bin", 0.5), "truncated", "SysCal.bin"),
    "pointing truncated": (cut("Pointing.bin", 0.9), "truncated", "Pointing.bin"),
    "wrong byte order": (
        lambda p: (p / "SysCal.bin").write_bytes(
            (p / "SysCal.bin").read_bytes().replace(b"Little_Endian", b"Big_Endian")),
        "byte order", "SysCal.bin"),
    "another table's binary": (lambda p: shutil.copy(p / "Pointing.bin", p / "SysCal.bin"), "binary SysCal",
                               "SysCal.bin"),
    "required column missing": (edit("Antenna", "(?s)<dishDiameter>.*?</dishDiameter>", ""), "lacks dishDiameter",
                                "Antenna.xml, row 0"),
    "column that CASA wants": (edit("Field", "<code>none</code>", ""), "lacks code", "Field.xml, row 0"),
    "unknown intent": (edit("Scan", "OBSERVE_TARGET", "OBSERVE_NOTHING"), "OBSERVE_NOTHING.* not a ScanIntent",
                       "Scan.xml, row 3"),
    "unknown subscan intent": (edit("Subscan", "AMBIENT", "LUKEWARM"), "LUKEWARM", "Subscan.xml, row 1"),
    "not a number": (edit("Weather", "<temperature>269.0", "<temperature>nan"), "not finite", "Weather.xml, row 1"),
    "several execution blocks": (
        lambda p: (
            edit("ExecBlock", "</row>", "</row>" + row_of(p, "ExecBlock").replace("ExecBlock_0", "ExecBlock_1"))(p),
            edit("ASDM", r"<Name>ExecBlock</Name>\s*<NumberRows>1", "<Name>ExecBlock</Name><NumberRows>2")(p)),
        "2 execution blocks", "ExecBlock.xml"),
    "single dish": (edit("ConfigDescription", "CROSS_AND_AUTO", "AUTO_ONLY"), "single-dish", "ConfigDescription.xml"),
    "several correlators": (
        lambda p: (edit("CorrelatorMode", "ALMA_BASELINE", "ALMA_ACA", count=1)(p),
                   edit("CorrelatorMode", "</row>", "</row>" + row_of(p, "CorrelatorMode")
                        .replace("CorrelatorMode_0", "CorrelatorMode_9").replace("ALMA_ACA", "ALMA_BASELINE"),
                        count=1)(p),
                   edit("ASDM", r"<Name>CorrelatorMode</Name>\s*<NumberRows>1",
                        "<Name>CorrelatorMode</Name><NumberRows>2")(p)),
        "several correlators: ALMA_ACA, ALMA_BASELINE", "CorrelatorMode.xml"),
    "field that is not there": (edit("Main", "Field_2", "Field_7", count=1), "Field_7 does not exist", "Main.xml, row"),
    "station that is not there": (edit("Antenna", "Station_2", "Station_9"), "Station_9 does not exist", "Antenna.xml"),
    "rows not counted from 0": (edit("Antenna", "Antenna_4<", "Antenna_6<"), "not numbered 0 to 4", "Antenna.xml"),
    "scan without a row": (edit("Scan", "<scanNumber>4", "<scanNumber>9"), "data of scan 4", "Scan.xml"),
    "no integrations": (edit("Main", "<numIntegration>3<", "<numIntegration>0<", count=1), "no integrations",
                        "Main.xml"),
    "two centres": (edit("Field", "<numPoly>1", "<numPoly>0", count=1), "a single direction", "Field.xml, row 0"),
    "window without widths": (edit("SpectralWindow", "(?s)<resolution>.*?</resolution>", "", count=1), "no resolution",
                              "SpectralWindow"),
    "uid invalid": (edit("ExecBlock", "uid://A002/Xabc123/X1f", "../../etc/passwd"), "invalid unique id", "ExecBlock"),
    "binary data missing": (in_binary(Path.unlink), "cannot be read", "ASDMBinary"),
    "binary data a directory": (in_binary(lambda f: (f.unlink(), f.mkdir())), "cannot be read", "ASDMBinary"),
    "binary data foreign": (in_binary(lambda f: f.write_bytes(b"x" * f.stat().st_size)), "not a binary data file",
                            "Main, row"),
    "binary data truncated": (in_binary(lambda f: f.write_bytes(f.read_bytes()[:-40])), "truncated", "Main, row"),
    "binary data padded": (in_binary(lambda f: f.write_bytes(f.read_bytes()[:-40] + bytes(40))), "truncated",
                           "Main, row"),
    "data path leads out": (edit("Main", "uid://A002/Xabc123/X1010", "uid://../../Xabc", count=1), "point outside",
                            "Main.xml"),
}  # fmt: skip


def row_of(path: Path, table: str) -> str:
    """Return the text of a table's first row."""
    found = re.search("(?s)<row>.*?</row>", (path / f"{table}.xml").read_text(encoding="latin-1"))
    assert found
    return found[0]


def state_of(path: Path) -> dict[str, bytes]:
    """Return all files with their contents."""
    return {str(p.relative_to(path)): p.read_bytes() for p in sorted(path.rglob("*")) if p.is_file()}


@pytest.mark.parametrize("case", list(BROKEN))
def test_broken_input_gets_one_clear_error(asdm: Path, case: str) -> None:
    change, what, where = BROKEN[case]
    change(asdm)
    before = state_of(asdm)
    with pytest.raises(AsdmError, match=what) as caught:
        read_execution_block(asdm)
    assert where in caught.value.where
    assert caught.value.repair
    assert "\n" not in caught.value.what
    assert state_of(asdm) == before


def test_no_directory_and_no_asdm(tmp_path: Path) -> None:
    with pytest.raises(AsdmError, match="no such directory"):
        read_execution_block(tmp_path / "nothing")
    with pytest.raises(AsdmError, match=r"no ASDM\.xml"):
        read_execution_block(tmp_path)


def test_real_vla_data_set_is_foreign(tmp_path: Path) -> None:
    if not VLA.exists():
        pytest.skip("ALMARED_REAL is absent")
    with tarfile.open(VLA) as archive:
        archive.extractall(tmp_path, filter="data")
    with pytest.raises(AsdmError, match="data are from EVLA, not from ALMA"):
        read_execution_block(next(tmp_path.iterdir()))


def test_missing_binary_data_are_fine_in_a_replica_only(asdm: Path) -> None:
    shutil.rmtree(asdm / "ASDMBinary")
    with pytest.raises(AsdmError, match="cannot be read"):
        read_execution_block(asdm)
    (asdm / MARKER).touch()
    facts = read_execution_block(asdm)
    assert not facts.has_binary_data
    assert facts.raw_bytes > 0


def test_half_a_replica_is_broken(asdm: Path) -> None:
    (asdm / MARKER).touch()
    first_binary(asdm).unlink()
    with pytest.raises(AsdmError, match="cannot be read"):
        read_execution_block(asdm)


def test_hostile_names_are_kept_as_text(asdm: Path) -> None:
    hostile = "x'); import os; os.system('rm -rf ~') #&#10;&#27;[31m".replace("&#27;", "")
    edit("Field", "<fieldName>SgrB2", f"<fieldName>{hostile}")(asdm)
    name = read_execution_block(asdm).fields[2].name
    assert name == "x'); import os; os.system('rm -rf ~') #\n[31m"


def test_expected_rows_refuse_what_the_facts_refuse(asdm: Path) -> None:
    edit("Scan", "OBSERVE_TARGET", "OBSERVE_NOTHING")(asdm)
    with pytest.raises(AsdmError, match="OBSERVE_NOTHING"):
        expected_rows(asdm)


def files_of(path: Path) -> list[str]:
    return sorted(str(p.relative_to(path)) for p in path.rglob("*") if p.is_file())


def outcome(asdm: Path, file: Path, content: bytes) -> ExecutionBlock | None:
    """Return the facts with one file replaced for a moment, None when they were refused."""
    whole = file.read_bytes()
    file.write_bytes(content)
    try:
        return read_execution_block(asdm)
    except AsdmError:
        return None
    finally:
        file.write_bytes(whole)


FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)


@FUZZ
@given(data=st.data())
def test_truncation_anywhere_is_refused_or_harmless(asdm: Path, data: st.DataObject) -> None:
    file = asdm / data.draw(st.sampled_from(files_of(asdm)))
    content = file.read_bytes()
    length = data.draw(st.integers(0, len(content) - 1))
    facts = outcome(asdm, file, content[:length])
    assert facts is None or differences(facts, read_execution_block(asdm)) == []


@FUZZ
@given(data=st.data())
def test_a_wrong_byte_never_crashes_the_reader(asdm: Path, data: st.DataObject) -> None:
    names = [name for name in files_of(asdm) if not name.startswith("ASDMBinary")]
    file = asdm / data.draw(st.sampled_from(names))
    content = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    outcome(asdm, file, bytes(content))  # an ExecutionBlock or an AsdmError, nothing else
