# Imaging of the MOUS uid://A001/X1/X9, made by almared.
# Run it in its own directory, whole or with the global list mysteps = [numbers of steps].
#
# Images ../Combination/calibrated/calibrated.ms: a reason
#
# - M_100_cont_B3: M 100, continuum of 3 fields, windows 0
# - M_100_cont_B6: M 100, continuum of 3 fields, windows 1
# - M_100_CO: M 100, 157 channels of 3 fields, windows 1

from __future__ import annotations

import glob
import json
import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from casatasks import (
    apparentsens,
    casalog,
    exportfits,
    flagdata,
    flagmanager,
    initweights,
    listobs,
    split,
    tclean,
    uvcontsub,
    version_string,
)
from casatools import image, regionmanager, table

made_with = {"almared": "X", "casatasks": "X.Y"}
step_title = {
    0: "Split of the calibrated target data",
    1: "Listobs, and save original flags",
    2: "Continuum MS",
    3: "Subtraction of the continuum",
    4: "Self-calibration",
    5: "Noise by the weights",
    6: "Continuum image M_100_cont_B3",
    7: "Continuum image M_100_cont_B6",
    8: "Cube M_100_CO, 57 channels from 230.161897 GHz",
    9: "Cube M_100_CO, 60 channels from 230.185834 GHz",
    10: "Cube M_100_CO, 56 channels from 230.211235 GHz",
    11: "Cube M_100_CO from its chunks",
}
step_makes = {
    0: ["calibrated_final.ms"],
    1: ["calibrated_final.ms.listobs.txt", "calibrated_final.ms.flagversions"],
    2: ["calibrated_final_cont.ms"],
    3: ["calibrated_final.ms.contsub"],
    5: ["M_100_cont_B3.theory.json", "M_100_cont_B6.theory.json", "M_100_CO.theory.json"],
    6: [
        "M_100_cont_B3.residual",
        "M_100_cont_B3.psf",
        "M_100_cont_B3.pb",
        "M_100_cont_B3.sumwt",
        "M_100_cont_B3.model",
        "M_100_cont_B3.image",
        "M_100_cont_B3.image.pbcor",
        "M_100_cont_B3.clean.json",
        "M_100_cont_B3.image.fits",
        "M_100_cont_B3.pbcor.fits",
        "M_100_cont_B3.flux.fits",
        "M_100_cont_B3.mask.fits",
    ],
    7: [
        "M_100_cont_B6.residual",
        "M_100_cont_B6.psf",
        "M_100_cont_B6.pb",
        "M_100_cont_B6.sumwt",
        "M_100_cont_B6.model",
        "M_100_cont_B6.image",
        "M_100_cont_B6.image.pbcor",
        "M_100_cont_B6.clean.json",
        "M_100_cont_B6.image.fits",
        "M_100_cont_B6.pbcor.fits",
        "M_100_cont_B6.flux.fits",
        "M_100_cont_B6.mask.fits",
    ],
    8: [
        "M_100_CO.chunk00.residual",
        "M_100_CO.chunk00.psf",
        "M_100_CO.chunk00.pb",
        "M_100_CO.chunk00.sumwt",
        "M_100_CO.chunk00.model",
        "M_100_CO.chunk00.clean.json",
    ],
    9: [
        "M_100_CO.chunk01.residual",
        "M_100_CO.chunk01.psf",
        "M_100_CO.chunk01.pb",
        "M_100_CO.chunk01.sumwt",
        "M_100_CO.chunk01.model",
        "M_100_CO.chunk01.clean.json",
    ],
    10: [
        "M_100_CO.chunk02.residual",
        "M_100_CO.chunk02.psf",
        "M_100_CO.chunk02.pb",
        "M_100_CO.chunk02.sumwt",
        "M_100_CO.chunk02.model",
        "M_100_CO.chunk02.clean.json",
    ],
    11: [
        "M_100_CO.residual",
        "M_100_CO.psf",
        "M_100_CO.pb",
        "M_100_CO.sumwt",
        "M_100_CO.model",
        "M_100_CO.image",
        "M_100_CO.image.pbcor",
        "M_100_CO.clean.json",
        "M_100_CO.image.fits",
        "M_100_CO.pbcor.fits",
        "M_100_CO.flux.fits",
        "M_100_CO.mask.fits",
    ],
}
step_changes = {2: ["calibrated_final.ms"]}
step_flags = {2: {"calibrated_final.ms": "before_cont_flags"}}
step_after = {2: [1], 3: [2], 4: [2], 5: [3, 4], 6: [4], 7: [4], 8: [3, 4], 9: [3, 4], 10: [3, 4], 11: [8, 9, 10]}


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


