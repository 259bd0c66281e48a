# Calibration script of an ALMA execution block, made by almared.
# Run it in the directory that holds the ASDM, whole or with the global list mysteps = [numbers of steps].
#
# uid://A002/Xabc123/X1f of project uid://A001/X10e/X119, scheduling block uid://A001/X10e/X120
# Observed 2015-04-05T22:40:00 to 2015-04-05T22:43:20 UTC with 5 antennas
# Made for CASA '6.7.0' (casatasks 6.7.0.31)
#
# CALIBRATE_AMPLI:
# CALIBRATE_ATMOSPHERE: J1733-1304,J1752-2956
# CALIBRATE_BANDPASS: J1733-1304
# CALIBRATE_DIFFGAIN:
# CALIBRATE_FLUX: J1733-1304
# CALIBRATE_FOCUS:
# CALIBRATE_PHASE: J1752-2956
# CALIBRATE_POINTING:
# OBSERVE_CHECK:
# OBSERVE_TARGET: SgrB2
#
# Science spw 5: 240 channels, 90.6661 to 90.9005 GHz
# Science spw 7: 64 channels, 101.1844 to 103.1844 GHz
#
# Using reference antenna = DA41
#
# Choices:
# - reference antenna: DA41: the most central antenna that passes all tests: largest baseline 103 m, 0.0 % of time
#   flagged, next DV02
# - windows: 5,7: the science windows
# - water vapour: toffset 0 s; smooth 4.608s; tie SgrB2,J1752-2956: smoothed to the shortest science integration of
#   4.608 s
# - Tsys edges: 1:0~3;124~127,3:0~3;124~127: the filter's edge channels have no good Tsys
# - Tsys map: 5 from 1, 7 from 3: same baseband and frequencies covered: 5 from 1, 7 from 3
# - Tsys of J1733-1304: field 0: its own Tsys
# - Tsys of J1752-2956: field 1: its own Tsys
# - Tsys of SgrB2: field 1: no Tsys of its own: from its phase calibrator J1752-2956
# - edge channels: 5:0~14;225~239,7:0~3;60~63: 6.25 % at each edge of TDM windows, where the filter response drops
# - bandpass calibrator: field 0: J1733-1304 is the first field with CALIBRATE_BANDPASS
# - bandpass scans: 2: scans of J1733-1304 observed for the bandpass, atmosphere scans left out
# - channels of the first phases: 5:96~143,7:25~37: the central fifth of each window
# - table bandpass: inf: at full resolution, to look at; the smoothed one below is applied
# - table bandpass_smooth29MHz: inf,29MHz: smoothed over 29MHz: predicted SNR 8 per channel, 34 smoothed
# - gain calibrators: field 0~1: all calibrators with an intent of their own
# - interval of the short phases: int: each integration, to follow the atmosphere
# - gain type of the amplitudes: G: X and Y gains may differ, and each polarisation is strong enough
# - flux calibrator: field 0: J1733-1304 was observed with CALIBRATE_FLUX or CALIBRATE_AMPLI
# - flux model: field 0: 2.5094 Jy at 96.484 GHz: 2.5094 Jy at 96.484 GHz, spectral index -0.700, from the Source table
#   of the ASDM
# - final apply: 0 from 0 (phase_int); 1~2 from 1 (phase_inf): calibrators use phases per integration; a phase
#   calibrator and its sources use phases per scan
# - baselines per antenna: 3: of 5 antennas one may be flagged without loss of the others
# - antennas of the calibrated MS: DA41,DV02,PM03,DV10&: antennas of the dominant diameter 12 m
#
# To look at:
# - mixed modes of 64 and 240 channels: check carefully
# - even smoothed over 29MHz, it only reaches SNR 34
# - Q, U or V in the Source table are not zero and are not used; only fluxes at one frequency are known: spectral index
#   -0.7 is assumed; the date of this flux is unknown: compare with the catalogue
# - antennas of another diameter are left out of the calibrated data

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from casatasks import (
    applycal,
    bandpass,
    casalog,
    delmod,
    flagcmd,
    flagdata,
    flagmanager,
    fluxscale,
    gaincal,
    gencal,
    importasdm,
    listobs,
    mstransform,
    setjy,
    version_string,
    wvrgcal,
)
from casatools import table

