"""Special situations as rewrites of the plain plan, one file each, in a fixed order."""

from almared.recipes.calibration.situations.antenna_positions import correct_antenna_positions
from almared.recipes.calibration.situations.few_antennas import need_fewer_baselines
from almared.recipes.calibration.situations.imported_before import use_imported_ms
from almared.recipes.calibration.situations.missing_tsys import go_without_tsys
from almared.recipes.calibration.situations.mixed_diameters import keep_dominant_diameter
from almared.recipes.calibration.situations.no_water_vapour import leave_out_water_vapour
from almared.recipes.calibration.situations.nothing_apriori import split_data_as_they_are
from almared.recipes.calibration.situations.polarisation import keep_reference_strictly
from almared.recipes.calibration.situations.resolved_flux_calibrator import scale_on_short_baselines
from almared.recipes.calibration.situations.situation import Rewrite, Situation
from almared.recipes.calibration.situations.weak_calibrators import solve_for_longer
from almared.recipes.calibration.situations.zero_positions import fix_zero_positions

REWRITES: tuple[Rewrite, ...] = (
    use_imported_ms,
    fix_zero_positions,
    leave_out_water_vapour,
    go_without_tsys,
    correct_antenna_positions,
    split_data_as_they_are,
    scale_on_short_baselines,
    solve_for_longer,
    need_fewer_baselines,
    keep_reference_strictly,
    keep_dominant_diameter,
)
"""In order: what takes out steps comes first; what looks at all solutions comes after what writes solutions."""

__all__ = ["REWRITES", "Rewrite", "Situation"]
