"""The model of the flux calibrator (domain A.8 step 11, F.2; G27)."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.builders import SCIENCE, Setup, build_eb, usual_looks

from almared.errors import PlanError
from almared.heuristics.calibration.flux import FluxModel, PowerLaw, choose_flux_model, source_power_law
from almared.model import Choice, ExecutionBlock, SourceFlux
from almared.physics.bodies import body_name

QUASAR = "J1733-1304"


def fluxes(*pairs: tuple[float, float], stokes: tuple[float, ...] = ()) -> tuple[SourceFlux, ...]:
    return tuple(SourceFlux(ghz * 1e9, (jy, *stokes)) for ghz, jy in pairs)


def block(*known: SourceFlux, name: str = QUASAR) -> ExecutionBlock:
    return build_eb(usual_looks(name), Setup(fluxes={name: known}))


def model(eb: ExecutionBlock, **given_fluxes: PowerLaw) -> Choice[FluxModel]:
    return choose_flux_model(eb, 1, spw_ids=SCIENCE, given=given_fluxes)


def law(eb: ExecutionBlock) -> PowerLaw:
    found = model(eb).value.power_law
    assert found is not None
    return found


def test_given_flux_comes_first_by_name_or_by_id() -> None:
    eb, wanted = block(*fluxes((91.5, 3.0))), PowerLaw(2.4, 96e9, -0.7)
    for key in (QUASAR, "1"):
        choice = choose_flux_model(eb, 1, spw_ids=SCIENCE, given={key: wanted})
        assert choice.value.power_law == wanted
        assert "reducer" in choice.reason


def test_given_flux_replaces_the_model_of_a_body_and_that_is_told() -> None:
    eb = block(name="Titan")
    choice = choose_flux_model(eb, 1, spw_ids=SCIENCE, given={"Titan": PowerLaw(0.3, 96e9, 2.0)})
    assert choice.value.body == ""
    assert "model of Titan" in choice.warning


def test_solar_system_body_comes_before_the_source_table() -> None:
    choice = model(block(*fluxes((91.5, 3.0)), name="Titan"))
    assert choice.value.body == "Titan"
    assert choice.value.power_law is None
    assert 0.3 < np.degrees(choice.value.diameter_rad) * 3600 < 0.9
    assert "Butler-JPL-Horizons 2012" in choice.reason


def test_expected_fluxes_of_a_body_are_evidence() -> None:
    told = {e.selection: e.value for e in model(block(name="Titan")).evidence if e.metric == "flux density expected"}
    assert set(told) == {f"spw {i}" for i in SCIENCE}
    assert 0.20 < float(told["spw 9"]) < 0.24  # a disk of 0.77 arcsec and 81 K at 91 GHz


def test_body_without_model_takes_the_source_table() -> None:
    choice = model(block(*fluxes((91.5, 3.0), (103.5, 2.9)), name="Pluto"))
    assert choice.value.power_law is not None
    assert choice.value.body == ""
    assert "no model of Pluto" in choice.warning


@pytest.mark.parametrize("setup", [Setup(), Setup(start=4.4e9)])
def test_body_without_model_and_flux_is_an_error(setup: Setup) -> None:
    """setjy would stop in the middle of the run: it has no Pluto, and no ephemeris of 1998."""
    name = "Pluto" if setup == Setup() else "Titan"
    with pytest.raises(PlanError, match=f"flux density of {name}"):
        model(build_eb(usual_looks(name), setup))


def test_numbered_body_is_put_in_with_the_flux_of_our_table() -> None:
    """setjy takes the name of the field for that of the body."""
    plain, numbered = (model(block(name=name)).value for name in ("Uranus", "Uranus_2"))
    found = numbered.power_law
    assert found is not None
    assert numbered.diameter_rad == plain.diameter_rad
    for spw in block().spws:
        if spw.id in SCIENCE:
            expected = plain.at(spw.mean_frequency_hz, build_eb().start_mjd_s)
            assert found.at(spw.mean_frequency_hz) == pytest.approx(expected, rel=0.003)
    assert "point" in model(block(name="Uranus_2")).warning


def test_two_frequencies_give_the_spectral_index() -> None:
    found = law(block(*fluxes((91.5, 3.0), (343.5, 3.0 * (343.5 / 91.5) ** -0.6))))
    assert found.spectral_index == pytest.approx(-0.6, abs=1e-9)
    assert found.reference_hz == pytest.approx(97e9)
    assert found.flux_jy == pytest.approx(3.0 * (97.0 / 91.5) ** -0.6, rel=1e-9)


def test_one_frequency_takes_the_usual_index_with_a_warning() -> None:
    eb = block(*fluxes((91.5, 3.0)))
    assert law(eb).spectral_index == -0.7
    assert law(eb).at(91.5e9) == pytest.approx(3.0)
    assert "-0.7" in model(eb).warning


def test_frequencies_of_one_band_measure_no_index() -> None:
    assert law(block(*fluxes((91.5, 3.0), (91.6, 2.9)))).spectral_index == -0.7


def test_polarised_flux_is_told() -> None:
    assert "Q, U or V" in model(block(*fluxes((91.5, 3.0), stokes=(0.1, 0.0, 0.0)))).warning
    assert "Q, U or V" not in model(block(*fluxes((91.5, 3.0), stokes=(0.0, 0.0, 0.0)))).warning


def test_g27_rising_spectrum_is_told() -> None:
    assert "unusual for a quasar" in model(block(*fluxes((91.5, 3.0), (343.5, 4.0)))).warning
    assert "unusual" not in model(block(*fluxes((91.5, 3.0), (343.5, 2.0)))).warning


def test_g27_age_of_the_source_table_is_told() -> None:
    assert "date" in model(block(*fluxes((91.5, 3.0), (343.5, 2.0)))).warning


def test_flux_from_afar_is_told() -> None:
    assert "extrapolated" in model(block(*fluxes((343.5, 2.0)))).warning
    assert "carried over" not in model(block(*fluxes((91.5, 2.0)))).warning


def test_fluxes_off_a_power_law_are_told() -> None:
    assert "off a power law" in model(block(*fluxes((91.5, 3.0), (200.0, 1.0), (343.5, 2.5)))).warning


NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize("pair", [(0.0, 9.0), (-91.5, 9.0), (NAN, 9.0), (INF, 9.0), (91.5, NAN), (91.5, INF)])
def test_values_that_cannot_be_are_left_out(pair: tuple[float, float]) -> None:
    """A frequency of 0 or a flux of infinity in the Source table would be written into the script as nan or inf."""
    sound = fluxes((91.5, 3.0), (343.5, 2.0))
    assert law(block(*fluxes(pair), *sound)) == law(block(*sound))
    with pytest.raises(PlanError, match="--flux"):
        model(block(*fluxes(pair)))


@pytest.mark.parametrize("known", [(), fluxes((91.5, 0.0)), fluxes((91.5, -1.0))])
def test_no_flux_is_an_error_that_says_what_to_give(known: tuple[SourceFlux, ...]) -> None:
    eb = block(*known)
    with pytest.raises(PlanError, match="--flux"):
        model(eb)
    assert source_power_law(eb, 1) is None


@settings(max_examples=60, deadline=None)
@given(st.floats(0.01, 50), st.floats(-2, 1), st.lists(st.floats(84, 950), min_size=2, max_size=5))
def test_any_power_law_in_the_source_table_comes_back(jy: float, index: float, ghz: list[float]) -> None:
    if max(ghz) < 1.1 * min(ghz):
        ghz = [*ghz, 1.2 * max(ghz)]
    found = law(block(*fluxes(*((f, jy * (f / 97.0) ** index) for f in ghz))))
    assert found.at(97e9) == pytest.approx(jy, rel=1e-6)
    assert found.spectral_index == pytest.approx(index, abs=1e-6)


@pytest.mark.parametrize(
    ("field", "body"),
    [("Titan", "Titan"), ("titan", "Titan"), ("Titan_1", "Titan"), ("Io", "Io"), ("J1io", None), ("Ionia", None),
     ("Juno", "Juno"), ("J0433+053", None), ("Titan_x", None), ("3c273", None), (" Mars ", "Mars"), ("", None)],
)  # fmt: skip
def test_bodies_are_known_by_whole_names_only(field: str, body: str | None) -> None:
    assert body_name(field) == body
