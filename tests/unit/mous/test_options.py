"""One declaration per option of the calibration: all that takes options follows from it."""

from __future__ import annotations

import tomllib
from dataclasses import MISSING, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.places import ROOT

from almared import es
from almared.cli.commands.plan import command
from almared.cli.plan_options import calibration_options
from almared.mous.options import BY_KEY, BY_OLD_NAME, OPTIONS, CalibrationOption, OptionKind, command_words
from almared.mous.settings import PlanTable
from almared.mous.write import PLAN
from almared.recipes import CalibrationOptions, options_for
from almared.recipes.calibration import options as recipe_options

FROM_THE_DATA = {"asdm", "ms", "expected_rows"}
"""Fields of the recipe's options that nobody gives: they come from what lies on disk."""

NUMBERS = st.one_of(st.none(), st.integers(0, 99999).map(lambda number: number / 16))
VALUES = {
    OptionKind.TEXT: st.one_of(st.none(), st.text("ADV0123456789", min_size=1)),
    OptionKind.FIELD: st.one_of(st.none(), st.sampled_from(["0", "J1751+0939"])),
    OptionKind.NUMBER: NUMBERS,
    OptionKind.DURATION: NUMBERS,
    OptionKind.FILE: st.one_of(st.none(), st.sampled_from(["antennapos.csv", "positions/one.json"])),
    OptionKind.FLUXES: st.one_of(st.none(), st.lists(st.sampled_from(["a=1@90", "b=2@90,-1"]), max_size=3)),
    OptionKind.SWITCH: st.sampled_from([None, True, False]),
    OptionKind.NEGATION: st.sampled_from([None, True, False]),
}


def source_of_nothing() -> Any:
    return SimpleNamespace(asdm=None, ms_name="", rows_after_import=dict)


def options_of(**given: object) -> CalibrationOptions:
    eb: Any = SimpleNamespace(fields=(SimpleNamespace(name="J1751+0939", id=0),), name="eb")
    return options_for(source_of_nothing(), eb, given=given)


def test_the_recipe_knows_every_option_and_no_other_field() -> None:
    assert {field.name for field in fields(CalibrationOptions)} == FROM_THE_DATA | {option.name for option in OPTIONS}


def test_what_nobody_gives_is_what_the_recipe_takes_by_itself() -> None:
    assert options_of(**{option.name: option.default for option in OPTIONS}) == options_of() == CalibrationOptions()


@pytest.mark.parametrize("what", ["name", "flag", "key", "old_name"])
def test_no_name_stands_twice(what: str) -> None:
    names = [name for name in (getattr(option, what) for option in OPTIONS) if name]
    assert len(names) == len(set(names))


def test_the_command_takes_each_option_as_the_recipe_needs_it() -> None:
    context = command.make_context("plan", ["uid___A002_X1_X2"])
    given = {name: value for name, value in context.params.items() if name in {option.name for option in OPTIONS}}
    assert len(given) == len(OPTIONS)
    assert options_of(**given) == CalibrationOptions()
    helps = {parameter.name: getattr(parameter, "help", None) for parameter in command.params}
    assert all(helps[option.name] == option.help for option in OPTIONS)


def test_each_key_of_the_settings_is_an_option() -> None:
    assert {field.alias or name for name, field in PlanTable.model_fields.items()} == set(BY_KEY)


@pytest.mark.parametrize("option", BY_KEY.values(), ids=BY_KEY)
def test_the_example_of_an_option_is_read_and_reaches_the_command(option: CalibrationOption) -> None:
    table = PlanTable.model_validate(tomllib.loads(f"{option.key} = {option.example}"))
    words = table.words(Path("/area"))
    assert words[0] == option.flag
    value = command.make_context("plan", ["eb", *words]).params[option.name]
    assert value != option.default


@given(values=st.fixed_dictionaries({option.attribute: VALUES[option.kind] for option in BY_KEY.values()}))
def test_what_the_settings_say_is_what_the_command_gets(values: dict[str, Any]) -> None:
    """The words of a reduction, parsed by the command, give back every value; what is not given stays the default."""
    root = Path("/area/mous")
    got = command.make_context("plan", ["eb", *command_words(values, root=root)]).params
    for option in BY_KEY.values():
        value = values[option.attribute]
        if option.kind is OptionKind.FILE:
            assert got[option.name] == (None if value is None else root / value)
        elif option.kind is OptionKind.FLUXES:
            assert list(got[option.name]) == (value or [])
        elif option.kind in (OptionKind.NUMBER, OptionKind.DURATION):
            assert got[option.name] == pytest.approx(option.default if value is None else value, rel=1e-5)
        else:
            assert got[option.name] == (option.default if value is None else value)


def test_a_new_option_is_one_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    """With an entry alone the command, the words, the old call and the recipe know it."""
    new = CalibrationOption(
        "is_new", OptionKind.SWITCH, "--new", "Something new.", key="new", old_name="newThing", default=False
    )  # fmt: skip
    monkeypatch.setattr("almared.cli.plan_options.OPTIONS", (*OPTIONS, new))
    monkeypatch.setattr(recipe_options, "OPTIONS", (*OPTIONS, new))
    monkeypatch.setattr(recipe_options, "CalibrationOptions", lambda **given: given)
    monkeypatch.setitem(BY_KEY, "new", new)  # type: ignore[arg-type]
    monkeypatch.setitem(BY_OLD_NAME, "newThing", new)  # type: ignore[arg-type]

    import click

    given: dict[str, Any] = {}
    taking = click.command()(calibration_options(lambda **values: given.update(values)))
    taking.main(command_words({"new": True}, root=Path()), standalone_mode=False)
    assert given["is_new"]
    assert es._translated({"newThing": True}) == {"is_new": True}
    assert options_of(is_new=True)["is_new"]  # type: ignore[index]


def test_the_old_names_are_those_of_the_old_generator() -> None:
    """Domain A.1."""
    old = {"refant", "bpassCalId", "timeBinForFinalData", "lowSNR", "lbc", "lazy", "tsysChanTol", "allowHybrid"}
    assert set(BY_OLD_NAME) == old
    assert all(name in (es.generateReducScript.__doc__ or "") for name in old)


def test_the_page_lists_every_option_with_its_help() -> None:
    page = (ROOT / "docs" / "mous.md").read_text()
    for key, option in BY_KEY.items():
        assert f"| `{key}` | `{option.example}` | `{option.flag}` | {option.help} |" in page, key


def test_the_examples_of_the_written_settings_are_those_of_the_options() -> None:
    shown = tomllib.loads(PLAN)
    general = {key: value for key, value in shown.items() if key in BY_KEY}
    assert general == {key: tomllib.loads(f"x = {BY_KEY[key].example}")["x"] for key in general}


def test_defaults_of_the_recipe_are_declared() -> None:
    given = {field.name: field.default for field in fields(CalibrationOptions) if field.default is not MISSING}
    plain = [o for o in OPTIONS if o.kind not in (OptionKind.FIELD, OptionKind.FLUXES, OptionKind.FILE)]
    assert {option.name: option.default for option in plain} == {option.name: given[option.name] for option in plain}