made_with = {"almared": "X", "casatasks": "6.7.0.31"}
step_title = {
    0: "Import of the ASDM",
    1: "Fix of SYSCAL table times",
    2: "listobs",
    3: "A priori flagging",
    4: "Generation and time averaging of the WVR cal table",
    5: "Generation of the Tsys cal table",
    6: "Generation of the antenna position cal table",
    7: "Application of the WVR, Tsys and antpos cal tables",
    8: "Split out science SPWs and time average",
    9: "Listobs, and save original flags",
    10: "Initial flagging",
    11: "Putting a model for the flux calibrator(s)",
    12: "Save flags before bandpass cal",
    13: "Bandpass calibration",
    14: "Save flags before gain cal",
    15: "Gain calibration",
    16: "Save flags before applycal",
    17: "Application of the bandpass and gain cal tables",
    18: "Split out corrected column",
    19: "Save flags after applycal",
}
step_makes = {
    0: ["uid___A002_Xabc123_X1f.ms", "uid___A002_Xabc123_X1f.ms.flagversions"],
    2: ["uid___A002_Xabc123_X1f.ms.listobs"],
    4: [
        "uid___A002_Xabc123_X1f.ms.wvr",
        "uid___A002_Xabc123_X1f.ms.wvrgcal",
        "uid___A002_Xabc123_X1f.ms.wvr_unsmoothed",
    ],
    5: ["uid___A002_Xabc123_X1f.ms.tsys"],
    8: ["uid___A002_Xabc123_X1f.ms.split", "uid___A002_Xabc123_X1f.ms.split.flagversions"],
    9: ["uid___A002_Xabc123_X1f.ms.split.listobs"],
    13: [
        "uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
    ],
    15: [
        "uid___A002_Xabc123_X1f.ms.split.phase_int",
        "uid___A002_Xabc123_X1f.ms.split.ampli_inf",
        "uid___A002_Xabc123_X1f.ms.split.flux_inf",
        "uid___A002_Xabc123_X1f.ms.split.phase_inf",
        "uid___A002_Xabc123_X1f.ms.split.fluxscale",
        "uid___A002_Xabc123_X1f.ms.split.fluxscale.json",
    ],
    18: ["uid___A002_Xabc123_X1f.ms.split.cal", "uid___A002_Xabc123_X1f.ms.split.cal.flagversions"],
}
step_changes = {
    1: ["uid___A002_Xabc123_X1f.ms"],
    3: ["uid___A002_Xabc123_X1f.ms"],
    7: ["uid___A002_Xabc123_X1f.ms"],
    9: ["uid___A002_Xabc123_X1f.ms.split"],
    10: ["uid___A002_Xabc123_X1f.ms.split"],
    11: ["uid___A002_Xabc123_X1f.ms.split"],
    12: ["uid___A002_Xabc123_X1f.ms.split"],
    13: ["uid___A002_Xabc123_X1f.ms.split"],
    14: ["uid___A002_Xabc123_X1f.ms.split"],
    15: ["uid___A002_Xabc123_X1f.ms.split"],
    16: ["uid___A002_Xabc123_X1f.ms.split"],
    17: ["uid___A002_Xabc123_X1f.ms.split"],
    19: ["uid___A002_Xabc123_X1f.ms.split.cal"],
}
step_flags = {
    3: {"uid___A002_Xabc123_X1f.ms": "BeforeAprioriFlagging"},
    7: {"uid___A002_Xabc123_X1f.ms": "BeforeAprioriApply"},
    9: {"uid___A002_Xabc123_X1f.ms.split": "Original"},
    10: {"uid___A002_Xabc123_X1f.ms.split": "Original"},
    12: {"uid___A002_Xabc123_X1f.ms.split": "BeforeBandpassCalibration"},
    13: {"uid___A002_Xabc123_X1f.ms.split": "BeforeBandpassCalibration"},
    14: {"uid___A002_Xabc123_X1f.ms.split": "BeforeGainCalibration"},
    15: {"uid___A002_Xabc123_X1f.ms.split": "BeforeGainCalibration"},
    16: {"uid___A002_Xabc123_X1f.ms.split": "BeforeApplycal"},
    17: {"uid___A002_Xabc123_X1f.ms.split": "BeforeApplycal"},
    19: {"uid___A002_Xabc123_X1f.ms.split.cal": "AfterApplycal"},
}


