"""The report of a calibrated execution block: its files, its numbers against CASA's own, its page in a real browser."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from casacore import tables
from conftest import Command

from almared.measure.flags import FINAL, measure_flags
from almared.measure.shadows import find_shadows

pytestmark = pytest.mark.casa

PROBE = """
<script>addEventListener('load', () => {
  const broken = [...document.images].filter(i => !i.complete || i.naturalWidth === 0).length;
  const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
  document.title = `images ${document.images.length} broken ${broken} beyond ${wide}`;
});</script>
"""


@pytest.fixture(scope="module")
def reported(tmp_path_factory: pytest.TempPathFactory, tiny_run: Path, almared: Command) -> Path:
    """The tiny execution block with its report."""
    place = tmp_path_factory.mktemp("report") / "eb"
    shutil.copytree(tiny_run, place)
    almared("report", place, "--workers", 2)
    return place


def split_of(place: Path) -> Path:
    return next(path for path in place.glob("*.ms.split") if path.is_dir())


def test_every_item_is_made_under_the_names_that_reviewers_know(reported: Path) -> None:
    qa2 = reported / "qa2"
    record = json.loads((qa2 / "report.json").read_text())
    assert {item["key"]: item["unavailable"] for item in record["items"] if item["unavailable"]} == {}
    for name in (
        "obs_display.png", "mosaic_plot.png", "antenna_config.png", "wvr_plot.png", "wvr_plot_fixedscale.png",
        "wvr_stat.txt", "tsys_plot.png", "tsys_stat.txt", "NewListObs.txt", "shadowed_ant.txt", "ant_gain_check.txt",
        "bandpass_rms.txt", "bandpass_avg.png", "flux.txt", "ant_amp_temporal.png", "ant_phase_temporal.png",
        "ampcal_uvdist.png", "phase_cal_uvdist.png", "phase_cal_freq.png", "flag_stat.txt", "sensitivity.txt",
        "target_image.png", "target_psf.png", "target_uv.png", "target_spectrum.png", "textfile.txt",
    ):  # fmt: skip
        assert (qa2 / name).stat().st_size > 0, name
    assert len(list(qa2.glob("*elevationSummary_vs_*.png"))) == 2
    assert len(list(qa2.glob("uid___*__qa2_part?.png"))) == 4
    assert next(qa2.glob("*.qa2_report.html")).stat().st_size < 20e6


def test_a_second_call_makes_nothing_and_another_calibration_makes_it_anew(reported: Path, almared: Command) -> None:
    page = next((reported / "qa2").glob("*.html"))
    before = page.stat().st_mtime_ns
    assert json.loads(almared("report", reported, "--json").stdout)["is_new"] is False
    assert page.stat().st_mtime_ns == before


def test_texts_name_no_user_and_no_place(reported: Path) -> None:
    for path in (reported / "qa2").glob("*.txt"):
        assert str(reported) not in path.read_text()


@pytest.mark.parametrize("size", ["1300,2000", "420,2000"])
def test_a_real_browser_shows_all_images_without_a_complaint(reported: Path, tmp_path: Path, size: str) -> None:
    page = next((reported / "qa2").glob("*.html")).read_text()
    probed = tmp_path / "page.html"
    probed.write_text(page.replace("</body>", f"{PROBE}</body>"))
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert chromium, "install chromium: CI does it by apt-get"
    command = [
        chromium, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", f"--window-size={size}",
        f"--user-data-dir={tmp_path / 'profile'}", "--enable-logging=stderr", "--virtual-time-budget=10000",
    ]  # fmt: skip
    shown = subprocess.run(
        [*command, "--dump-dom", probed.as_uri()], capture_output=True, text=True, timeout=120, check=True
    )
    title = shown.stdout.partition("<title>")[2].partition("</title>")[0]
    assert title == f"images {page.count('<img ')} broken 0 beyond 0"
    assert "CONSOLE" not in shown.stderr
    picture = tmp_path / "page.png"
    subprocess.run([*command, f"--screenshot={picture}", probed.as_uri()], capture_output=True, timeout=120, check=True)
    from PIL import Image

    with Image.open(picture) as opened:
        assert len(opened.convert("RGB").resize((200, 300)).getcolors(60_000) or []) > 50


FLAGDATA = """
import json, sys
from casatasks import flagdata
print("ANSWER" + json.dumps(flagdata(sys.argv[1], mode="summary", antenna="*&"), default=float))
"""


def test_flag_percentages_are_those_of_flagdata(reported: Path, casa_child: Command, tmp_path: Path) -> None:
    split, calibrated = split_of(reported), split_of(reported).with_name(split_of(reported).name + ".cal")
    said = casa_child(FLAGDATA, calibrated, cwd=tmp_path).stdout
    told = json.loads(said.partition("ANSWER")[2].splitlines()[0])
    stages = measure_flags(split, calibrated)
    assert [stage.name for stage in stages] == [
        "Original", "BeforeBandpassCalibration", "BeforeGainCalibration", "BeforeApplycal", FINAL,
    ]  # fmt: skip
    final = stages[-1]
    for name, share in final.by_antenna.items():
        assert share == pytest.approx(told["antenna"][name]["flagged"] / told["antenna"][name]["total"], abs=1e-12)
    for name, share in final.by_spw.items():
        assert share == pytest.approx(told["spw"][name]["flagged"] / told["spw"][name]["total"], abs=1e-12)
    assert final.all == pytest.approx(told["flagged"] / told["total"], abs=1e-12)
    shares = [stage.all for stage in stages[:-1]]
    assert shares == sorted(shares)


SHADOW = """
import sys
from casatasks import flagdata
flagdata(sys.argv[1], mode="unflag", flagbackup=False)
flagdata(sys.argv[1], mode="shadow", flagbackup=False)
"""


def test_antennas_in_shadow_are_those_that_flagdata_finds(reported: Path, casa_child: Command, tmp_path: Path) -> None:
    """In a copy of one time the antennas are drawn so near that some hide others; CASA flags all their baselines."""
    ms = tmp_path / "near.ms"
    with tables.table(str(split_of(reported)), ack=False) as table:
        first = float(table.getcell("TIME", 0))
        table.query(f"TIME=={first!r}").copy(str(ms), deep=True).close()
    with tables.table(str(ms), readonly=False, ack=False) as table:
        uvw = table.getcol("UVW")
        lengths = np.linalg.norm(uvw, axis=1)
        table.putcol("UVW", uvw * 9.0 / np.min(lengths[lengths > 0]))
        names = tables.table(f"{ms}/ANTENNA", ack=False).getcol("NAME")
    hidden = {shadow.antenna for shadow in find_shadows(ms)}
    assert 0 < len(hidden) < len(names)
    casa_child(SHADOW, ms, cwd=tmp_path)
    with tables.table(str(ms), ack=False) as table:
        ends = [
            (names[one], names[two])
            for one, two in zip(table.getcol("ANTENNA1"), table.getcol("ANTENNA2"), strict=True)
        ]
        flagged = [bool(np.all(table.getcell("FLAG", row))) for row in range(table.nrows())]
    assert flagged == [bool(hidden & set(pair)) for pair in ends]
