# Imaging of the MOUS uid://A001/X1/X9, made by almared.
# Run it in its own directory, whole or with the global list mysteps = [numbers of steps].
#
# Images ../Combination/calibrated/calibrated.ms: a reason
#
# - M_100_cont: M 100, continuum of 3 fields, windows 0, 1
# - M_100_spw0: M 100, 127 channels of 3 fields, windows 0
# - M_100_spw1: M 100, 127 channels of 3 fields, windows 1

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
from casatools import table

made_with = {"almared": "X", "casatasks": "X.Y"}
step_title = {
    0: "Split of the calibrated target data",
    1: "Listobs, and save original flags",
    2: "Continuum MS",
    3: "Subtraction of the continuum",
    4: "Self-calibration",
    5: "Noise by the weights",
    6: "Continuum image M_100_cont",
    7: "Cube M_100_spw0",
    8: "Cube M_100_spw1",
}
step_makes = {
    0: ["calibrated_final.ms"],
    1: ["calibrated_final.ms.listobs.txt", "calibrated_final.ms.flagversions"],
    2: ["calibrated_final_cont.ms"],
    3: ["calibrated_final.ms.contsub"],
    5: ["M_100_cont.theory.json", "M_100_spw0.theory.json", "M_100_spw1.theory.json"],
    6: [
        "M_100_cont.residual.tt0",
        "M_100_cont.residual.tt1",
        "M_100_cont.image.tt0",
        "M_100_cont.image.tt1",
        "M_100_cont.image.tt0.pbcor",
        "M_100_cont.pb.tt0",
        "M_100_cont.psf.tt0",
        "M_100_cont.clean.json",
        "M_100_cont.image.fits",
        "M_100_cont.pbcor.fits",
        "M_100_cont.flux.fits",
        "M_100_cont.mask.fits",
    ],
    7: [
        "M_100_spw0.residual",
        "M_100_spw0.psf",
        "M_100_spw0.pb",
        "M_100_spw0.sumwt",
        "M_100_spw0.model",
        "M_100_spw0.image",
        "M_100_spw0.image.pbcor",
        "M_100_spw0.clean.json",
        "M_100_spw0.image.fits",
        "M_100_spw0.pbcor.fits",
        "M_100_spw0.flux.fits",
        "M_100_spw0.mask.fits",
    ],
    8: [
        "M_100_spw1.residual",
        "M_100_spw1.psf",
        "M_100_spw1.pb",
        "M_100_spw1.sumwt",
        "M_100_spw1.model",
        "M_100_spw1.image",
        "M_100_spw1.image.pbcor",
        "M_100_spw1.clean.json",
        "M_100_spw1.image.fits",
        "M_100_spw1.pbcor.fits",
        "M_100_spw1.flux.fits",
        "M_100_spw1.mask.fits",
    ],
}
step_changes = {2: ["calibrated_final.ms"]}
step_flags = {2: {"calibrated_final.ms": "before_cont_flags"}}
step_after = {2: [1], 3: [2], 4: [2], 5: [3, 4], 6: [4], 7: [3, 4], 8: [3, 4]}


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
        spw="0:0~2;41~59;125~127,1:0~2;41~59;125~127",
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
        fitspec={"0": {"0": {"chan": "3~40;60~124", "fitorder": 1}, "1": {"chan": "3~40;60~124", "fitorder": 1}}},
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
        imsize=[960, 720],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="0~1",
        specmode="mfs",
    )

    keep_theory("M_100_cont", sensitivity=sensitivity)

    remove("calibrated_final_cont.ms.apparentsens.psf", "calibrated_final_cont.ms.apparentsens.sumwt")

    sensitivity = apparentsens(
        vis="calibrated_final.ms.contsub",
        field="0~2",
        imsize=[960, 720],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="0:64",
        specmode="mfs",
    )

    keep_theory("M_100_spw0", sensitivity=sensitivity)

    remove("calibrated_final.ms.contsub.apparentsens.psf", "calibrated_final.ms.contsub.apparentsens.sumwt")

    sensitivity = apparentsens(
        vis="calibrated_final.ms.contsub",
        field="0~2",
        imsize=[800, 540],
        cell="0.3arcsec",
        weighting="briggs",
        robust=0.5,
        spw="1:64",
        specmode="mfs",
    )

    keep_theory("M_100_spw1", sensitivity=sensitivity)

    remove("calibrated_final.ms.contsub.apparentsens.psf", "calibrated_final.ms.contsub.apparentsens.sumwt")

