"""NewListObs.txt: the execution block on a page."""

from __future__ import annotations

import numpy as np

from almared.basics.times import utc_text
from almared.model import ExecutionBlock, SpectralWindow
from almared.physics.horizon import east_north_up_m, elevations_of_scans
from almared.physics.velocities import width_m_s
from almared.plots.observation import role_of_scan
from almared.report.tables.columns import number_text, table_text


def listobs_text(eb: ExecutionBlock) -> str:
    """Return scans, fields with their minutes, windows and antennas as tables.

    References
    ----------
    domain.md C.2.
    """
    return "\n".join([_head(eb), _scans(eb), _fields(eb), _windows(eb), _antennas(eb)])


def _head(eb: ExecutionBlock) -> str:
    minutes = (eb.end_mjd_s - eb.start_mjd_s) / 60
    return (
        f"{eb.uid or eb.name} of project {eb.project_uid}, scheduling block {eb.sb_uid}\n"
        f"{utc_text(eb.start_mjd_s)} to {utc_text(eb.end_mjd_s)} UTC, {minutes:.1f} minutes, "
        f"{len(eb.antennas)} antennas\n"
    )


def _scans(eb: ExecutionBlock) -> str:
    elevations = elevations_of_scans(eb)
    rows = []
    for scan in eb.scans:
        steps = [block.integration_s for sub in scan.subscans for block in sub.blocks]
        rows.append(
            [
                str(scan.number),
                ",".join(map(str, scan.field_ids)) + " " + eb.fields[scan.field_ids[0]].name,
                utc_text(scan.start_mjd_s)[11:],
                utc_text(scan.end_mjd_s)[11:],
                f"{min(steps):.3g}" if steps else "-",
                number_text(elevations[scan.number], 1) if scan.number in elevations else "-",
                role_of_scan(scan.intents),
            ]
        )
    return table_text(["scan", "field", "from", "to", "integration (s)", "elevation (deg)", "for"], rows)


def _fields(eb: ExecutionBlock) -> str:
    rows = []
    for field in eb.fields:
        own = [s for scan in eb.scans for s in scan.subscans if s.field_id == field.id and "ON_SOURCE" in s.intent]
        seconds = sum(s.end_mjd_s - s.start_mjd_s for s in own)
        ra, dec = np.rad2deg(field.direction_rad)
        intents = sorted({intent.partition("#")[0] for intent in eb.intents_of_field(field.id)})
        place = ["-", "-"] if field.is_ephemeris else [f"{ra % 360:.5f}", f"{dec:.5f}"]
        rows.append([f"{field.id} {field.name}", *place, number_text(seconds / 60, 1), ",".join(intents)])
    return table_text(["field", "RA (deg)", "Dec (deg)", "minutes on source", "intents"], rows)


def _windows(eb: ExecutionBlock) -> str:
    rows = [_window(spw) for spw in eb.spws]
    header = [
        "spw",
        "use",
        "channels",
        "from (GHz)",
        "to (GHz)",
        "channel (kHz)",
        "channel (km/s)",
        "width (MHz)",
        "pol",
    ]
    return table_text(header, rows)


def _window(spw: SpectralWindow) -> list[str]:
    low, high = spw.range_hz
    return [
        str(spw.id),
        str(spw.role.value),
        str(spw.n_channels),
        f"{low / 1e9:.5f}",
        f"{high / 1e9:.5f}",
        f"{spw.channel_width_hz / 1e3:.3f}",
        f"{width_m_s(spw.channel_width_hz, spw.mean_frequency_hz) / 1e3:.3f}",
        f"{spw.bandwidth_hz / 1e6:.3f}",
        " ".join(spw.correlations),
    ]


def _antennas(eb: ExecutionBlock) -> str:
    enu = east_north_up_m(np.array([antenna.position_m for antenna in eb.antennas]))
    rows = [
        [f"{a.id} {a.name}", a.pad, f"{a.diameter_m:g}", *(number_text(float(v)) for v in place)]
        for a, place in zip(eb.antennas, enu, strict=True)
    ]
    return table_text(["antenna", "pad", "dish (m)", "east (m)", "north (m)", "up (m)"], rows)
