"""Texts of listobs: real ones, and what is none or is cut off."""

# ruff: noqa: E501 (a printed text is as wide as it is)

from __future__ import annotations

from pathlib import Path

import pytest
from support.places import REAL

from almared.errors import InputError
from almared.formats.listobs import parse_listobs, read_listobs
from almared.simulate.replica.dumps import Group, count_integrations, exact_interval_s

needs_real = pytest.mark.skipif(not REAL.is_dir(), reason="the real material (ALMARED_REAL) is not here")

SMALL = """\
================================================================================
           MeasurementSet Name:  /data/uid___A002_Xabc_X1.ms      MS Version 2
================================================================================
   Observer: somebody     Project: uid://A001/X1/X2
Observation: ALMA
Data records: 78       Total elapsed time = 50 seconds
   Observed from   31-Dec-2015/23:59:50.0   to   01-Jan-2016/00:00:40.0 (UTC)

   ObservationID = 0         ArrayID = 0
  Date        Timerange (UTC)          Scan  FldId FieldName             nRows     SpwIds   Average Interval(s)    ScanIntent
  31-Dec-2015/23:59:50.0 - 00:00:02.0     1      0 A name of 20 charact       43  [0,1,2]  [1.15, 6.05, 6.05] [CALIBRATE_PHASE#ON_SOURCE,CALIBRATE_WVR#ON_SOURCE]
  01-Jan-2016/00:00:34.0 - 00:00:40.0     2      1 Target                    35  [0,1,2]  [1.15, 3.02, 3.02] [OBSERVE_TARGET#ON_SOURCE]
           (nRows = Total number of rows per scan)
Fields: 2
  ID   Code Name                RA               Decl           Epoch   SrcId      nRows
  0    none A name of 20 charact12:00:00.000000 -00.30.00.00000 ICRS    0            43
  1    none Target              -01:00:00.000000 +10.00.00.00000 ICRS    1            35
Spectral Windows:  (3 unique spectral windows and 2 unique polarization setups)
  SpwID  Name                           #Chans   Frame   Ch0(MHz)  ChanWid(kHz)  TotBW(kHz) CtrFreq(MHz) BBC Num  Corrs
  0      WVR#NOMINAL                         4   TOPO  184550.000   1500000.000   7500000.0 187550.0000        0  I
  1      ALMA_RB_06#BB_1#SW-01#FULL_RES   3840   TOPO  230000.000      -488.281   1875000.0 229062.7441        1  XX  YY
  2      ALMA_RB_06#BB_1#SW-01#CH_AVG        1   TOPO  229062.500   1875000.000   1875000.0 229062.5000        1  XX  YY
Sources: 3
  ID   Name                SpwId RestFreq(MHz)  SysVel(km/s)
  0    A name of 20 characters   1     -              -
  1    Target              1     230538         -12.5
  1    Target              99    230538         -12.5
Antennas: 2:
  ID   Name  Station   Diam.    Long.         Lat.                Offset from array center (m)                ITRF Geocentric coordinates (m)
                                                                     East         North     Elevation               x               y               z
  0    DA41  A137      12.0 m   -067.45.15.2  -22.53.22.7         71.1246     -540.4392       21.1170  2225135.803560 -5440103.908276 -2481535.957150
  1    CM01  A068       7.0 m   -067.45.20.6  -22.53.25.7        -82.4243     -631.7829       23.5834  2224981.097555 -5440131.252779 -2481621.067328
"""