def keep_clean_record(name: str, result: Mapping[str, Any]) -> None:
    """Keep what tclean tells about its iterations as ``<name>.clean.json``."""
    names = {"iterdone": "iterations", "nmajordone": "major_cycles", "stopcode": "stop_code"}
    record: dict[str, Any] = {new: int(result.get(old, 0)) for old, new in names.items()}
    record["stopped_because"] = str(result.get("stopDescription", ""))
    if not record["iterations"]:
        tell(f"{name}: nothing was cleaned: no emission above the thresholds of the masks")
    with open(f"{name}.clean.json", "w") as file:
        json.dump(record, file, indent=1)


def keep_theory(name: str, sensitivity: Mapping[str, Any]) -> None:
    """Keep the noise that apparentsens computes from the weights that are left as ``<name>.theory.json``."""
    with open(f"{name}.theory.json", "w") as file:
        json.dump({"apparent_sensitivity_jy": float(sensitivity["effSens"])}, file)


def join_chunks(name: str, chunks: Sequence[str], kinds: Sequence[str], channels: Sequence[Sequence[int]]) -> None:
    """Join the first to the last of some channels of each chunk, and the records of their cleans."""
    for kind in kinds:
        parts = [f"{chunk}.{kind}" for chunk in chunks]
        if not os.path.exists(parts[0]):
            continue
        remove(f"{name}.{kind}")
        inner = [_without_margins(part, *channels[number]) for number, part in enumerate(parts)]
        ia = image()
        ia.imageconcat(outfile=f"{name}.{kind}", infiles=inner, axis=-1, relax=True).done()
        ia.done()
        remove(*(part for part in inner if part not in parts))
    records = []
    for chunk in chunks:
        with open(f"{chunk}.clean.json") as file:
            records.append(json.load(file))
    joined = {
        "iterations": sum(record["iterations"] for record in records),
        "major_cycles": max(record["major_cycles"] for record in records),
        "stop_code": max(record["stop_code"] for record in records),
        "stopped_because": "; ".join(dict.fromkeys(record["stopped_because"] for record in records)),
    }
    with open(f"{name}.clean.json", "w") as file:
        json.dump(joined, file, indent=1)


def _without_margins(part: str, first: int, last: int) -> str:
    """Return the name of an image that holds these channels of a chunk alone."""
    ia = image()
    ia.open(part)
    shape = [int(n) for n in ia.shape()]
    if (first, last) == (0, shape[-1] - 1):
        ia.done()
        return part
    remove(f"{part}.inner")
    box = regionmanager().box([0] * (len(shape) - 1) + [first], [n - 1 for n in shape[:-1]] + [last])
    ia.subimage(outfile=f"{part}.inner", region=box).done()
    ia.done()
    return f"{part}.inner"


def remove_images(name: str, kinds: Sequence[str]) -> None:
    """Remove the images of a name that are there: tclean would go on from them instead of beginning anew."""
    remove(*(f"{name}.{kind}" for kind in kinds))


thesteps = []
thesteps = thesteps or list(globals().get("mysteps") or step_title)
print("Steps to be executed:", thesteps)
check_casa("X.Y")

# Split of the calibrated target data
mystep = 0
if mystep in thesteps:
    begin_step(mystep)

    remove("calibrated_final.ms", "calibrated_final.ms.flagversions")

    split(
        # a reason
        vis="../Combination/calibrated/calibrated.ms",
        outputvis="calibrated_final.ms",
        field="3~4",
        spw="0~1",
        # science targets alone
        intent="*TARGET*",
        datacolumn="corrected",
        # rows that are flagged as a whole are of no use to images
        keepflags=False,
    )

    check_made("calibrated_final.ms")

# Listobs, and save original flags
mystep = 1
if mystep in thesteps:
    begin_step(mystep)

    remove("calibrated_final.ms.listobs.txt")

    listobs(vis="calibrated_final.ms", listfile="calibrated_final.ms.listobs.txt")

    start_from_flags("calibrated_final.ms", "original_flags")

