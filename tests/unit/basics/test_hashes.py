"""SHA-256 of texts and files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from almared.basics import hashes
from almared.basics.hashes import sha256_if_there, sha256_of, sha256_of_file

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
ABC = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
"""FIPS 180-2, B.1."""


def test_the_standard_s_own_examples(tmp_path: Path) -> None:
    (tmp_path / "abc").write_text("abc")
    assert sha256_of("abc") == sha256_of(b"abc") == sha256_of_file(tmp_path / "abc") == ABC
    assert sha256_of("") == EMPTY
    assert sha256_if_there(tmp_path / "abc") == ABC
    assert sha256_if_there(tmp_path / "none") == sha256_if_there(tmp_path) == sha256_if_there(None) == ""


def test_a_file_larger_than_a_block_and_a_name_that_is_not_utf_8(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hashes, "BLOCK", 2)
    (tmp_path / "abc").write_text("abc")
    assert sha256_of_file(tmp_path / "abc") == ABC
    assert sha256_of(os.fsdecode(b"\xff.fits")) == sha256_of(b"\xff.fits")


@given(st.binary(), st.binary())
def test_different_bytes_have_different_hashes(one: bytes, other: bytes) -> None:
    assert (sha256_of(one) == sha256_of(other)) == (one == other)
