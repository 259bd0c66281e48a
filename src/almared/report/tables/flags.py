"""flag_stat.txt and shadowed_ant.txt."""

from __future__ import annotations

from collections.abc import Sequence

from almared.basics.times import utc_text
from almared.measure.flags import FlagStage
from almared.measure.shadows import Shadow
from almared.report.tables.columns import number_text, table_text


def flag_text(stages: Sequence[FlagStage]) -> str:
    """Return the flagged percentages of each antenna, window and field at each stage.

    Parameters
    ----------
    stages : sequence of FlagStage
        In order.

    References
    ----------
    domain.md C.5.
    """
    header = [stage.name for stage in stages]
    parts = [
        "Flagged data in percent, of the own total of each antenna, window and field; cross-correlations only.",
        "Columns are stages of the calibration.",
        "",
        table_text(["", *header], [["all", *(number_text(100 * stage.all) for stage in stages)]]),
    ]
    for title, kind in (("antenna", "by_antenna"), ("spw", "by_spw"), ("field", "by_field")):
        names = list(dict.fromkeys(name for stage in stages for name in getattr(stage, kind)))
        rows = [[name, *(_percent(stage, kind, name=name) for stage in stages)] for name in names]
        parts.append(table_text([title, *header], rows))
    return "\n".join(parts)


def _percent(stage: FlagStage, kind: str, *, name: str) -> str:
    share = getattr(stage, kind).get(name)
    return "-" if share is None else number_text(100 * share)


def shadow_text(shadows: Sequence[Shadow]) -> str:
    """Return the antennas that were in shadow, as a table."""
    if not shadows:
        return "No antenna was in the shadow of another.\n"
    rows = [
        [s.antenna, ",".join(s.behind), number_text(s.seconds / 60), utc_text(s.first_mjd_s), utc_text(s.last_mjd_s)]
        for s in shadows
    ]
    return table_text(["antenna", "behind", "minutes", "first (UTC)", "last (UTC)"], rows)