def check_casa(build: str) -> None:
    """Warn when another CASA runs the script than the one it was made with."""
    found = version_string()
    if found != build:
        text = f"This script was made with casatasks {build} and runs in {found}: numbers may differ."
        print(f"WARNING: {text}")
        casalog.post(text, "WARN", "scriptForCalibration")


def begin_step(number: int) -> None:
    """Tell which step begins, on the terminal and in CASA's log."""
    text = f"Step {number} {step_title[number]}"
    print(text)
    casalog.post(text, "INFO", "scriptForCalibration")


def tell(text: str) -> None:
    """Write a line to the terminal and to CASA's log."""
    print(text)
    casalog.post(text, "INFO", "scriptForCalibration")


def remove(*names: str) -> None:
    """Remove files and tables that are there."""
    for name in names:
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        elif os.path.lexists(name):
            os.remove(name)


def clear_after_kill(vis: str) -> None:
    """Remove what a killed task may have left: a lock that contradicts its table, half-made lists of components."""
    remove(f"{vis}/table.lock", *glob.glob(f"{glob.escape(vis)}_setjy_*.cl"))


def check_made(*names: str) -> None:
    """Stop when a task returned without making what it should: some tasks fail quietly."""
    missing = [name for name in names if not os.path.exists(name)]
    if missing:
        raise RuntimeError(f"not made: {', '.join(missing)}; the reason is in the log of CASA just above")


@contextmanager
def log_copied_to(name: str) -> Iterator[None]:
    """Copy what CASA's log gets meanwhile to a file of its own."""
    log = casalog.logfile()
    begin = os.path.getsize(log)
    try:
        yield
    finally:
        with open(log, "rb") as source, open(name, "wb") as copy:
            source.seek(begin)
            shutil.copyfileobj(source, copy)


def start_from_flags(vis: str, version: str, drop: Sequence[str] = ()) -> None:
    """Put the flags back to a version that was saved before, or save them now; forget later versions."""
    clear_after_kill(vis)
    if is_sound_flag_version(vis, version):
        flagmanager(vis=vis, mode="restore", versionname=version)
    else:
        forget_flag_version(vis, version)
        flagmanager(vis=vis, mode="save", versionname=version)
    for later in drop:
        forget_flag_version(vis, later)


def is_sound_flag_version(vis: str, version: str) -> bool:
    """Tell whether a flag version is listed and whole: CASA lists it first and writes its rows last."""
    if version not in [line.partition(" : ")[0] for line in flag_version_lines(vis)]:
        return False
    try:
        return table_rows(f"{vis}.flagversions/flags.{version}") == table_rows(vis)
    except RuntimeError:
        return False


def forget_flag_version(vis: str, version: str) -> None:
    """Remove a flag version, also a half-written one."""
    lines = flag_version_lines(vis)
    kept = [line for line in lines if line.partition(" : ")[0] != version]
    names = f"{vis}.flagversions/FLAG_VERSION_LIST"
    if kept != lines:
        with open(f"{names}.new", "w") as file:
            file.writelines(kept)
        os.replace(f"{names}.new", names)
    shutil.rmtree(f"{vis}.flagversions/flags.{version}", ignore_errors=True)


