"""Lines on the measures in use."""

from __future__ import annotations

from collections.abc import Iterator

from almared.doctor.measures_state import MeasuresState


def lines(state: MeasuresState) -> Iterator[str]:
    """Yield the facts of the measures, one subject per line."""
    used = state.used
    yield f"measures           {state.stamp}"
    yield f"directory          {used.path}"
    yield f"from               {f'{used.origin}, imported {used.imported} UTC' if used.is_imported else 'casadata'}"
    yield f"tables made        {', '.join(f'{name} {made:%Y-%m-%d}' for name, made in state.made.items())}"
    final, predicted = (f"{end:%Y-%m-%d}" for end in (state.final_until, state.predicted_until))
    yield f"Earth orientation  final until {final}, predicted until {predicted}"
    miss = 1e3 * state.orientation.ut1_miss_s
    yield f"                   its predictions of UT1 were off by up to {miss:.0f} ms where both are known"
    leaps = state.leaps
    yield f"leap seconds       last one {leaps.last:%Y-%m-%d}, TAI-UTC {leaps.tai_utc_s:g} s"
    for title, spans in (("planets", state.planets), ("bodies", state.bodies)):
        for name, span in sorted(spans.items()):
            yield f"{title:18s} {name}: {span.first:%Y-%m-%d} to {span.last:%Y-%m-%d}"
