"""How far what was reached is what was asked for, by the criteria of acceptance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from almared.heuristics.imaging.acceptance import beam_judgement, rms_limit
from almared.mous import MousSettings
from almared.physics.bands import band_at
from almared.physics.constants import ARCSEC_PER_RAD
from almared.records.images import ImageRecord

ONE_OF_SEVERAL = (
    "Where the science goal has several arrays, the noise of one alone cannot be compared with it directly."
)


def judgements(settings: MousSettings, images: Sequence[ImageRecord]) -> Iterator[str]:
    """Yield for each image whether its noise and its beam reach the request; nothing where none is known.

    Parameters
    ----------
    settings : MousSettings
        With the request.
    images : sequence of ImageRecord
        The images that were made.

    References
    ----------
    Wiki, wrap-up; domain H.
    """
    lines = [line for image in images if (line := _judged(settings, image))]
    if lines and settings.part in ("compact", "7m"):
        yield ONE_OF_SEVERAL
    yield from lines


def _judged(settings: MousSettings, image: ImageRecord) -> str:
    words = []
    asked, reached, beam = image.requested_rms_jy, image.rms_jy, image.beam
    if asked and reached is not None:
        limit = rms_limit(band_at(image.frequency_hz))
        verdict = "met" if reached <= limit * asked else "NOT met"
        words.append(f"noise {reached / asked:.2f} times the request, accepted up to {limit:g}: {verdict}")
    if settings.request.beam_rad and beam:
        low, high = (angle * ARCSEC_PER_RAD for angle in settings.request.beam_rad)
        fault = beam_judgement(beam.major_arcsec, beam.minor_arcsec, asked_arcsec=(low, high))
        words.append(f"resolution NOT met: {fault}" if fault else "resolution met")
    return f"{image.name}: {'; '.join(words)}" if words else ""
