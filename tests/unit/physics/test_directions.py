"""Directions against astropy and erfa."""

from __future__ import annotations

import math

import erfa
import numpy as np
import pytest
from astropy.coordinates import AltAz, Angle, EarthLocation, SkyCoord
from astropy.time import Time
from astropy.utils import iers
from hypothesis import given
from hypothesis import strategies as st

from almared.physics.directions import (
    azimuth_elevation_rad,
    declination_text,
    direction_text,
    local_axes,
    offset_rad,
    right_ascension_text,
    separation_rad,
    site_of,
)

TURN = 2 * math.pi
LONGITUDES = st.floats(0, TURN, exclude_max=True)
LATITUDES = st.floats(-1.57, 1.57)
DIRECTIONS = st.tuples(LONGITUDES, LATITUDES)
ALMA_M = (2225142.180268967, -5440307.370348562, -2481029.851873547)


@given(DIRECTIONS, DIRECTIONS)
def test_separations_are_those_of_erfa(here: tuple[float, float], there: tuple[float, float]) -> None:
    # Near the antipode the half angle is ill known: 1e-7.
    assert separation_rad(here, there) == pytest.approx(erfa.seps(*here, *there), rel=1e-9, abs=1e-7)


@given(DIRECTIONS, st.floats(1e-9, 1e-6), st.floats(0, TURN))
def test_small_separations_keep_their_digits(here: tuple[float, float], apart: float, angle: float) -> None:
    there = (here[0] + apart * math.sin(angle) / math.cos(here[1]), here[1] + apart * math.cos(angle))
    assert separation_rad(here, there) == pytest.approx(erfa.seps(*here, *there), rel=1e-5, abs=1e-15)


@given(LONGITUDES, st.floats(-1.4, 1.4), st.floats(-1e-4, 1e-4), st.floats(-1e-4, 1e-4))
def test_offsets_cross_the_first_hour(ra: float, dec: float, east: float, north: float) -> None:
    direction = ((ra + east / math.cos(dec)) % TURN, dec + north)
    assert offset_rad(direction, (ra, dec)) == pytest.approx((east, north), abs=1e-14)


@given(DIRECTIONS)
def test_texts_are_read_by_astropy_as_what_they_were(direction: tuple[float, float]) -> None:
    ra, dec = direction
    read = Angle(right_ascension_text(ra, digits=5), unit="hourangle").rad
    assert math.remainder(read - ra, TURN) == pytest.approx(0.0, abs=1e-9)
    assert Angle(declination_text(dec, digits=4), unit="deg").rad == pytest.approx(dec, abs=1e-9)
    assert ":60" not in right_ascension_text(ra, digits=1) + declination_text(dec, digits=1)


def test_directions_read_as_casa_reads_them() -> None:
    assert direction_text(-1e-10, -1e-9, frame="J2000") == "J2000 00:00:00.00000 -00.00.00.0002"
    assert right_ascension_text(math.nextafter(TURN, 0), digits=3) == "00:00:00.000"


@pytest.mark.parametrize("direction_deg", [(263.26, -13.08), (187.2, 2.0), (10.0, -60.0), (83.6, 22.0)])
@pytest.mark.parametrize("mjd", [57113.30, 57113.42, 60500.1])
def test_elevations_are_those_of_astropy(direction_deg: tuple[float, float], mjd: float) -> None:
    site = EarthLocation.from_geodetic(-67.7549, -23.0229, 5056.8)
    with iers.conf.set_temp("auto_download", False):
        moment = Time(mjd, format="mjd")
        here = SkyCoord(*direction_deg, unit="deg").transform_to(AltAz(obstime=moment, location=site))
        place = math.radians(-67.7549), math.radians(-23.0229)
        azimuth, elevation = azimuth_elevation_rad(np.radians(direction_deg), mjd * 86400.0, site_rad=place)
        assert elevation == pytest.approx(here.alt.rad, abs=0.006)
        assert math.remainder(float(azimuth) - here.az.rad, TURN) * math.cos(here.alt.rad) == pytest.approx(
            0, abs=0.006
        )


def test_the_site_of_alma_is_that_of_its_geodetic_coordinates() -> None:
    assert np.degrees(site_of(np.array(ALMA_M))) == pytest.approx((-67.754929, -23.022886), abs=1e-5)


@given(st.floats(-math.pi, math.pi), st.floats(-1.5, 1.5))
def test_local_axes_stand_on_the_ellipsoid(longitude: float, latitude: float) -> None:
    axes = local_axes((longitude, latitude))
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-12)
    place, above = (erfa.gd2gc(1, longitude, latitude, height) for height in (0.0, 1000.0))
    assert axes @ (above - place) == pytest.approx([0.0, 0.0, 1000.0], abs=1e-6)
    east = erfa.gd2gc(1, longitude + 1e-6, latitude, 0.0) - place
    assert (axes @ east)[0] > 0
