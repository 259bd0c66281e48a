"""sensitivity.txt and the text of the check source (domain C.2, C.3)."""

from __future__ import annotations

from collections.abc import Sequence

from almared.checks.registry import run_checks
from almared.heuristics.thresholds.report import QUICK_NITER
from almared.measure.images import position_error
from almared.measure.point_sources import PointSource, SensitivityFacts
from almared.measure.quickimage import QuickImage
from almared.physics.constants import GHZ
from almared.report.tables.columns import number_text, quantity_text


def sensitivity_text(facts: SensitivityFacts, quick: QuickImage) -> str:
    """Return measured and expected values of the quick image of a target."""
    lines = [
        f"Longest baseline with data: {facts.longest_m:.1f} m",
        f"Recommended cellsize: {facts.cell_arcsec:g} arcsec",
        f"Primary beam: {facts.beam_arcsec:.1f} arcsec at {facts.frequency_hz / GHZ:.2f} GHz",
        f"Recommended image size: {facts.size} pixels",
        f"Target: {facts.target}",
        (
            f"Resolution: {quick.beam[0]:.3f} x {quick.beam[1]:.3f} arcsec, position angle {quick.beam[2]:.1f} deg "
            "(natural weights)"
        ),
        f"Time on target: {facts.seconds / 60:.2f} min, {facts.n_antennas} antennas, median Tsys {facts.tsys_k:.0f} K",
        f"Peak: {quantity_text(quick.peak_jy, 'Jy/beam')}",
        f"Rms: {quantity_text(quick.rms_jy, 'Jy/beam')} in the corners of the quick image",
        (
            f"Expected rms: {quantity_text(facts.expected_jy, 'Jy/beam')} with {facts.bandwidth_hz / GHZ:.3f} GHz "
            "aggregate bandwidth (from Tsys, time and antennas)"
        ),
        f"Expected rms: {quantity_text(facts.weights_jy, 'Jy/beam')} from the weights after flagging",
    ]
    if quick.is_dynamic_range_limited:
        lines.append(
            f"The rms is limited by the dynamic range of a quick clean (peak / rms {quick.peak_jy / quick.rms_jy:.0f} "
            f"with {QUICK_NITER.value:g} iterations), not by noise: do not compare it with the request."
        )
    return "\n".join(lines) + "\n"


def check_source_text(sources: Sequence[PointSource]) -> str:
    """Return the measurements of check sources and their phase calibrator from images."""
    parts = [_source_text(source) for source in sources]
    return "\n".join(["Check source and phase calibrator, images from the calibrated MS\n", *parts])


def _source_text(source: PointSource) -> str:
    quick, fit = source.quick, source.quick.fit()
    east, north = source.offset_arcsec
    beam = quick.beam_pixels * quick.cell_arcsec
    error = position_error(beam, source.peak_jy / quick.rms_jy)
    known = quantity_text(source.known_jy, "Jy")
    lines = [
        f"{source.name} ({source.role})",
        f"  beam: {quick.beam[0]:.3f} x {quick.beam[1]:.3f} arcsec, position angle {quick.beam[2]:.1f} deg",
        (
            f"  position offset: {1e3 * east:+.1f} mas east, {1e3 * north:+.1f} mas north "
            f"(noise: {1e3 * error:.1f} mas); {source.offset_beams:.3f} of the beam"
        ),
        (
            f"  peak: {quantity_text(source.peak_jy, 'Jy/beam')}, "
            f"flux density of the fit: {quantity_text(quick.integral_jy(fit), 'Jy')}, "
            f"rms {quantity_text(quick.rms_jy, 'Jy/beam')}"
        ),
        f"  fitted size: {fit.major * quick.cell_arcsec:.3f} x {fit.minor * quick.cell_arcsec:.3f} arcsec",
        (
            f"  amplitude without phase noise: {quantity_text(source.coherent_jy, 'Jy')}; "
            f"of it in the image: {number_text(100 * source.coherence, 1)} %"
        ),
        f"  flux density known before: {known if source.known_jy > 0 else 'none'}",
        *(f"  NOTE: {finding.message}" for finding in run_checks(source)),
    ]
    return "\n".join(lines) + "\n"