def flag_version_lines(vis: str) -> list[str]:
    """Return the lines of CASA's list of flag versions."""
    names = f"{vis}.flagversions/FLAG_VERSION_LIST"
    if not os.path.exists(names):
        return []
    with open(names) as file:
        return file.readlines()


def table_rows(name: str) -> int:
    """Return the number of rows of a table."""
    tb = table()
    try:
        tb.open(name)
        return int(tb.nrows())
    finally:
        tb.close()


def check_import(vis: str, rows: Mapping[str, int]) -> None:
    """Stop when the MS is not whole: importasdm leaves out rows it cannot read without saying so."""
    if not os.path.exists(f"{vis}.flagversions"):
        raise RuntimeError(f"{vis}.flagversions was not made: the MS is probably unusable")
    faults = []
    for name, expected in rows.items():
        path = vis if name == "MAIN" else f"{vis}/{name}"
        found = table_rows(path) if os.path.exists(path) else 0
        if found != expected:
            faults.append(f"{name} has {found} rows, the ASDM holds {expected}")
    if faults:
        raise RuntimeError(f"{vis} is not whole: {'; '.join(faults)}")


def unify_source_ids(vis: str) -> None:
    """Give one id to the rows of a source that was entered under several (same name, same direction)."""
    tb = table()
    tb.open(f"{vis}/SOURCE", nomodify=False)
    ids = [int(number) for number in tb.getcol("SOURCE_ID")]
    places = [tuple(round(float(angle), 9) for angle in place) for place in tb.getcol("DIRECTION").T]
    first: dict[tuple[str, tuple[float, ...]], int] = {}
    keys = list(zip([str(name) for name in tb.getcol("NAME")], places, strict=True))
    for number, key in sorted(zip(ids, keys, strict=True)):
        first.setdefault(key, number)
    new = {number: first[key] for number, key in zip(ids, keys, strict=True)}
    if any(number != new[number] for number in ids):
        write_ids(tb, [new[number] for number in ids])
        tb.close()
        tb.open(f"{vis}/FIELD", nomodify=False)
        write_ids(tb, [new.get(int(number), int(number)) for number in tb.getcol("SOURCE_ID")])
    tb.close()


def write_ids(tb: table, ids: list[int]) -> None:
    """Write the column SOURCE_ID of an open table."""
    column = tb.getcol("SOURCE_ID")
    column[:] = ids
    tb.putcol("SOURCE_ID", column)


def fix_syscal_times(vis: str) -> None:
    """Give all antennas of one Tsys measurement the same time; some old data have slightly different ones."""
    times, lengths, spws = syscal_columns(f"{vis}/SYSCAL.as_imported", f"{vis}/SYSCAL")
    begins: dict[int, float] = {}
    for spw in sorted(set(spws)):
        rows = sorted((times[n] - lengths[n] / 2, n) for n in range(len(spws)) if spws[n] == spw)
        groups = measurements(rows)
        if len({times[n] for _, n in rows}) > len(groups):
            for group in groups:
                mean = sum(begin for begin, _ in group) / len(group)
                begins.update((n, mean) for _, n in group)
    tell(f"SYSCAL: {len(begins)} of {len(spws)} rows get the time of their measurement")
    if begins:
        keep_copy(f"{vis}/SYSCAL", f"{vis}/SYSCAL.as_imported")
        tb = table()
        tb.open(f"{vis}/SYSCAL", nomodify=False)
        for row, begin in begins.items():
            tb.putcell("TIME", row, begin + 1.0)
            tb.putcell("INTERVAL", row, 2.0)
        tb.close()


def syscal_columns(*names: str) -> tuple[list[float], list[float], list[int]]:
    """Return times, intervals and spws of the first of these tables that exists."""
    tb = table()
    tb.open(next(name for name in names if os.path.exists(name)))
    columns = [tb.getcol(name) for name in ("TIME", "INTERVAL", "SPECTRAL_WINDOW_ID")]
    tb.close()
    return [float(t) for t in columns[0]], [float(t) for t in columns[1]], [int(n) for n in columns[2]]


