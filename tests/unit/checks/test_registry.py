"""Checks are found by their files; each has a code of its own and a manual page."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

import almared.checks
from almared.checks.check import SECTIONS, Check
from almared.checks.registry import all_checks, check_modules, manual_page, run_checks
from almared.errors import InputError

FILES = sorted(path for path in Path(almared.checks.__path__[0]).glob("*/*.py") if path.name != "__init__.py")


def test_every_file_in_a_folder_of_a_stage_is_a_check() -> None:
    assert sorted(str(module.__file__) for module in check_modules()) == [str(path) for path in FILES]
    assert len(all_checks()) == len(FILES) > 0


def test_codes_are_unique_and_of_one_form() -> None:
    codes = [check.code for check in all_checks()]
    assert len(set(codes)) == len(codes)
    assert not [code for code in codes if not re.fullmatch(r"[A-Z]{4}\d\d", code)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_check_is_one_file_with_its_manual_page(path: Path) -> None:
    module = importlib.import_module(f"{almared.checks.__name__}.{path.parent.name}.{path.stem}")
    check = module.CHECK
    assert isinstance(check, Check)
    assert (check.stage, check.run) == (path.parent.name, module.check)
    page = manual_page(check.code)
    assert [line for line in page.splitlines() if line in SECTIONS] == list(SECTIONS)
    for section, after in zip(SECTIONS, (*SECTIONS[1:], None), strict=True):
        text = page.partition(f"\n{section}\n")[2].partition(f"\n{after}\n")[0] if after else page.split(section)[-1]
        assert text.strip(), f"{section} of {path.name} is empty"
    assert check.title


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_check_stands_in_a_case_table(path: Path) -> None:
    tables = (Path(__file__).parent / path.parent.name).glob("test_*.py")
    assert any(re.search(rf"\({path.stem}, ", table.read_text()) for table in tables)


def test_an_unknown_code_names_those_that_are_known() -> None:
    with pytest.raises(InputError, match=all_checks()[0].code):
        manual_page("NONE99")


def test_nothing_looks_at_what_no_check_knows() -> None:
    assert run_checks(object()) == ()
