"""images.json as typed records: there and back, and what is done with broken files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.image_records import image_record, images_record

from almared.errors import InputError
from almared.formats.fits.planes import Beam
from almared.model.finding import warning
from almared.records.images import NAME, CubeChannels, ImageRecord, ImagesRecord, images_in, read_images, write_images

NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
IDS = st.lists(st.integers(0, 99), max_size=4).map(tuple)
WORDS = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=3)
JSON_VALUES = st.none() | st.booleans() | st.integers() | NUMBERS | st.text() | st.lists(st.integers(), max_size=3)
IMAGES = st.builds(
    ImageRecord,
    kind=st.sampled_from(["cont", "cube"]),
    field_ids=IDS,
    spw_ids=IDS,
    frequency_hz=NUMBERS,
    channels=st.none() | st.builds(CubeChannels, chunks=IDS, start_hz=NUMBERS, width_hz=NUMBERS, width_km_s=NUMBERS,
                                   rest_hz=NUMBERS),
    files=WORDS,
    beam=st.none() | st.builds(Beam, NUMBERS, NUMBERS, NUMBERS),
    **{name: st.none() | NUMBERS for name in
       ("rms_jy", "peak_jy", "peak_snr", "flux_jy", "flux_error_jy", "line_flux_jy_km_s", "requested_rms_jy")},
    theory_rms_jy=NUMBERS,
    apparent_rms_jy=NUMBERS,
    parameters=st.dictionaries(st.text(max_size=8), JSON_VALUES, max_size=4),
    reasons=WORDS,
    findings=st.lists(st.builds(warning, st.text(max_size=6), st.text(max_size=8)), max_size=2).map(tuple),
)  # fmt: skip


@given(st.lists(IMAGES, max_size=3))
def test_records_come_back_from_json_as_they_were(images: list[ImageRecord]) -> None:
    record = images_record(*images)
    assert ImagesRecord.from_record(json.loads(json.dumps(record.as_record()))) == record


def test_the_keys_are_those_that_are_documented(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "imaging.md").read_text()
    channels = CubeChannels(10, 1e11, 1e6, 3.0, 1e11, chunks=(5, 5))
    write_images(tmp_path, images_record(image_record("a", kind="cube", channels=channels)))
    written = json.loads((tmp_path / NAME).read_text())
    entry = written["images"][0]
    for key in (*written, *entry, *entry["channels"], *entry["beam"]):
        assert f"`{key}`" in page


def test_whether_anything_was_cleaned_follows_from_the_iterations() -> None:
    assert image_record("a", iterations=3).as_record()["is_cleaned"] is True
    assert image_record("a", iterations=0).as_record()["is_cleaned"] is False


def test_all_files_but_the_image_before_the_correction_are_delivered() -> None:
    files = {"image": "a.image.fits", "pbcor": "a.pbcor.fits", "preview": "a.png"}
    assert image_record("a", files=files).delivered == ("a.pbcor.fits", "a.png")


@pytest.mark.parametrize(
    "text",
    [
        "", '{"format": 1, "images": [', "[]", "{}", '{"format": 2, "images": []}',
        '{"format": 1, "images": [{"name": 1}]}',
    ],
    ids=["empty", "torn", "a list", "no version", "another version", "foreign"],
)  # fmt: skip
def test_a_record_that_cannot_be_used_counts_as_none(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    assert read_images(tmp_path) is None
    assert images_in(tmp_path) == ()


def test_without_a_file_there_are_no_images(tmp_path: Path) -> None:
    assert read_images(tmp_path) is None


@pytest.mark.parametrize(
    ("key", "value"),
    [("name", 1), ("rms_jy", "low"), ("iterations", True), ("iterations", 1.5), ("spw_ids", "0"), ("beam", [1, 2, 3]),
     ("files", []), ("frequency_hz", None), ("is_continuum_subtracted", 1)],
)  # fmt: skip
def test_values_of_other_types_are_refused_with_their_place(key: str, value: Any) -> None:
    record = {**image_record("a").as_record(), key: value}
    with pytest.raises(InputError, match=key if key != "beam" else "Beam"):
        ImageRecord.from_record(record)


def test_a_key_of_a_later_build_is_left_out_and_a_missing_one_refused() -> None:
    record = image_record("a").as_record()
    assert ImageRecord.from_record({**record, "colour": "red"}) == image_record("a")
    del record["rms_jy"]
    with pytest.raises(InputError, match="rms_jy"):
        ImageRecord.from_record(record)


def test_images_of_an_older_almared_have_their_sentences_as_findings() -> None:
    record = image_record("a", findings=(warning("IMAG10", "diverged"),)).as_record()
    assert record["warnings"] == ["diverged"]
    del record["findings"]
    assert ImageRecord.from_record(record).warnings == ("diverged",)