def keep_copy(name: str, copy: str) -> None:
    """Copy a table aside once; a copy cut short does not count."""
    if not os.path.exists(copy):
        remove(f"{copy}.part")
        shutil.copytree(name, f"{copy}.part")
        os.rename(f"{copy}.part", copy)


def measurements(rows: list[tuple[float, int]]) -> list[list[tuple[float, int]]]:
    """Group rows (begin, row) in order of time; more than a second apart is another measurement."""
    groups: list[list[tuple[float, int]]] = []
    for begin, row in rows:
        if groups and begin - groups[-1][-1][0] <= 1.0:
            groups[-1].append((begin, row))
        else:
            groups.append([(begin, row)])
    return groups


def keep_fluxes(name: str, fluxes: Mapping[str, Any]) -> None:
    """Write all numbers that fluxscale returned to a JSON file; its log has six digits of them."""
    with open(f"{name}.new", "w") as file:
        json.dump(fluxes, file, indent=1, default=lambda value: value.tolist())
    os.replace(f"{name}.new", name)


thesteps = []
thesteps = thesteps or list(globals().get("mysteps") or step_title)
print("Steps to be executed:", thesteps)
check_casa("6.7.0.31")

# Import of the ASDM
mystep = 0
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms", "uid___A002_Xabc123_X1f.ms.flagversions")

    importasdm(
        asdm="uid___A002_Xabc123_X1f",
        vis="uid___A002_Xabc123_X1f.ms",
        asis="Antenna Station Receiver Source CalAtmosphere CalWVR CorrelatorMode SBSummary",
        bdfflags=True,
        lazy=False,
        process_caldevice=False,
    )

    # importasdm leaves out what it cannot read without saying so: compare with the ASDM.
    check_import("uid___A002_Xabc123_X1f.ms", rows={"MAIN": 1908})

    unify_source_ids("uid___A002_Xabc123_X1f.ms")

# Fix of SYSCAL table times
mystep = 1
if mystep in thesteps:
    begin_step(mystep)

    fix_syscal_times("uid___A002_Xabc123_X1f.ms")

# listobs
mystep = 2
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms.listobs")

    listobs(vis="uid___A002_Xabc123_X1f.ms", listfile="uid___A002_Xabc123_X1f.ms.listobs")

    check_made("uid___A002_Xabc123_X1f.ms.listobs")

# A priori flagging
mystep = 3
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms", "BeforeAprioriFlagging", drop=["BeforeAprioriApply"])

    # Autocorrelations; those of the radiometers stay, for the water vapour is in them.
    flagdata(
        vis="uid___A002_Xabc123_X1f.ms",
        mode="manual",
        spw="1~8",
        autocorr=True,
        flagbackup=False,
    )

    flagdata(
        vis="uid___A002_Xabc123_X1f.ms",
        mode="manual",
        intent="*ATMOSPHERE*",
        flagbackup=False,
    )

    # Flags that the observatory recorded while it observed (1).
    flagcmd(
        vis="uid___A002_Xabc123_X1f.ms",
        inpmode="table",
        # a repeated step applies them again
        useapplied=True,
        action="apply",
        flagbackup=False,
    )

# Generation and time averaging of the WVR cal table
mystep = 4
if mystep in thesteps:
    begin_step(mystep)

    remove(
        "uid___A002_Xabc123_X1f.ms.wvr",
        "uid___A002_Xabc123_X1f.ms.wvrgcal",
        "uid___A002_Xabc123_X1f.ms.wvr_unsmoothed",
    )

    with log_copied_to("uid___A002_Xabc123_X1f.ms.wvrgcal"):
        wvrgcal(
            vis="uid___A002_Xabc123_X1f.ms",
            caltable="uid___A002_Xabc123_X1f.ms.wvr",
            wvrspw=[0],
            spw=[5, 7],
            toffset=0.0,
            # smoothed to the shortest science integration of 4.608 s
            smooth="4.608s",
            tie=["SgrB2,J1752-2956"],
            statsource="SgrB2",
        )

    check_made("uid___A002_Xabc123_X1f.ms.wvr")