# Continuum MS
mystep = 2
if mystep in thesteps:
    begin_step(mystep)

    remove("calibrated_final_cont.ms", "calibrated_final_cont.ms.flagversions")

    start_from_flags("calibrated_final.ms", "before_cont_flags")

    initweights(vis="calibrated_final.ms", wtmode="weight", dowtsp=True)

    # Channels that are not line-free by cont.dat.
    flagdata(
        vis="calibrated_final.ms",
        mode="manual",
        field="0",
        spw="0:0~2;41~59;125~127,1:0~2;41~59;957~959",
        flagbackup=False,
    )

    split(
        vis="calibrated_final.ms",
        outputvis="calibrated_final_cont.ms",
        datacolumn="data",
        spw="0~1",
        # 8 channels to a reason
        width=[8, 8],
    )

    start_from_flags("calibrated_final.ms", "before_cont_flags")

    check_made("calibrated_final_cont.ms")

# Subtraction of the continuum
mystep = 3
if mystep in thesteps:
    begin_step(mystep)

    remove("calibrated_final.ms.contsub", "calibrated_final.ms.contsub.flagversions")

    uvcontsub(
        vis="calibrated_final.ms",
        outputvis="calibrated_final.ms.contsub",
        # line-free channels of cont.dat, per field and window
        fitspec={"0": {"0": {"chan": "3~40;60~124", "fitorder": 1}, "1": {"chan": "3~40;60~956", "fitorder": 1}}},
        datacolumn="data",
    )

    check_made("calibrated_final.ms.contsub")

# Self-calibration
mystep = 4
if mystep in thesteps:
    begin_step(mystep)
    # Nothing to do: self-calibration is decided by a person (domain D.5): for a strong source whose noise is above the
    # request, not for compact or 7-m parts. Add its calls here; the images below then start from what they leave

# Noise by the weights
mystep = 5
if mystep in thesteps:
    begin_step(mystep)

    sensitivity = apparentsens(
        vis="calibrated_final_cont.ms",
        field="0~2",
        imsize=[480, 360],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="0",
        specmode="mfs",
    )

    keep_theory("M_100_cont_B3", sensitivity=sensitivity)

    remove("calibrated_final_cont.ms.apparentsens.psf", "calibrated_final_cont.ms.apparentsens.sumwt")

    sensitivity = apparentsens(
        vis="calibrated_final_cont.ms",
        field="0~2",
        imsize=[300, 144],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="1",
        specmode="mfs",
    )

    keep_theory("M_100_cont_B6", sensitivity=sensitivity)

    remove("calibrated_final_cont.ms.apparentsens.psf", "calibrated_final_cont.ms.apparentsens.sumwt")

    sensitivity = apparentsens(
        vis="calibrated_final.ms.contsub",
        field="0~2",
        imsize=[300, 144],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="1:480",
        specmode="mfs",
    )

    keep_theory("M_100_CO", sensitivity=sensitivity)

    remove("calibrated_final.ms.contsub.apparentsens.psf", "calibrated_final.ms.contsub.apparentsens.sumwt")

# Continuum image M_100_cont_B3
mystep = 6
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_cont_B3",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    cleaned = tclean(
        vis="calibrated_final_cont.ms",
        imagename="M_100_cont_B3",
        field="0~2",
        spw="0",
        datacolumn="data",
        specmode="mfs",
        # the windows span 2.0 % of the frequency, less than 10 %
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (58.2" at half maximum) down to 0.2, with
        # padding
        imsize=[480, 360],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.32" x 2.24"
        robust=0.5,
        niter=1000000,
        # 2 times the expected noise of 0.586 mJy
        threshold="1.17mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # standard values for short baselines (75th percentile 148 m)
        usemask="auto-multithresh",
        sidelobethreshold=2.0,
        noisethreshold=4.25,
        lownoisethreshold=1.5,
        negativethreshold=0.0,
        minbeamfrac=0.3,
        growiterations=75,
        parallel=False,
        pbcor=True,
    )

    keep_clean_record("M_100_cont_B3", result=cleaned)

    check_made(
        "M_100_cont_B3.residual",
        "M_100_cont_B3.psf",
        "M_100_cont_B3.pb",
        "M_100_cont_B3.sumwt",
        "M_100_cont_B3.model",
        "M_100_cont_B3.image",
        "M_100_cont_B3.image.pbcor",
    )

    exportfits(
        imagename="M_100_cont_B3.image",
        fitsimage="M_100_cont_B3.image.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B3.image.pbcor",
        fitsimage="M_100_cont_B3.pbcor.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B3.pb",
        fitsimage="M_100_cont_B3.flux.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B3.mask",
        fitsimage="M_100_cont_B3.mask.fits",
        velocity=False,
        overwrite=True,
    )

