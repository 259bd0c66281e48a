"""Entries of images.json, made up for tests."""

from __future__ import annotations

from typing import Any

from almared.formats.fits.planes import Beam
from almared.records.images import ImageRecord, ImagesRecord


def image_record(name: str, **given: Any) -> ImageRecord:
    """Return the record of a continuum image at 100 GHz that reaches its theory, with other values by name."""
    usual: dict[str, Any] = {
        "source": "T", "kind": "cont", "field_ids": (0,), "spw_ids": (0, 1), "frequency_hz": 100e9, "channels": None,
        "is_continuum_subtracted": False, "files": {}, "beam": Beam(1.0, 0.8, 45.0), "rms_jy": 1e-4, "peak_jy": 0.01,
        "peak_snr": 100.0, "flux_jy": 0.02, "flux_error_jy": 1e-4, "line_flux_jy_km_s": None, "line_free_channels": 1,
        "theory_rms_jy": 1e-4, "apparent_rms_jy": 1e-4, "requested_rms_jy": None, "iterations": 100,
        "stopped_because": "threshold",
    }  # fmt: skip
    return ImageRecord(name=name, **{**usual, **given})


def images_record(*images: ImageRecord) -> ImagesRecord:
    """Return the record of all these images."""
    return ImagesRecord(
        uid="uid://A001/X1/X9",
        script="scriptForImaging.py",
        casatasks="6.7.0.31",
        inputs=("calibrated.ms",),
        continuum_ranges="measured",
        findings=(),
        images=images,
    )
