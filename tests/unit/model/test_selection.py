"""Selections of data: CASA's syntax written and read back, names that look like numbers, broken input."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from almared.errors import SelectionError
from almared.model import ChannelRange, Selection

SIGNS = "".join(chr(code) for code in range(32, 127) if chr(code) not in '"\\')
NAMES = st.text(st.sampled_from(SIGNS), min_size=1, max_size=12).map(str.strip).filter(bool)
IDS = st.integers(0, 70)
BOTH = st.one_of(IDS, NAMES)
TIMES = st.floats(0.0, 6.0e9).map(lambda t: round(t, 3))


@st.composite
def selections(draw: st.DrawFn) -> Selection:
    """Any selection that CASA can express."""
    spws = draw(st.lists(BOTH, max_size=4))
    pairs = st.tuples(IDS, st.integers(0, 4096), st.integers(0, 200))
    channels = [ChannelRange(spw, first, first + n) for spw, first, n in draw(st.lists(pairs, max_size=5))]
    ranges = st.tuples(TIMES, TIMES).map(lambda pair: (min(pair), max(pair)))
    return Selection(
        antennas=tuple(draw(st.lists(BOTH, max_size=4))),
        baselines=tuple(draw(st.lists(st.tuples(BOTH, BOTH), max_size=3))),
        spws=tuple(spws),
        channels=tuple(entry for entry in channels if entry.spw not in spws),
        fields=tuple(draw(st.lists(BOTH, max_size=4))),
        scans=tuple(draw(st.lists(IDS, max_size=6))),
        intents=tuple(draw(st.lists(st.sampled_from(["CALIBRATE_PHASE#ON_SOURCE", "OBSERVE_TARGET"]), max_size=2))),
        times=tuple(draw(st.lists(ranges, max_size=3))),
        correlations=tuple(draw(st.lists(st.sampled_from(["XX", "YY", "XY"]), max_size=2))),
    )


@given(selections())
@example(Selection(antennas=("5", 5, "DV 01", "A&B", "x;y"), fields=("3", "a,b", "[a-c]*", "{x,y}?", "a:b")))
def test_what_was_written_is_read_back(selection: Selection) -> None:
    assert Selection.parse(selection.to_casa()) == selection


@pytest.mark.parametrize(
    ("selection", "parameters"),
    [
        (Selection(), {}),
        (Selection(spws=(19,), channels=(ChannelRange(17, 120, 127), ChannelRange(17, 0, 10))),
         {"spw": "19,17:0~10;120~127"}),
        (Selection(channels=(ChannelRange(17, 5, 5), ChannelRange(9, 0, 3), ChannelRange(9, 4, 6))),
         {"spw": "9:0~6,17:5"}),
        (Selection(spws=("ALMA_RB_06#BB_1#SW-01#FULL_RES",)), {"spw": '"ALMA_RB_06#BB_1#SW-01#FULL_RES"'}),
        (Selection(fields=(4, 2, 3, "Titan")), {"field": "2~4,Titan"}),
        (Selection(fields=("3C 279", "7")), {"field": '"3C 279","7"'}),
        (Selection(antennas=("DV01", "DA41"), scans=(3, 5, 4)), {"antenna": "DA41,DV01", "scan": "3~5"}),
        (Selection(antennas=("21",)), {"antenna": '"21"'}),
        (Selection(baselines=(("DV02", "DV01"), ("CM03", "CM03"))), {"antenna": "CM03&&&;DV01&DV02"}),
        (Selection(antennas=("DA41",), baselines=(("DV01", "DV02"),)), {"antenna": "DA41;DV01&DV02"}),
        (Selection(intents=("CALIBRATE_PHASE", "OBSERVE_TARGET")), {"intent": "*CALIBRATE_PHASE*,*OBSERVE_TARGET*"}),
        (Selection(times=((51544 * 86400.0, 51544 * 86400.0 + 90.25),), correlations=("yy",)),
         {"timerange": "2000/01/01/00:00:00.000~2000/01/01/00:01:30.250", "correlation": "YY"}),
    ],
)  # fmt: skip
def test_each_part_is_written_as_casa_reads_it(selection: Selection, parameters: dict[str, str]) -> None:
    assert selection.to_casa() == parameters


@pytest.mark.parametrize(
    ("parameters", "selection"),
    [
        ({"antenna": " DA41 , DV01 & DV02,DV03 "}, Selection(baselines=tuple(
            (a, b) for a in ("DA41", "DV01") for b in ("DV02", "DV03")))),
        ({"field": "0,2 ~ 4", "spw": "17: 3~5 ; 9, 19"},
         Selection(fields=(0, 2, 3, 4), spws=(19,), channels=(ChannelRange(17, 3, 5), ChannelRange(17, 9, 9)))),
        ({"spw": "17,17:0~3"}, Selection(spws=(17,))),
        ({"spw": "17,19:0~3"}, Selection(spws=(17,), channels=(ChannelRange(19, 0, 3),))),
        ({"intent": "CALIBRATE_PHASE#ON_SOURCE"}, Selection(intents=("CALIBRATE_PHASE#ON_SOURCE",))),
        ({"timerange": "2000/01/01/00:00~2000/01/01/00:01:30"},
         Selection(times=((51544 * 86400.0, 51544 * 86400.0 + 90.0),))),
        ({"correlation": "XX;yy", "field": ""}, Selection(correlations=("XX", "YY"))),
    ],
)  # fmt: skip
def test_what_people_write_is_read(parameters: dict[str, str], selection: Selection) -> None:
    assert Selection.parse(parameters) == selection


@pytest.mark.parametrize(
    "parameters",
    [
        {"antenna": "DV*"}, {"antenna": "/DV.*/"}, {"antenna": "!DV01"}, {"antenna": "DV01@A002"},
        {"antenna": "<30m"}, {"antenna": "DV01&&DV02"}, {"antenna": "DV01&"}, {"antenna": "&"}, {"antenna": '"DV01'},
        {"field": "J19*"}, {"field": '"J19*"'}, {"field": "5~3"}, {"field": "0~99999999999"}, {"field": ">3"},
        {"field": '""'}, {"field": "a\\b"}, {"field": "Zürich"},
        {"spw": "17:100~101GHz"}, {"spw": "17:9~3"}, {"spw": "17:0~10^2"}, {"spw": "*:0~3"}, {"spw": "17:"},
        {"spw": ":0~3"}, {"spw": ":"}, {"spw": "17:3:4"},
        {"scan": "a"}, {"scan": "1-3"}, {"scan": '"3"'},
        {"intent": "*PHASE*TARGET*"}, {"intent": "phase"},
        {"timerange": "11:02~11:05"}, {"timerange": "2014/05/07/11:02:03"}, {"timerange": "2014/13/07~2014/14/07"},
        {"timerange": "2014/05/08~2014/05/07"}, {"correlation": "ZZ"}, {"uvrange": "<30m"},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_without_the_data_or_at_all_is_refused(parameters: dict[str, str]) -> None:
    with pytest.raises(SelectionError) as fault:
        Selection.parse(parameters)
    assert fault.value.repair


@pytest.mark.parametrize(
    "given_parts",
    [
        {"fields": (-1,)}, {"fields": ("",)}, {"fields": ('a"b',)}, {"fields": (" a",)}, {"antennas": ("a\nb",)},
        {"scans": (True,)}, {"times": ((2.0, 1.0),)}, {"times": ((0.0, float("nan")),)}, {"correlations": ("X",)},
        {"intents": ("*",)}, {"spws": (17,), "channels": (ChannelRange(17, 0, 3),)},
    ],
)  # fmt: skip
def test_what_casa_cannot_select_is_no_selection(given_parts: dict[str, tuple[object, ...]]) -> None:
    with pytest.raises(SelectionError):
        Selection(**given_parts)  # type: ignore[arg-type]


def test_channels_in_the_wrong_order_are_no_range() -> None:
    with pytest.raises(SelectionError):
        ChannelRange(17, 5, 4)


def test_it_reads_as_people_speak() -> None:
    assert str(Selection(antennas=("DA41",), channels=(ChannelRange(17, 0, 10),))) == "spw 17:0~10, antenna DA41"
    assert (str(Selection()), Selection().is_everything) == ("all data", True)


def test_selections_of_the_same_data_are_equal() -> None:
    one = Selection(channels=(ChannelRange(17, 0, 5), ChannelRange(17, 3, 9)), scans=(3, 1, 3))
    assert one == Selection(channels=(ChannelRange(17, 0, 9),), scans=(1, 3))
    assert hash(one) == hash(Selection(channels=(ChannelRange(17, 0, 9),), scans=(1, 3)))