# Continuum image M_100_cont_B6
mystep = 7
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_cont_B6",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    cleaned = tclean(
        vis="calibrated_final_cont.ms",
        imagename="M_100_cont_B6",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="mfs",
        # the windows span 0.2 % of the frequency, less than 10 %
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (25.3" at half maximum) down to 0.2, with
        # padding
        imsize=[300, 144],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.19" x 2.11"
        robust=0.5,
        niter=1000000,
        # 2 times the expected noise of 0.833 mJy
        threshold="1.67mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # standard values for short baselines (75th percentile 148 m)
        usemask="auto-multithresh",
        sidelobethreshold=2.0,
        noisethreshold=4.25,
        lownoisethreshold=1.5,
        negativethreshold=0.0,
        minbeamfrac=0.3,
        growiterations=75,
        parallel=False,
        pbcor=True,
    )

    keep_clean_record("M_100_cont_B6", result=cleaned)

    check_made(
        "M_100_cont_B6.residual",
        "M_100_cont_B6.psf",
        "M_100_cont_B6.pb",
        "M_100_cont_B6.sumwt",
        "M_100_cont_B6.model",
        "M_100_cont_B6.image",
        "M_100_cont_B6.image.pbcor",
    )

    exportfits(
        imagename="M_100_cont_B6.image",
        fitsimage="M_100_cont_B6.image.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B6.image.pbcor",
        fitsimage="M_100_cont_B6.pbcor.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B6.pb",
        fitsimage="M_100_cont_B6.flux.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont_B6.mask",
        fitsimage="M_100_cont_B6.mask.fits",
        velocity=False,
        overwrite=True,
    )

# Cube M_100_CO, 57 channels from 230.161897 GHz
mystep = 8
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_CO.chunk00",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    cleaned = tclean(
        vis="calibrated_final.ms.contsub",
        imagename="M_100_CO.chunk00",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="230.200000000GHz",
        start="230.161897365GHz",
        # 0.6362 km/s: CO: no width was requested: that of the data
        width="0.000488495GHz",
        nchan=57,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (25.3" at half maximum) down to 0.2, with
        # padding
        imsize=[300, 144],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.19" x 2.11"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=1000000,
        # 2 times the expected noise of 4.81 mJy
        threshold="9.62mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # standard values for short baselines (75th percentile 148 m)
        usemask="auto-multithresh",
        sidelobethreshold=2.0,
        noisethreshold=4.25,
        lownoisethreshold=1.5,
        negativethreshold=15.0,
        minbeamfrac=0.3,
        growiterations=50,
        parallel=False,
        # the joined cube is restored with one beam
        restoration=False,
    )

    keep_clean_record("M_100_CO.chunk00", result=cleaned)

    check_made(
        "M_100_CO.chunk00.residual",
        "M_100_CO.chunk00.psf",
        "M_100_CO.chunk00.pb",
        "M_100_CO.chunk00.sumwt",
        "M_100_CO.chunk00.model",
    )

# Cube M_100_CO, 60 channels from 230.185834 GHz
mystep = 9
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_CO.chunk01",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    cleaned = tclean(
        vis="calibrated_final.ms.contsub",
        imagename="M_100_CO.chunk01",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="230.200000000GHz",
        start="230.185833620GHz",
        # 0.6362 km/s: CO: no width was requested: that of the data
        width="0.000488495GHz",
        nchan=60,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (25.3" at half maximum) down to 0.2, with
        # padding
        imsize=[300, 144],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.19" x 2.11"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=1000000,
        # 2 times the expected noise of 4.81 mJy
        threshold="9.62mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # standard values for short baselines (75th percentile 148 m)
        usemask="auto-multithresh",
        sidelobethreshold=2.0,
        noisethreshold=4.25,
        lownoisethreshold=1.5,
        negativethreshold=15.0,
        minbeamfrac=0.3,
        growiterations=50,
        parallel=False,
        # the joined cube is restored with one beam
        restoration=False,
    )

    keep_clean_record("M_100_CO.chunk01", result=cleaned)

    check_made(
        "M_100_CO.chunk01.residual",
        "M_100_CO.chunk01.psf",
        "M_100_CO.chunk01.pb",
        "M_100_CO.chunk01.sumwt",
        "M_100_CO.chunk01.model",
    )

