"""What `almared inspect` prints, for people and for programs, and what it does to hostile names."""

from __future__ import annotations

import json
import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import tiny_eb
from support.places import REAL

from almared.cli.commands.inspect import command
from almared.cli.main import main
from almared.formats.asdm.bulk import MARKER
from almared.measure import overview as inspect_facts
from almared.model import ExecutionBlock, Field, OnlineFlag
from almared.simulate.asdm.writer import write_asdm_metadata
from almared.simulate.replica.contents import write_metadata_replica

LISTINGS = REAL / "listobs"


def write(directory: Path, eb: ExecutionBlock | None = None) -> Path:
    contents = tiny_eb.contents(eb)
    path = directory / contents.eb.name
    write_asdm_metadata(contents, path)
    (path / MARKER).touch()
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(command, [str(a) for a in arguments], catch_exceptions=False)


def line_with(output: str, *words: str) -> str:
    """Return the one line that holds all the words."""
    (found,) = [line for line in output.splitlines() if all(word in line for word in words)]
    return " ".join(found.split())


def test_overview_shows_what_listobs_would(tmp_path: Path) -> None:
    output = run(write(tmp_path)).output
    assert "uid://A002/Xabc123/X1f" in output
    assert "none: a replica that holds metadata only" in output
    assert line_with(output, "BANDPASS FLUX WVR", "22:41:00") == (
        "2 2015-04-05 22:41:00.0 22:41:13.8 BANDPASS FLUX WVR 0 J1733-1304 1 0,5~8 4.61 2.3 13.8"
    )
    assert line_with(output, "SgrB2", "17:57:09").startswith("2 SgrB2 2 17:57:09.6393 -28:38:52.403 1 13.8 TARGET")
    assert line_with(output, "240", "science") == (
        "5 science 1 ALMA_RB_03#BB_1#SW-01#FULL_RES 240 90900.000 -976.562 234.375 90.783301 LSB XX YY"
    )
    assert line_with(output, "CALIBRATE_PHASE") == "CALIBRATE_PHASE 3 1 J1752-2956"
    assert "3 CM01@A004 7 m" in output


def test_conditions(tmp_path: Path) -> None:
    output = run(write(tmp_path), "--conditions").output
    assert "-4.1 C 555.0 hPa 12.5 % humidity" in " ".join(output.split())
    assert "1.20 mm, 1.20 to 1.20" in output
    assert line_with(output, "DV02") == "DV02 5.0"
    assert line_with(output, "Median (K)")
    assert "\n 1     67.7" in output


def test_json_is_for_programs(tmp_path: Path) -> None:
    path = write(tmp_path)
    facts = json.loads(run(tmp_path, "--json").output)  # the only data set of the directory
    assert facts["uid"] == "uid://A002/Xabc123/X1f"
    assert facts["start_utc"] == "2015-04-05 22:40:00.0"
    assert facts["time_on_source_s"]["2"] == pytest.approx(13.824)
    assert (facts["n_tsys"], facts["n_online_flags"]) == (10, 1)
    assert [spw["role"] for spw in facts["spws"]][5] == "science"
    assert facts["has_binary_data"] is False
    assert path.is_dir()


def test_hostile_names_are_shown_as_plain_text(tmp_path: Path) -> None:
    eb = tiny_eb.execution_block()
    hostile = "[red]boo[/red] [link=file:///etc]x[/link] :bomb:"
    path = write(tmp_path, replace(eb, fields=(*eb.fields[:2], replace(eb.fields[2], name=hostile))))
    assert hostile in run(path).output
    text = (path / "Field.xml").read_text(encoding="latin-1")
    (path / "Field.xml").write_text(text.replace("[red]", "a&#13;&#10;b&#x9b;31m\u00ad"), encoding="latin-1")
    output = run(path).output
    assert "ab31mboo" in output
    assert not [c for c in output if c != "\n" and not c.isprintable()]


@pytest.mark.parametrize("evil", ["\x1b[2J", "\u202e", "\n", "\r", "\u2028", "\x00", "\u200b", "\x9b"])
def test_control_characters_are_removed(evil: str) -> None:
    assert inspect_facts.clean(f"J1733{evil}-1304").startswith("J1733")
    assert all(c.isprintable() for c in inspect_facts.clean(f"J1733{evil}-1304"))


def test_errors_end_with_their_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a").mkdir()
    words = "there is neither an ASDM nor a MeasurementSet"
    for arguments in ([str(tmp_path)], [str(tmp_path / "b")]):
        with pytest.raises(SystemExit) as caught:
            main(["inspect", *arguments])
        assert caught.value.code == 3
        assert words in capsys.readouterr().err
    write(tmp_path / "a")
    write(tmp_path / "a", replace(tiny_eb.execution_block(), name="uid___A002_Xabc123_X2f"))
    with pytest.raises(SystemExit) as caught:
        main(["inspect", str(tmp_path / "a")])
    assert "several data sets" in capsys.readouterr().err


