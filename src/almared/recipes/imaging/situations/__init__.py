"""Special situations of an image as rewrites of its plain steps, one file each, in a fixed order."""

from almared.recipes.imaging.situation import ImageSituation
from almared.recipes.imaging.situations.channel_chunks import CHANNEL_CHUNKS
from almared.recipes.imaging.situations.dirty_image import DIRTY_IMAGE
from almared.recipes.imaging.situations.high_sidelobes import HIGH_SIDELOBES
from almared.recipes.imaging.situations.kept_continuum import KEPT_CONTINUUM
from almared.recipes.imaging.situations.mask_by_hand import MASK_BY_HAND
from almared.recipes.imaging.situations.minor_cycles import MINOR_CYCLES
from almared.recipes.imaging.situations.mosaic import MOSAIC
from almared.recipes.imaging.situations.moving_source import MOVING_SOURCE
from almared.recipes.imaging.situations.no_continuum_ms import NO_CONTINUUM_MS
from almared.recipes.imaging.situations.single_field_beam import SINGLE_FIELD_BEAM
from almared.recipes.imaging.situations.wide_band import WIDE_BAND
from almared.recipes.special_case import SpecialCase

SITUATIONS: tuple[SpecialCase[ImageSituation], ...] = (
    NO_CONTINUUM_MS,
    KEPT_CONTINUUM,
    MOVING_SOURCE,
    WIDE_BAND,
    MOSAIC,
    DIRTY_IMAGE,
    MASK_BY_HAND,
    HIGH_SIDELOBES,
    MINOR_CYCLES,
    CHANNEL_CHUNKS,
    SINGLE_FIELD_BEAM,
)
"""In order: what changes the call as a whole comes before the chunks that are made from it; each chunk then gets a beam
of its own."""

__all__ = ["SITUATIONS"]
