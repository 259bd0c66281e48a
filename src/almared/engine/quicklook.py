"""CASA jobs of the report: phases of a scan with and without the radiometers, and quick images."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

LEAST_ANTENNAS = 3
"""Minimum number of baselines per antenna of a phase solution: small arrays have fewer than CASA's default."""


def solve_phases(
    *, vis: str, scan: int, spw_id: int, refant: str, outputs: Mapping[str, Sequence[str]]
) -> dict[str, str]:
    """Solve the phases of each integration of a scan, once per set of tables that is applied.

    Parameters
    ----------
    vis : str
        The imported MS; its raw data are used; nothing in it is changed.
    scan, spw_id : int
        Scan and window, averaged over all its channels.
    refant : str
        Reference antenna.
    outputs : mapping of str to sequence of str
        Per name of a table to make, the tables to apply before.

    Returns
    -------
    dict of str
        The tables made, by name.

    References
    ----------
    domain.md C.3, WVR.
    """
    from casatasks import gaincal

    for name, applied in outputs.items():
        _remove(name)
        gaincal(
            vis=vis,
            caltable=name,
            scan=str(scan),
            spw=str(spw_id),
            solint="int",
            refant=refant,
            gaintype="G",
            calmode="p",
            minblperant=LEAST_ANTENNAS - 1,
            gaintable=list(applied),
        )
    return {name: os.path.abspath(name) for name in outputs if os.path.exists(name)}


def clean_several(*, images: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Make quick images one after the other, each with the arguments and result of `clean_quickly`."""
    return [clean_quickly(**image) for image in images]


def clean_quickly(
    *, vis: str, name: str, field: str, widths: Mapping[str, int], grid: Mapping[str, float], **stop: float
) -> dict[str, Any]:
    """Make a quick continuum image of one field and write its pixels to a file.

    Parameters
    ----------
    vis : str
        Calibrated MS; its column DATA is used.
    name : str
        Name of the images; earlier files of that name are removed.
    field : str
        Field id.
    widths : mapping of str to int
        Number of channels to average first, per window.
    grid : mapping of str to float
        ``cell_arcsec``, ``size`` (pixels), ``bin_s``, averaging time of the data, and ``mask_pixels``, the
        radius of the cleaned area around the centre, 0 for everywhere.
    **stop : float
        ``niter`` and ``threshold_jy``, which stop the clean.

    Returns
    -------
    dict
        ``pixels``: path of an npz file with ``image``, ``psf`` and ``residual`` (y, x; Jy/beam); ``beam_arcsec``: major
        and minor; ``beam_deg``: position angle; ``cell_rad``: increments in right ascension and declination;
        ``reference_pixel``; ``reference_rad``; ``frequency_hz``; ``weights_jy``: rms predicted by the weights.

    References
    ----------
    domain.md C.3, target check: natural weights, FDM channels averaged, niter 100 down to three times the expected rms.
    """
    from casatasks import split, tclean

    for suffix in ("ms", "ms.flagversions", *SUFFIXES):
        _remove(f"{name}.{suffix}")
    split(
        vis=vis,
        outputvis=f"{name}.ms",
        field=field,
        spw=",".join(widths),
        width=list(widths.values()),
        timebin=f"{grid['bin_s']}s",
        datacolumn="data",
        keepflags=False,
    )
    radius, centre = grid["mask_pixels"], int(grid["size"]) // 2
    size, cell = int(grid["size"]), f"{grid['cell_arcsec']}arcsec"
    tclean(
        vis=f"{name}.ms",
        imagename=name,
        datacolumn="data",
        specmode="mfs",
        imsize=[size, size],
        cell=[cell],
        weighting="natural",
        niter=int(stop["niter"]),
        threshold=f"{stop['threshold_jy']}Jy",
        mask=f"circle[[{centre}pix,{centre}pix],{radius}pix]" if radius else "",
        interactive=False,
    )
    return _told(name)


SUFFIXES = ("image", "psf", "residual", "model", "pb", "sumwt", "mask")
"""Images that tclean makes."""


def _told(name: str) -> dict[str, Any]:
    """Return the facts of the images, and write their pixels."""
    import numpy as np
    from casatools import image

    ia = image()
    pixels = {}
    for suffix in ("image", "psf", "residual"):
        ia.open(f"{name}.{suffix}")
        pixels[suffix] = np.squeeze(ia.getchunk()).T
        ia.close()
    np.savez(f"{name}.npz", **pixels)
    ia.open(f"{name}.sumwt")
    total_weight = float(np.max(ia.getchunk()))
    ia.close()
    ia.open(f"{name}.image")
    coordinates, beam = ia.coordsys(), ia.restoringbeam()
    ia.close()
    facts = {
        "pixels": os.path.abspath(f"{name}.npz"),
        "beam_arcsec": [beam["major"]["value"], beam["minor"]["value"]],
        "beam_deg": beam["positionangle"]["value"],
        "cell_rad": [float(step) for step in coordinates.increment()["numeric"][:2]],
        "reference_pixel": [float(place) for place in coordinates.referencepixel()["numeric"][:2]],
        "reference_rad": [float(angle) for angle in coordinates.referencevalue()["numeric"][:2]],
        "frequency_hz": float(coordinates.referencevalue()["numeric"][-1]),
        "weights_jy": 1.0 / np.sqrt(total_weight) if total_weight > 0 else float("nan"),
    }
    coordinates.done()
    return facts


def _remove(name: str) -> None:
    """Remove a table, an image or a file if it exists."""
    if os.path.isdir(name):
        shutil.rmtree(name)
    elif os.path.exists(name):
        os.remove(name)