def test_no_casa_is_loaded(tmp_path: Path) -> None:
    path = write(tmp_path)
    code = (
        "import sys\nfrom almared.cli.main import main\n"
        f"try: main(['inspect', {str(path)!r}])\n"
        "except SystemExit: pass\n"
        "heavy = {'casatools', 'casatasks', 'casacore', 'astropy', 'numba', 'matplotlib', 'scipy'}\n"
        "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    assert "SgrB2" in done.stdout


@pytest.mark.skipif(not LISTINGS.exists(), reason="ALMARED_REAL is absent")
def test_mosaic_is_one_line(tmp_path: Path) -> None:
    write_metadata_replica(LISTINGS / "uid___A002_X9cffbd_Xefe.ms.listobs", tmp_path)
    output = run(next(p.parent for p in tmp_path.rglob("ASDM.xml"))).output
    assert len(output.splitlines()) < 120
    assert line_with(output, "3~151", " 149 ").startswith("3~151 SgrB2 3 17:47:19.4")
    assert line_with(output, "3~151", " 149 ", "TARGET").split()[-3:] == ["ATMOSPHERE", "WVR", "TARGET"]
    assert line_with(output, "4~34 SgrB2").endswith("4~34 SgrB2 31 0,17~24 6.05 375.0")


def eb_with(fields: tuple[Field, ...]) -> ExecutionBlock:
    return replace(tiny_eb.execution_block(), fields=fields)


def test_fields_of_different_sources_are_not_joined() -> None:
    one, two, three = tiny_eb.execution_block().fields
    unused = [Field(n, "Orion", "none", 3, (1.4, -0.1)) for n in (3, 4)]
    groups = inspect_facts.field_groups(eb_with((one, two, three, *unused)))
    assert [[field.id for field in group.fields] for group in groups] == [[0], [1], [2], [3, 4]]


def test_elevation_of_a_source_that_culminates() -> None:
    """J1924-2914 culminates near the zenith of ALMA: 90 - |23.03 - 29.24| deg, when its hour angle is zero."""
    eb = tiny_eb.execution_block()
    direction = (math.radians(291.2127), math.radians(-29.2417))
    day = [inspect_facts.elevation_deg(eb, direction, mjd_s=eb.start_mjd_s + 60.0 * n) for n in range(1440)]
    assert max(day) == pytest.approx(90 - (29.2417 - 23.03), abs=0.3)
    assert min(day) < -30


def test_elevation_agrees_with_astropy() -> None:
    """Judge: astropy, for ALMA and 2015-04-05 22:40 UTC, without refraction."""
    import astropy.units as u
    from astropy.coordinates import AltAz, EarthLocation, SkyCoord
    from astropy.time import Time
    from astropy.utils import iers

    eb = tiny_eb.execution_block()
    with iers.conf.set_temp("auto_download", False), iers.conf.set_temp("iers_degraded_accuracy", "ignore"):
        place = EarthLocation.from_geocentric(*eb.antennas[0].position_m, unit=u.m)
        time = Time(eb.start_mjd_s / 86400.0, format="mjd", scale="utc")
        for direction in ((1.0, -0.4), (2.5, 0.3), (5.9, -1.2)):
            sky = SkyCoord(*direction, unit=u.rad, frame="icrs")
            altitude = sky.transform_to(AltAz(obstime=time, location=place)).alt.deg
            assert inspect_facts.elevation_deg(eb, direction, mjd_s=eb.start_mjd_s) == pytest.approx(altitude, abs=0.5)


def test_overlapping_flags_count_once_and_inside_scans_only() -> None:
    eb = tiny_eb.execution_block()
    begin = eb.scans[1].start_mjd_s
    flags = (
        OnlineFlag(("DA41",), begin - 100.0, begin + 4.0, "a"),
        OnlineFlag(("DA41", "DV02"), begin + 2.0, begin + 5.0, "b"),
        OnlineFlag((), eb.end_mjd_s + 10.0, eb.end_mjd_s + 20.0, "after"),
    )
    found = inspect_facts.flagged_s_by_antenna(replace(eb, scans=(eb.scans[1],), online_flags=flags))
    assert found["DA41"] == pytest.approx(5.0)
    assert found["DV02"] == pytest.approx(3.0)
    assert found["PM03"] == 0.0


def test_sexagesimal_rounds_over() -> None:
    assert inspect_facts.right_ascension(math.radians(359.99999999)) == "00:00:00.0000"
    assert inspect_facts.right_ascension(math.radians(-15.0)) == "23:00:00.0000"
    assert inspect_facts.declination(math.radians(-45.5)) == "-45:30:00.000"
    assert inspect_facts.declination(math.radians(0.9999999999)) == "+01:00:00.000"
