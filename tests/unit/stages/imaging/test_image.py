"""Which MS is imaged, which fields belong together, and the plan of the imaging script."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.imaging_plans import INPUT, TWO, calibrated, images, moving, plan, window

from almared.errors import InputError, SelectionError
from almared.formats.ms.lsrk import lsrk_factor
from almared.formats.ms.targets import group_targets
from almared.heuristics.imaging.chunks import CHUNK_MARGIN
from almared.heuristics.imaging.geometry import choose_gridder, choose_phase_centre
from almared.heuristics.imaging.spectral import LineWish
from almared.model.targets import Target
from almared.mous import Mous, MousEb, MousSettings, read_mous
from almared.mous.places import MousTree
from almared.names import Products, Uid
from almared.physics.bands import nearest_band
from almared.physics.directions import separation_rad
from almared.plan import Call, Plan, Routine
from almared.recipes.imaging.choose import ImagingPlan, plan_imaging, plan_preparation
from almared.recipes.imaging.continuum import LineFree
from almared.recipes.imaging.facts import (
    ImageWishes,
    Overrides,
    pointings_of,
)
from almared.script.render import render_script
from almared.stages.imaging import stage as image
from almared.stages.imaging.facts import find_calibrated, same_windows, select_targets

NAME = "uid___A002_X1_X2"


def mous(root: Path, *, n_ebs: int = 1) -> Mous:
    ebs = []
    for number in range(n_ebs):
        uid = Uid.parse(f"uid://A002/X1/X{2 + number}")
        directory = root / f"Calibration_X{2 + number}"
        directory.mkdir(parents=True)
        ebs.append(MousEb(uid, directory, directory / uid.file_name, Products(f"{uid.file_name}.ms")))
    (root / "Combination" / "calibrated").mkdir(parents=True)
    return Mous(MousTree(root), MousSettings(uid="uid://A001/X1/X9"), tuple(ebs))


def test_a_single_execution_block_is_imaged_from_either_place(tmp_path: Path) -> None:
    for number, folder in enumerate(("Calibration_X2", "Combination/calibrated")):
        one = mous(tmp_path / str(number))
        (one.tree.root / folder / f"{NAME}.ms.split.cal").mkdir()
        assert find_calibrated(one) == one.tree.root / folder / f"{NAME}.ms.split.cal"


def test_two_different_calibrated_ms_are_an_error_two_names_of_one_are_none(tmp_path: Path) -> None:
    one = mous(tmp_path)
    places = [tmp_path / folder / f"{NAME}.ms.split.cal" for folder in ("Calibration_X2", "Combination/calibrated")]
    places[0].mkdir()
    places[1].symlink_to(places[0])
    assert find_calibrated(one).resolve() == places[0]
    places[1].unlink()
    places[1].mkdir()
    with pytest.raises(InputError, match="two different"):
        find_calibrated(one)


def test_several_execution_blocks_are_imaged_from_their_combination(tmp_path: Path) -> None:
    two = mous(tmp_path, n_ebs=2)
    with pytest.raises(InputError, match="almared combine"):
        find_calibrated(two)
    (two.tree.combination / "calibrated.ms").mkdir()
    assert find_calibrated(two) == two.tree.combination / "calibrated.ms"


def test_only_sources_that_are_there_can_be_asked_for() -> None:
    targets = (Target("a", (0,), ""), Target("b", (1, 2), ""))
    assert select_targets(targets, ["b"]) == (targets[1],)
    assert select_targets(targets, []) == targets
    with pytest.raises(SelectionError, match="no source 'c'"):
        select_targets(targets, ["c"])


def test_a_moving_target_goes_by_the_name_of_its_fields() -> None:
    (target,) = group_targets(replace(moving(), source_names={0: "J2258-2758", 4: "Titan"}))
    assert (target.name, target.field_ids) == ("Titan", (0, 1))


def test_the_places_of_a_moving_target_are_one_pointing() -> None:
    ms = moving()
    pointings = pointings_of(ms, Target("Titan", (0, 1), ""))
    assert (pointings.is_moving, pointings.extent_arcsec) == (True, (0.0, 0.0))
    assert choose_gridder(pointings).value == "standard"
    assert choose_phase_centre(pointings).value == "TRACKFIELD"


def test_there_is_a_continuum_image_of_each_band_and_a_cube_of_each_window() -> None:
    assert [(i.name, i.kind) for i in images(calibrated(*TWO))] == [
        ("M_100_cont_B3", "cont"), ("M_100_cont_B6", "cont"), ("M_100_spw0", "cube"), ("M_100_spw1", "cube")
    ]  # fmt: skip


def test_lines_that_were_asked_for_take_the_place_of_windows() -> None:
    lines = (LineWish("CO_2-1", 230.2e9, 3000.0, (-100e3, 100e3)), LineWish("far", 345e9))
    cubes = [i for i in images(calibrated(*TWO), wishes=ImageWishes(lines=lines)) if i.kind == "cube"]
    assert [cube.name for cube in cubes] == ["M_100_CO_2-1"]
    assert cubes[0].axis is not None
    assert cubes[0].axis.value.width_km_s == pytest.approx(3.0, rel=1e-4)


def test_windows_of_one_channel_have_no_cube() -> None:
    assert [i.kind for i in images(calibrated(window(0, n_channels=1)))] == ["cont"]


def test_what_a_person_set_replaces_a_choice() -> None:
    over = Overrides(cell_arcsec=0.3, imsize=(80, 90), robust=-0.5, threshold_jy=0.01, niter=5, gridder="mosaic")
    image = images(calibrated(window(0)), overrides=over)[0]
    values = (image.cell_arcsec, image.imsize, image.robust, image.threshold_jy, image.gridder)
    assert [choice.value for choice in values] == [0.3, (80, 90), -0.5, 0.01, "mosaic"]
    assert {choice.reason for choice in values} == {"set by hand"}


def calls(stage: Plan, task: str) -> list[Call]:
    return [a for step in stage.steps for a in step.actions if isinstance(a, Call) and a.task == task]


def test_the_first_steps_stay_the_same_when_the_images_are_known() -> None:
    first, whole = plan_preparation(ImagingPlan("uid://A001/X1/X9", (INPUT,))), plan(calibrated(*TWO))
    assert whole.steps[: len(first.steps)] == first.steps


def test_without_continuum_images_there_is_no_continuum_ms() -> None:
    made = images(calibrated(*TWO), wishes=ImageWishes(has_continuum=False))
    free = (LineFree((0,), 0, ((3, 40),), 128),)
    stage = plan_imaging(ImagingPlan("", (INPUT,), made, free))
    assert stage.steps[2].nothing_because == "there are no continuum images"
    assert not calls(stage, "flagdata")


def test_images_side_by_side_build_on_the_preparation_alone() -> None:
    steps = plan(calibrated(*TWO)).steps[6:]
    assert [step.after for step in steps] == [(4,), (4,), (3, 4), (3, 4)]


def test_chunks_share_the_channels_and_are_joined_to_one_beam() -> None:
    wishes = ImageWishes(lines=(LineWish("CO", 230.2e9, None, (-50e3, 50e3)),), has_continuum=False)
    stage = plan(calibrated(*TWO), wishes=wishes, workers=3)
    cleans = calls(stage, "tclean")
    whole = cleans[-1]
    chunks = cleans[:-1]
    assert len(chunks) == 3
    (join,) = (a for step in stage.steps for a in step.actions if isinstance(a, Routine) and a.name == "join_chunks")
    kept = next(argument.value for argument in join.arguments if argument.name == "channels")
    width, at = (float(str(whole.get(name)).removesuffix("GHz")) for name in ("width", "start"))
    for chunk, (first, last) in zip(chunks, kept, strict=True):
        # What is kept of each chunk follows what is kept of the one before, some channels beyond are cleaned too.
        start = float(str(chunk.get("start")).removesuffix("GHz"))
        assert start + first * width == pytest.approx(at, abs=1e-9)
        assert first in (0, CHUNK_MARGIN)
        assert int(str(chunk.get("nchan"))) - 1 - last in (0, CHUNK_MARGIN)
        assert chunk.get("restoration") is False
        assert chunk.get("perchanweightdensity") is True
        at += width * (last - first + 1)
    assert sum(last - first + 1 for first, last in kept) == whole.get("nchan")
    assert [whole.get(n) for n in ("niter", "calcres", "calcpsf", "restoringbeam")] == [0, False, False, "common"]
    assert stage.steps[-1].after == (6, 7, 8)


def test_lines_are_flagged_for_the_continuum_alone_and_subtracted_by_their_ranges() -> None:
    stage = plan(calibrated(*TWO))
    flags = calls(stage, "flagdata")
    assert [flag.get("spw") for flag in flags] == ["0:0~2;41~59;125~127,1:0~2;41~59;957~959"]
    routines = [a.name for a in stage.steps[2].actions if not isinstance(a, Call)]
    assert routines.count("start_from_flags") == 2
    fitspec = calls(stage, "uvcontsub")[0].get("fitspec")
    assert fitspec == {"0": {"0": {"chan": "3~40;60~124", "fitorder": 1}, "1": {"chan": "3~40;60~956", "fitorder": 1}}}
    assert {clean.get("vis") for clean in calls(stage, "tclean")} == {
        "calibrated_final_cont.ms", "calibrated_final.ms.contsub"
    }  # fmt: skip


def test_a_source_that_keeps_its_continuum_is_imaged_from_the_data_as_they_are() -> None:
    """W139: lines in absorption; the others are imaged without continuum all the same."""
    made = images(calibrated(*TWO), wishes=ImageWishes(has_continuum=False))
    free = tuple(LineFree((0,), number, ((3, 40), (60, 120)), 128) for number in (0, 1))
    absorbing, other = made
    stage = plan_imaging(ImagingPlan("", (INPUT,), (absorbing, replace(other, is_line_only=True)), free))
    assert len(calls(stage, "uvcontsub")) == 1
    assert [clean.get("vis") for clean in calls(stage, "tclean")] == [
        "calibrated_final.ms", "calibrated_final.ms.contsub"
    ]  # fmt: skip
    stage = plan_imaging(ImagingPlan("", (INPUT,), made, free, keep_continuum="as requested"))
    assert not calls(stage, "uvcontsub")
    assert stage.steps[3].nothing_because == "as requested"
    assert {clean.get("vis") for clean in calls(stage, "tclean")} == {"calibrated_final.ms"}


@pytest.mark.parametrize(
    ("said", "keeps"), [("", False), ("keep_continuum = true", True), ('keep_continuum = ["NGC253"]', ("NGC253",))]
)
def test_settings_say_which_sources_keep_their_continuum(
    said: str, keeps: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "uid___A001_X1_X2"
    root.mkdir()
    (root / "mous.toml").write_text(f'uid = "uid://A001/X1/X2"\n[imaging]\n{said}\n')
    monkeypatch.setattr(image, "find_calibrated", lambda mous: mous.tree.root / "calibrated.ms")
    assert image.order_of_mous(read_mous(root)).keeps_continuum == keeps


def test_no_call_of_the_manual_case_is_in_the_script() -> None:
    """W133: the combination did it."""
    text = render_script(plan(calibrated(*TWO)))
    for word in ("concat(", "cvel(", "cvel2(", "mstransform("):
        assert word not in text.replace("imageconcat(", "")
    compile(text, "scriptForImaging.py", "exec")


def test_windows_at_different_dates_are_one_setting() -> None:
    early, late = window(0), window(1, first_hz=100e9 * 1.0001)
    other = window(2, first_hz=103e9)
    factors = {0: (1.0001, 1.0001), 1: (1.0, 1.0), 2: (1.0, 1.0)}
    assert same_windows(calibrated(early, late, other), factors) == ((0, 1), (2,))


def test_bands_are_those_of_the_receivers() -> None:
    assert [nearest_band(f * 1e9) for f in (90, 115.9, 150, 230, 345, 480, 690, 870)] == [3, 3, 4, 6, 7, 8, 9, 10]


def test_separations_are_angles_on_the_sphere() -> None:
    assert separation_rad((0.0, 1.0), (np.pi, 1.0)) == pytest.approx(np.pi - 2.0)
    assert separation_rad((1.0, 0.5), (1.0 + 1e-6, 0.5)) == pytest.approx(1e-6 * np.cos(0.5))


@pytest.mark.parametrize(
    ("direction", "day", "to_barycentre", "sun"),
    [
        ((1.58, -0.49), 60008.1, -18056.197, -19988.223),
        ((4.7, 0.3), 57000.7, -4482.687, 19494.732),
        ((3.1, -1.2), 58500.4, 14595.177, -9687.634),
    ],
)
def test_the_standard_of_rest_is_that_of_astropy(
    direction: tuple[float, float], day: float, to_barycentre: float, sun: float
) -> None:
    """Corrections to the barycentre by astropy 8.0.2 (m/s), and 20 km/s towards 18h03m50.29s +30d00m16.8s (J2000)."""
    position = np.array((2225060.0, -5440059.0, -2481681.0))
    factor = lsrk_factor(direction, day * 86400.0, position_m=position)
    assert (1 - factor) * 299792458.0 == pytest.approx(to_barycentre + sun, abs=10.0)