# Continuum image M_100_cont
mystep = 6
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_cont",
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
        imagename="M_100_cont",
        field="0~2",
        spw="0~1",
        datacolumn="data",
        specmode="mfs",
        # the windows span 29.7 % of the frequency, more than 10 %: the spectral slope is fitted
        deconvolver="mtmfs",
        nterms=2,
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (67.7" at half maximum) down to 0.2, twice
        # as wide for sidelobes of 1.00
        imsize=[960, 720],
        # the longest baseline of 131 kilowavelengths resolves 1.57"; 5.2 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        # sidelobes of 1.00 are not fitted as part of the beam
        psfcutoff=0.5,
        weighting="briggs",
        # the usual value; predicts 3.62" x 0.946"
        robust=0.5,
        niter=1000000,
        # 2 times the expected noise of 1.58 mJy
        threshold="3.15mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # sidelobes of 1.00; each major cycle cleans to 0.25 of the peak
        cyclefactor=0.25,
        # standard values for short baselines (75th percentile 233 m); sidelobethreshold and noisethreshold lowered for
        # sidelobes of 1.00, 0.28 on average
        usemask="auto-multithresh",
        # as far as the beam reaches across
        pbmask=0.2,
        sidelobethreshold=0.6,
        noisethreshold=2.15,
        lownoisethreshold=1.5,
        negativethreshold=0.0,
        minbeamfrac=0.1,
        growiterations=75,
        parallel=False,
        pbcor=True,
    )

    keep_clean_record("M_100_cont", result=cleaned)

    check_made(
        "M_100_cont.residual.tt0",
        "M_100_cont.residual.tt1",
        "M_100_cont.image.tt0",
        "M_100_cont.image.tt1",
        "M_100_cont.image.tt0.pbcor",
        "M_100_cont.pb.tt0",
        "M_100_cont.psf.tt0",
    )

    exportfits(
        imagename="M_100_cont.image.tt0",
        fitsimage="M_100_cont.image.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont.image.tt0.pbcor",
        fitsimage="M_100_cont.pbcor.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont.pb.tt0",
        fitsimage="M_100_cont.flux.fits",
        velocity=False,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_cont.mask",
        fitsimage="M_100_cont.mask.fits",
        velocity=False,
        overwrite=True,
    )

# Cube M_100_spw0
mystep = 7
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_spw0",
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
        imagename="M_100_spw0",
        field="0~2",
        spw="0",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="86.992187500GHz",
        start="86.007418750GHz",
        # 53.87 km/s: no width was requested: the width of the data
        width="0.015631250GHz",
        nchan=127,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (67.7" at half maximum) down to 0.2, twice
        # as wide for sidelobes of 1.00
        imsize=[960, 720],
        # the longest baseline of 131 kilowavelengths resolves 1.57"; 5.2 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        # sidelobes of 1.00 are not fitted as part of the beam
        psfcutoff=0.5,
        weighting="briggs",
        # the usual value; predicts 3.62" x 0.946"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=1000000,
        # 2 times the expected noise of 3.01 mJy
        threshold="6.02mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # sidelobes of 1.00; each major cycle cleans to 0.25 of the peak
        cyclefactor=0.25,
        # standard values for short baselines (75th percentile 233 m); sidelobethreshold and noisethreshold lowered for
        # sidelobes of 1.00, 0.28 on average
        usemask="auto-multithresh",
        # as far as the beam reaches across
        pbmask=0.2,
        sidelobethreshold=0.6,
        noisethreshold=2.15,
        lownoisethreshold=1.5,
        negativethreshold=15.0,
        minbeamfrac=0.1,
        growiterations=50,
        parallel=False,
        # one beam for all channels
        restoringbeam="common",
        pbcor=True,
    )

    keep_clean_record("M_100_spw0", result=cleaned)

    check_made(
        "M_100_spw0.residual",
        "M_100_spw0.psf",
        "M_100_spw0.pb",
        "M_100_spw0.sumwt",
        "M_100_spw0.model",
        "M_100_spw0.image",
        "M_100_spw0.image.pbcor",
    )

    exportfits(
        imagename="M_100_spw0.image",
        fitsimage="M_100_spw0.image.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw0.image.pbcor",
        fitsimage="M_100_spw0.pbcor.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw0.pb",
        fitsimage="M_100_spw0.flux.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw0.mask",
        fitsimage="M_100_spw0.mask.fits",
        velocity=True,
        overwrite=True,
    )