# Generation of the Tsys cal table
mystep = 5
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms.tsys")

    gencal(vis="uid___A002_Xabc123_X1f.ms", caltable="uid___A002_Xabc123_X1f.ms.tsys", caltype="tsys")

    check_made("uid___A002_Xabc123_X1f.ms.tsys")

    flagdata(
        vis="uid___A002_Xabc123_X1f.ms.tsys",
        mode="manual",
        # the filter's edge channels have no good Tsys
        spw="1:0~3;124~127,3:0~3;124~127",
        flagbackup=False,
    )

# Generation of the antenna position cal table
mystep = 6
if mystep in thesteps:
    begin_step(mystep)
    # Nothing to do: no antenna position corrections were given

# Application of the WVR, Tsys and antpos cal tables
mystep = 7
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms", "BeforeAprioriApply")

    # J1733-1304
    applycal(
        vis="uid___A002_Xabc123_X1f.ms",
        field="0",
        spw="5,7",
        gaintable=["uid___A002_Xabc123_X1f.ms.tsys", "uid___A002_Xabc123_X1f.ms.wvr"],
        # its own Tsys
        gainfield=["0", ""],
        interp=["linear,linear", "linear"],
        # same baseband and frequencies covered: 5 from 1, 7 from 3
        spwmap=[[0, 1, 2, 3, 4, 1, 6, 3], []],
        calwt=True,
        flagbackup=False,
    )

    # J1752-2956
    applycal(
        vis="uid___A002_Xabc123_X1f.ms",
        field="1",
        spw="5,7",
        gaintable=["uid___A002_Xabc123_X1f.ms.tsys", "uid___A002_Xabc123_X1f.ms.wvr"],
        # its own Tsys
        gainfield=["1", ""],
        interp=["linear,linear", "linear"],
        # same baseband and frequencies covered: 5 from 1, 7 from 3
        spwmap=[[0, 1, 2, 3, 4, 1, 6, 3], []],
        calwt=True,
        flagbackup=False,
    )

    # SgrB2
    applycal(
        vis="uid___A002_Xabc123_X1f.ms",
        field="2",
        spw="5,7",
        gaintable=["uid___A002_Xabc123_X1f.ms.tsys", "uid___A002_Xabc123_X1f.ms.wvr"],
        # no Tsys of its own: from its phase calibrator J1752-2956
        gainfield=["1", ""],
        interp=["linear,linear", "linear"],
        # same baseband and frequencies covered: 5 from 1, 7 from 3
        spwmap=[[0, 1, 2, 3, 4, 1, 6, 3], []],
        calwt=True,
        flagbackup=False,
    )

# Split out science SPWs and time average
mystep = 8
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms.split", "uid___A002_Xabc123_X1f.ms.split.flagversions")

    mstransform(
        vis="uid___A002_Xabc123_X1f.ms",
        outputvis="uid___A002_Xabc123_X1f.ms.split",
        datacolumn="corrected",
        spw="5,7",
        keepflags=True,
        # windows keep their ids, so that selections mean the same in every MS
        reindex=False,
    )

    check_made("uid___A002_Xabc123_X1f.ms.split")

# Listobs, and save original flags
mystep = 9
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms.split.listobs")

    listobs(vis="uid___A002_Xabc123_X1f.ms.split", listfile="uid___A002_Xabc123_X1f.ms.split.listobs")

    start_from_flags(
        "uid___A002_Xabc123_X1f.ms.split",
        "Original",
        drop=["BeforeBandpassCalibration", "BeforeGainCalibration", "BeforeApplycal"],
    )

