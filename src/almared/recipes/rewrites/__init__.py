"""Special situations as rewrites of the plain plan, one file each, in a fixed order."""

from almared.recipes.rewrites.antenna_positions import correct_antenna_positions
from almared.recipes.rewrites.few_antennas import need_fewer_baselines
from almared.recipes.rewrites.imported_before import use_imported_ms
from almared.recipes.rewrites.missing_tsys import go_without_tsys
from almared.recipes.rewrites.mixed_diameters import keep_dominant_diameter
from almared.recipes.rewrites.no_water_vapour import leave_out_water_vapour
from almared.recipes.rewrites.nothing_apriori import split_data_as_they_are
from almared.recipes.rewrites.polarisation import keep_reference_strictly
from almared.recipes.rewrites.resolved_flux_calibrator import scale_on_short_baselines
from almared.recipes.rewrites.situation import Rewrite, Situation
from almared.recipes.rewrites.weak_calibrators import solve_for_longer
from almared.recipes.rewrites.zero_positions import fix_zero_positions

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