# Cube M_100_spw1
mystep = 8
if mystep in thesteps:
    begin_step(mystep)

    remove_images(
        "M_100_spw1",
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
        imagename="M_100_spw1",
        field="0~2",
        spw="1",
        datacolumn="data",
        specmode="cube",
        outframe="LSRK",
        veltype="radio",
        restfreq="114.992187500GHz",
        start="114.007418750GHz",
        # 40.75 km/s: no width was requested: the width of the data
        width="0.015631250GHz",
        nchan=127,
        interpolation="linear",
        # channels are cleaned one by one
        deconvolver="hogbom",
        # 3 pointings are imaged together, each with its primary beam
        gridder="mosaic",
        mosweight=True,
        usepointing=False,
        # the middle of the pointings
        phasecenter="ICRS 03:49:12.36218 +11.27.32.9612",
        # 3 pointings over 40" x 0" and the primary beam of the 12 m dishes (51.1" at half maximum) down to 0.2, twice
        # as wide for sidelobes of 0.99
        imsize=[800, 540],
        # the longest baseline of 131 kilowavelengths resolves 1.57"; 5.2 pixels across it
        cell="0.3arcsec",
        pblimit=0.2,
        # sidelobes of 1.00 are not fitted as part of the beam
        psfcutoff=0.5,
        weighting="briggs",
        # the usual value; predicts 3.62" x 0.947"
        robust=0.5,
        # each channel is weighted alone, in a chunk as in the whole
        perchanweightdensity=True,
        niter=1000000,
        # 2 times the expected noise of 3.31 mJy
        threshold="6.62mJy",
        # where sidelobes or calibration errors are above the noise, they stop it
        nsigma=2.0,
        # sidelobes of 1.00; each major cycle cleans to 0.25 of the peak
        cyclefactor=0.25,
        # standard values for short baselines (75th percentile 233 m); sidelobethreshold and noisethreshold lowered for
        # sidelobes of 1.00, 0.28 on average
        usemask="auto-multithresh",
        # as far as the beam reaches across
        pbmask=0.2,
        sidelobethreshold=0.6,
        noisethreshold=2.15,
        lownoisethreshold=1.5,
        negativethreshold=15.0,
        minbeamfrac=0.1,
        growiterations=50,
        parallel=False,
        # one beam for all channels
        restoringbeam="common",
        pbcor=True,
    )

    keep_clean_record("M_100_spw1", result=cleaned)

    check_made(
        "M_100_spw1.residual",
        "M_100_spw1.psf",
        "M_100_spw1.pb",
        "M_100_spw1.sumwt",
        "M_100_spw1.model",
        "M_100_spw1.image",
        "M_100_spw1.image.pbcor",
    )

    exportfits(
        imagename="M_100_spw1.image",
        fitsimage="M_100_spw1.image.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw1.image.pbcor",
        fitsimage="M_100_spw1.pbcor.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw1.pb",
        fitsimage="M_100_spw1.flux.fits",
        velocity=True,
        overwrite=True,
    )

    exportfits(
        imagename="M_100_spw1.mask",
        fitsimage="M_100_spw1.mask.fits",
        velocity=True,
        overwrite=True,
    )