# Initial flagging
mystep = 10
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags(
        "uid___A002_Xabc123_X1f.ms.split",
        "Original",
        drop=["BeforeBandpassCalibration", "BeforeGainCalibration", "BeforeApplycal"],
    )

    # Antennas in the shadow of others.
    flagdata(vis="uid___A002_Xabc123_X1f.ms.split", mode="shadow", flagbackup=False)

    flagdata(
        vis="uid___A002_Xabc123_X1f.ms.split",
        mode="manual",
        # 6.25 % at each edge of TDM windows, where the filter response drops
        spw="5:0~14;225~239,7:0~3;60~63",
        flagbackup=False,
    )

# Putting a model for the flux calibrator(s)
mystep = 11
if mystep in thesteps:
    begin_step(mystep)

    clear_after_kill("uid___A002_Xabc123_X1f.ms.split")

    # Models of an earlier run go first.
    delmod(vis="uid___A002_Xabc123_X1f.ms.split", otf=True, scr=True)

    setjy(
        vis="uid___A002_Xabc123_X1f.ms.split",
        # J1733-1304: 2.5094 Jy at 96.484 GHz, spectral index -0.700, from the Source table of the ASDM
        field="0",
        standard="manual",
        fluxdensity=[2.509355, 0, 0, 0],
        spix=-0.7,
        reffreq="96.483837891GHz",
        usescratch=True,
    )

# Save flags before bandpass cal
mystep = 12
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags(
        "uid___A002_Xabc123_X1f.ms.split",
        "BeforeBandpassCalibration",
        drop=["BeforeGainCalibration", "BeforeApplycal"],
    )

