"""All that there is to say about the measures in use: where, how old, for which dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from almared.basics.times import DAY_S, utc_of
from almared.errors import EnvironmentFaultError
from almared.formats.measures import Measures
from almared.formats.measures.tables import (
    GEODETIC,
    LeapSeconds,
    Span,
    made_on,
    measures_stamp,
    read_bodies,
    read_leap_seconds,
    read_orientation,
    read_planets,
)
from almared.physics.earth_rotation import KnownOrientation


@dataclass(frozen=True, slots=True)
class MeasuresState:
    """The measures in use, read.

    Parameters
    ----------
    used : Measures
        Where they are.
    stamp : str
        What records say of them.
    made : mapping of str to datetime
        When each table of ``geodetic`` was made.
    orientation : KnownOrientation
        For which dates the orientation of the Earth is known.
    leaps : LeapSeconds
        Leap seconds.
    planets, bodies : mapping of str to Span
        For which dates the ephemerides serve.
    """

    used: Measures
    stamp: str
    made: Mapping[str, datetime]
    orientation: KnownOrientation
    leaps: LeapSeconds
    planets: Mapping[str, Span]
    bodies: Mapping[str, Span]

    @property
    def final_until(self) -> datetime:
        """Last date with final values of the orientation of the Earth."""
        return utc_of(self.orientation.final_mjd * DAY_S)

    @property
    def predicted_until(self) -> datetime:
        """Last date with any."""
        return utc_of(self.orientation.last_mjd * DAY_S)

    def as_record(self) -> dict[str, Any]:
        """Return it as data for programs; dates are ISO texts."""
        return {
            "version": self.used.version,
            "stamp": self.stamp,
            "path": str(self.used.path),
            "origin": self.used.origin,
            "imported": self.used.imported,
            "tables": {name: f"{made:%Y-%m-%d}" for name, made in self.made.items()},
            "earth_orientation": {
                "final_until": f"{self.final_until:%Y-%m-%d}",
                "predicted_until": f"{self.predicted_until:%Y-%m-%d}",
                **{key: value for key, value in asdict(self.orientation).items() if key != "version"},
            },
            "leap_seconds": {
                "last": f"{self.leaps.last:%Y-%m-%d}",
                "tai_utc_s": self.leaps.tai_utc_s,
                "made": f"{self.leaps.made:%Y-%m-%d}",
            },
            "planets": _spans(self.planets),
            "bodies": _spans(self.bodies),
        }


def _spans(spans: Mapping[str, Span]) -> dict[str, list[str]]:
    return {name: [f"{span.first:%Y-%m-%d}", f"{span.last:%Y-%m-%d}"] for name, span in sorted(spans.items())}


def read_state(used: Measures) -> MeasuresState:
    """Return the state of measures.

    Raises
    ------
    EnvironmentFaultError
        A table cannot be read.
    """
    try:
        return MeasuresState(
            used=used,
            stamp=measures_stamp(used),
            made={name: made_on(used.path / "geodetic" / name) for name in GEODETIC},
            orientation=read_orientation(used.path, used.version),
            leaps=read_leap_seconds(used.path),
            planets=read_planets(used.path),
            bodies=read_bodies(used.horizons),
        )
    # casacore raises RuntimeError for any table that it cannot read.
    except (RuntimeError, ValueError) as fault:
        raise EnvironmentFaultError(
            f"the measures cannot be read: {fault}",
            where=str(used.path),
            repair="import others with `almared measures --import`, or reinstall casadata",
        ) from fault