def test_everything_of_a_small_text() -> None:
    listed = parse_listobs(SMALL)
    assert listed.ms_name == "uid___A002_Xabc_X1.ms"
    assert (listed.observer, listed.project, listed.n_rows) == ("somebody", "uid://A001/X1/X2", 78)
    first, second = listed.scans
    assert first.end_mjd_s - first.start_mjd_s == pytest.approx(12.0)  # over midnight
    assert second.start_mjd_s - first.start_mjd_s == pytest.approx(44.0)
    assert first.intents == ("CALIBRATE_PHASE#ON_SOURCE", "CALIBRATE_WVR#ON_SOURCE")
    assert listed.fields[0].name == "A name of 20 charact"
    assert listed.fields[0].direction_rad == pytest.approx((3.141592653589793, -0.008726646259971648))
    assert listed.fields[1].direction_rad[0] == pytest.approx(-0.2617993877991494)
    assert listed.windows[1].channel_step_hz == -488281.25
    assert listed.windows[0].channel_step_hz == 1.5e9  # four windows of their own in a band of 7.5 GHz
    assert listed.sources[1].rest_frequency_hz == 230.538e9
    assert listed.antennas[1].diameter_m == 7.0
    assert listed.antennas[0].position_m == (2225135.803560, -5440103.908276, -2481535.957150)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not the output of listobs"),
        ("# a script\nprint('MeasurementSet')\n", "not the output of listobs"),
        (SMALL.replace("Observation: ALMA", "Observation: EVLA"), "not by ALMA"),
        (SMALL[: SMALL.index("Antennas:")], "declares no antennas"),
        (SMALL[: SMALL.index("  1    CM01")], "declares 2 antennas and has 1"),
        (SMALL[: SMALL.index("Fields:")], "declares no fields"),
        (SMALL.replace("  1    none Target ", "# "), "declares 2 fields and has 1"),
        (SMALL.replace("  01-Jan-2016/00:00:34.0", "  lost"), "scan list is truncated"),
        (SMALL.replace("[0,1,2]  [1.15, 3.02, 3.02]", "[0,1,7]  [1.15, 3.02, 3.02]"), "not listed"),
        (SMALL.replace("[1.15, 3.02, 3.02]", "[1.15, 3.02]"), "lacks an interval"),
        (SMALL.replace(" [OBSERVE_TARGET#ON_SOURCE]", ""), "or its intents"),
    ],
)
def test_texts_that_are_none_or_cut_off_are_refused(text: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse_listobs(text)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00binary\x80"])
def test_files_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.listobs"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InputError, match="cannot be read"):
        read_listobs(path)


@needs_real
@pytest.mark.parametrize(
    ("name", "scans", "fields", "windows", "antennas"),
    [
        ("uid___A002_X9cffbd_Xefe", 20, 152, 25, 28),
        ("uid___A002_Xba035e_X276c", 20, 6, 33, 42),
        ("uid___A002_Xc483da_Xa88", 132, 7, 33, 46),
    ],
)
def test_real_texts(name: str, *, scans: int, fields: int, windows: int, antennas: int) -> None:
    listed = read_listobs(REAL / "listobs" / f"{name}.ms.listobs")
    found = (len({s.number for s in listed.scans}), len(listed.fields), len(listed.windows), len(listed.antennas))
    assert found == (scans, fields, windows, antennas)


@needs_real
@pytest.mark.parametrize("cut", [0.02, 0.2, 0.5, 0.7, 0.9, 0.99])
def test_real_text_cut_anywhere_is_refused(tmp_path: Path, cut: float) -> None:
    text = (REAL / "listobs" / "uid___A002_X9cffbd_Xefe.ms.listobs").read_text()
    (tmp_path / "x").write_text(text[: int(cut * len(text))])
    with pytest.raises(InputError):
        read_listobs(tmp_path / "x")


@pytest.mark.parametrize(
    ("printed", "exact"),
    [
        (6.05, 6.048),
        (1.15, 1.152),
        (0.48, 0.48),
        (2.02, 2.016),
        (3.02, 3.024),
        (1.01, 1.008),
        (0.016, 0.016),
        (5.97, 5.97),
    ],
)
def test_printed_intervals_are_those_of_the_correlator(printed: float, exact: float) -> None:
    assert exact_interval_s(printed) == exact


def test_integrations_add_up_to_the_rows() -> None:
    """Scan 4 of X9cffbd_Xefe: 50 integrations of 6.048 s in a scan of 316.5 s."""
    correlator = 4 * 28 * 29 // 2
    groups = (
        Group((0,), "RADIOMETER", 1.152, 28),
        Group((17, 19, 21, 23), "CORRELATOR", 6.048, correlator),
        Group((18, 20, 22, 24), "CORRELATOR", 6.048, correlator),
    )
    assert count_integrations(groups, n_rows=169764, longest_s=316.5) == (263, 50, 50)
    assert 263 * 28 + 100 * correlator == 169764


def test_impossible_rows_get_the_nearest_integrations() -> None:
    groups = (Group((0,), "RADIOMETER", 1.152, 10), Group((1,), "CORRELATOR", 6.048, 55))
    warm, cross = count_integrations(groups, n_rows=333, longest_s=None)
    assert abs(warm * 10 + cross * 55 - 333) < 55
    assert abs(warm * 1.152 - cross * 6.048) < 6.048