# Bandpass calibration
mystep = 13
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags(
        "uid___A002_Xabc123_X1f.ms.split",
        "BeforeBandpassCalibration",
        drop=["BeforeGainCalibration", "BeforeApplycal"],
    )

    remove(
        "uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
    )

    # Phases of each integration, so that the long solutions below lose nothing.
    gaincal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass",
        # J1733-1304 is the first field with CALIBRATE_BANDPASS
        field="0",
        scan="2",
        # the central fifth of each window
        spw="5:96~143,7:25~37",
        solint="int",
        refant="DA41",
        gaintype="G",
        calmode="p",
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    bandpass(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.bandpass",
        field="0",
        scan="2",
        # at full resolution, to look at; the smoothed one below is applied
        solint="inf",
        combine="scan",
        refant="DA41",
        solnorm=True,
        bandtype="B",
        gaintable=["uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass"],
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    bandpass(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
        field="0",
        scan="2",
        # smoothed over 29MHz: predicted SNR 8 per channel, 34 smoothed
        solint="inf,29MHz",
        combine="scan",
        refant="DA41",
        solnorm=True,
        bandtype="B",
        gaintable=["uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass"],
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    check_made(
        "uid___A002_Xabc123_X1f.ms.split.ap_pre_bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass",
        "uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
    )

# Save flags before gain cal
mystep = 14
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms.split", "BeforeGainCalibration", drop=["BeforeApplycal"])

# Gain calibration
mystep = 15
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms.split", "BeforeGainCalibration", drop=["BeforeApplycal"])

    remove(
        "uid___A002_Xabc123_X1f.ms.split.phase_int",
        "uid___A002_Xabc123_X1f.ms.split.ampli_inf",
        "uid___A002_Xabc123_X1f.ms.split.flux_inf",
        "uid___A002_Xabc123_X1f.ms.split.phase_inf",
        "uid___A002_Xabc123_X1f.ms.split.fluxscale",
        "uid___A002_Xabc123_X1f.ms.split.fluxscale.json",
    )

    # Short phases, for the amplitudes and the calibrators.
    gaincal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.phase_int",
        field="0~1",
        # each integration, to follow the atmosphere
        solint="int",
        refant="DA41",
        gaintype="G",
        calmode="p",
        gaintable=["uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz"],
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    # Amplitudes of each scan.
    gaincal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.ampli_inf",
        field="0~1",
        solint="inf",
        refant="DA41",
        # X and Y gains may differ, and each polarisation is strong enough
        gaintype="G",
        calmode="a",
        gaintable=["uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz", "uid___A002_Xabc123_X1f.ms.split.phase_int"],
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    # The scale from the calibrator of known flux to the others; the fluxes found are in the log kept.
    with log_copied_to("uid___A002_Xabc123_X1f.ms.split.fluxscale"):
        fluxes = fluxscale(
            vis="uid___A002_Xabc123_X1f.ms.split",
            caltable="uid___A002_Xabc123_X1f.ms.split.ampli_inf",
            fluxtable="uid___A002_Xabc123_X1f.ms.split.flux_inf",
            # the calibrator of known flux
            reference="0",
        )

    keep_fluxes("uid___A002_Xabc123_X1f.ms.split.fluxscale.json", fluxes)

    # Phases of each scan, carried over to the targets.
    gaincal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        caltable="uid___A002_Xabc123_X1f.ms.split.phase_inf",
        field="0~1",
        solint="inf",
        refant="DA41",
        gaintype="G",
        calmode="p",
        gaintable=["uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz"],
        # of 5 antennas one may be flagged without loss of the others
        minblperant=3,
    )

    check_made(
        "uid___A002_Xabc123_X1f.ms.split.phase_int",
        "uid___A002_Xabc123_X1f.ms.split.ampli_inf",
        "uid___A002_Xabc123_X1f.ms.split.flux_inf",
        "uid___A002_Xabc123_X1f.ms.split.phase_inf",
    )

# Save flags before applycal
mystep = 16
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms.split", "BeforeApplycal")

# Application of the bandpass and gain cal tables
mystep = 17
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms.split", "BeforeApplycal")

    # J1733-1304: phases of each integration, solved on the very source
    applycal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        field="0",
        gaintable=[
            "uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
            "uid___A002_Xabc123_X1f.ms.split.phase_int",
            "uid___A002_Xabc123_X1f.ms.split.flux_inf",
        ],
        gainfield=["", "0", "0"],
        interp=["linear,linear", "linear", "linear"],
        calwt=True,
        flagbackup=False,
    )

    # J1752-2956, SgrB2: phases of each scan, interpolated between scans of the phase calibrator
    applycal(
        vis="uid___A002_Xabc123_X1f.ms.split",
        field="1~2",
        gaintable=[
            "uid___A002_Xabc123_X1f.ms.split.bandpass_smooth29MHz",
            "uid___A002_Xabc123_X1f.ms.split.phase_inf",
            "uid___A002_Xabc123_X1f.ms.split.flux_inf",
        ],
        gainfield=["", "1", "1"],
        interp=["linear,linear", "linear", "linear"],
        calwt=True,
        flagbackup=False,
    )

# Split out corrected column
mystep = 18
if mystep in thesteps:
    begin_step(mystep)

    remove("uid___A002_Xabc123_X1f.ms.split.cal", "uid___A002_Xabc123_X1f.ms.split.cal.flagversions")

    # Scans for pointing and atmosphere alone stay behind.
    mstransform(
        vis="uid___A002_Xabc123_X1f.ms.split",
        outputvis="uid___A002_Xabc123_X1f.ms.split.cal",
        datacolumn="corrected",
        intent="*BANDPASS*,*FLUX*,*PHASE*,*OBSERVE_TARGET*",
        keepflags=True,
        reindex=False,
        # antennas of the dominant diameter 12 m
        antenna="DA41,DV02,PM03,DV10&",
    )

    check_made("uid___A002_Xabc123_X1f.ms.split.cal")

# Save flags after applycal
mystep = 19
if mystep in thesteps:
    begin_step(mystep)

    start_from_flags("uid___A002_Xabc123_X1f.ms.split.cal", "AfterApplycal")
