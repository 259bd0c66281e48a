"""Special situations as rewrites of the plain plan, one file each, in a fixed order."""

from almared.recipes.calibration.situation import Situation
from almared.recipes.calibration.situations.antenna_positions import ANTENNA_POSITIONS
from almared.recipes.calibration.situations.few_antennas import FEW_ANTENNAS
from almared.recipes.calibration.situations.imported_before import IMPORTED_BEFORE
from almared.recipes.calibration.situations.missing_tsys import MISSING_TSYS
from almared.recipes.calibration.situations.mixed_diameters import MIXED_DIAMETERS
from almared.recipes.calibration.situations.no_water_vapour import NO_WATER_VAPOUR
from almared.recipes.calibration.situations.nothing_apriori import NOTHING_APRIORI
from almared.recipes.calibration.situations.polarisation import POLARISATION
from almared.recipes.calibration.situations.resolved_flux_calibrator import RESOLVED_FLUX_CALIBRATOR
from almared.recipes.calibration.situations.sources_without_tsys import SOURCES_WITHOUT_TSYS
from almared.recipes.calibration.situations.weak_calibrators import WEAK_CALIBRATORS
from almared.recipes.calibration.situations.zero_positions import ZERO_POSITIONS
from almared.recipes.special_case import SpecialCase

SITUATIONS: tuple[SpecialCase[Situation], ...] = (
    IMPORTED_BEFORE,
    ZERO_POSITIONS,
    NO_WATER_VAPOUR,
    MISSING_TSYS,
    SOURCES_WITHOUT_TSYS,
    ANTENNA_POSITIONS,
    NOTHING_APRIORI,
    RESOLVED_FLUX_CALIBRATOR,
    WEAK_CALIBRATORS,
    FEW_ANTENNAS,
    POLARISATION,
    MIXED_DIAMETERS,
)
"""In order: what takes out steps comes first; what looks at all solutions comes after what writes solutions."""

__all__ = ["SITUATIONS"]