# Cube M_100_CO, 56 channels from 230.211235 GHz
mystep = 10
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_CO.chunk02",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    cleaned = tclean(
        vis="calibrated_final.ms.contsub",
        imagename="M_100_CO.chunk02",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="230.200000000GHz",
        start="230.211235360GHz",
        # 0.6362 km/s: CO: no width was requested: that of the data
        width="0.000488495GHz",
        nchan=56,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (25.3" at half maximum) down to 0.2, with
        # padding
        imsize=[300, 144],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.19" x 2.11"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=1000000,
        # 2 times the expected noise of 4.81 mJy
        threshold="9.62mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # standard values for short baselines (75th percentile 148 m)
        usemask="auto-multithresh",
        sidelobethreshold=2.0,
        noisethreshold=4.25,
        lownoisethreshold=1.5,
        negativethreshold=15.0,
        minbeamfrac=0.3,
        growiterations=50,
        parallel=False,
        # the joined cube is restored with one beam
        restoration=False,
    )

    keep_clean_record("M_100_CO.chunk02", result=cleaned)

    check_made(
        "M_100_CO.chunk02.residual",
        "M_100_CO.chunk02.psf",
        "M_100_CO.chunk02.pb",
        "M_100_CO.chunk02.sumwt",
        "M_100_CO.chunk02.model",
    )

# Cube M_100_CO from its chunks
mystep = 11
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_CO",
        kinds=[
            "residual",
            "psf",
            "model",
            "pb",
            "sumwt",
            "mask",
            "weight",
            "image",
            "image.pbcor",
            "residual.tt0",
            "residual.tt1",
            "residual.tt2",
            "psf.tt0",
            "psf.tt1",
            "psf.tt2",
            "model.tt0",
            "model.tt1",
            "model.tt2",
            "sumwt.tt0",
            "sumwt.tt1",
            "sumwt.tt2",
            "image.tt0",
            "image.tt1",
            "image.tt2",
            "weight.tt0",
            "weight.tt1",
            "weight.tt2",
            "pb.tt0",
            "pb.tt1",
            "image.tt0.pbcor",
            "image.tt1.pbcor",
            "alpha",
            "alpha.error",
            "work.temp",
        ],
    )

    join_chunks(
        "M_100_CO",
        chunks=["M_100_CO.chunk00", "M_100_CO.chunk01", "M_100_CO.chunk02"],
        kinds=["residual", "psf", "model", "pb", "sumwt", "mask", "weight"],
        channels=[[0, 52], [4, 55], [4, 55]],
    )

    tclean(
        vis="calibrated_final.ms.contsub",
        imagename="M_100_CO",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="230.200000000GHz",
        start="230.161897365GHz",
        # 0.6362 km/s: CO: no width was requested: that of the data
        width="0.000488495GHz",
        nchan=157,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (25.3" at half maximum) down to 0.2, with
        # padding
        imsize=[300, 144],
        # the longest baseline of 128 kilowavelengths resolves 1.61"; 5.4 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        weighting="briggs",
        # the usual value; predicts 2.19" x 2.11"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=0,
        parallel=False,
        # nothing is gridded again: residuals and models are those of the chunks
        calcpsf=False,
        calcres=False,
        # one beam over all chunks
        restoringbeam="common",
        pbcor=True,
    )

    check_made(
        "M_100_CO.residual",
        "M_100_CO.psf",
        "M_100_CO.pb",
        "M_100_CO.sumwt",
        "M_100_CO.model",
        "M_100_CO.image",
        "M_100_CO.image.pbcor",
    )

    exportfits(
        imagename="M_100_CO.image",
        fitsimage="M_100_CO.image.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_CO.image.pbcor",
        fitsimage="M_100_CO.pbcor.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_CO.pb",
        fitsimage="M_100_CO.flux.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_CO.mask",
        fitsimage="M_100_CO.mask.fits",
        velocity=True,
        overwrite=True,
    )
