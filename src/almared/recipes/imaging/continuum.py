"""Steps between calibrated_final.ms and the images: continuum MS, continuum subtraction (domain D.2, D.6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from almared.basics.select import id_ranges
from almared.model import ChannelRange, Choice, Selection
from almared.names import flag_versions
from almared.plan import Action, Argument, Step, StepNeeds
from almared.recipes.building import call, check_made, remove, routine
from almared.recipes.imaging.prepare import FINAL

CONTINUUM = "calibrated_final_cont.ms"
SUBTRACTED = f"{FINAL}.contsub"
CONTINUUM_STEP, SUBTRACTION_STEP = 2, 3
"""Numbers of these steps in the plan."""

BEFORE = "before_cont_flags"
"""Name of the flag version (domain D.2)."""

Ranges = tuple[tuple[int, int], ...]
"""First and last channel of each range."""


@dataclass(frozen=True, slots=True)
class LineFree:
    """The line-free channels of some fields in a window.

    Parameters
    ----------
    field_ids : tuple of int
        Fields of one source.
    spw_id : int
        The window.
    ranges : tuple of (int, int)
        Channels without lines.
    n_channels : int
        Channels of the window.
    fit_order : int
        Order of the polynomial that is subtracted.
    """

    field_ids: tuple[int, ...]
    spw_id: int
    ranges: Ranges
    n_channels: int
    fit_order: int = 1

    @property
    def lines(self) -> Ranges:
        """Channels with lines, or too near to them."""
        found, first = [], 0
        for low, high in sorted(self.ranges):
            if low > first:
                found.append((first, low - 1))
            first = max(first, high + 1)
        if first < self.n_channels:
            found.append((first, self.n_channels - 1))
        return tuple(found)

    @property
    def has_lines(self) -> bool:
        """Whether some channels are not line-free."""
        return bool(self.lines)


def channel_text(ranges: Ranges) -> str:
    """Return ranges of channels as CASA reads them.

    Examples
    --------
    >>> channel_text(((0, 10), (20, 20)))
    '0~10;20'
    """
    return ";".join(f"{a}~{b}" if a != b else str(a) for a, b in ranges)


def continuum_step(
    number: int, line_free: Sequence[LineFree], *, averaging: Mapping[int, Choice[int]], needs: StepNeeds
) -> Step:
    """Return the step that averages the line-free channels into an MS of their own; flags are put back after it."""
    lines: dict[tuple[int, ...], list[ChannelRange]] = {}
    for entry in line_free:
        if entry.has_lines:
            found = [ChannelRange(entry.spw_id, first, last) for first, last in entry.lines]
            lines.setdefault(entry.field_ids, []).extend(found)
    actions: list[Action] = [
        remove(CONTINUUM, flag_versions(CONTINUUM)),
        routine("start_from_flags", FINAL, BEFORE),
        call("initweights", vis=FINAL, wtmode="weight", dowtsp=True),
    ]
    actions += [
        call(
            "flagdata",
            "Channels that are not line-free by cont.dat.",
            vis=FINAL,
            mode="manual",
            **Selection(fields=fields, channels=tuple(channels)).to_casa(),
            flagbackup=False,
        )
        for fields, channels in lines.items()
    ]
    reasons = dict.fromkeys(f"{choice.value} channels to {choice.reason}" for choice in averaging.values())
    actions += [
        call(
            "split",
            vis=FINAL,
            outputvis=CONTINUUM,
            datacolumn="data",
            spw=id_ranges(averaging),
            width=Argument(
                "", tuple(choice.value for _, choice in sorted(averaging.items())), reason="; ".join(reasons)
            ),
        ),
        routine("start_from_flags", FINAL, BEFORE),
        check_made(CONTINUUM),
    ]
    return Step(
        number,
        "Continuum MS",
        tuple(actions),
        makes=(CONTINUUM,),
        changes=(FINAL,),
        flags={FINAL: BEFORE},
        needs=needs,
    )


def no_continuum_step(number: int, reason: str) -> Step:
    """Return the step of a continuum MS that is not needed."""
    return Step(number, "Continuum MS", nothing_because=reason)


def subtraction_step(number: int, line_free: Sequence[LineFree], *, needs: StepNeeds, reason: str = "") -> Step:
    """Return the step that subtracts the continuum, or why it does nothing.

    Parameters
    ----------
    number : int
        Of the step.
    line_free : sequence of LineFree
        What is fitted.
    needs : StepNeeds
        Disk, memory, time.
    reason : str, optional
        Why nothing is subtracted.
    """
    title = "Subtraction of the continuum"
    known = [entry for entry in line_free if entry.ranges]
    if reason or not known:
        return Step(number, title, nothing_because=reason or "no window has line-free channels")
    fitspec: dict[str, dict[str, dict[str, object]]] = {}
    for entry in known:
        of_field = fitspec.setdefault(",".join(str(n) for n in entry.field_ids), {})
        of_field[str(entry.spw_id)] = {"chan": channel_text(entry.ranges), "fitorder": entry.fit_order}
    subtract = call(
        "uvcontsub",
        vis=FINAL,
        outputvis=SUBTRACTED,
        fitspec=Argument("", fitspec, reason="line-free channels of cont.dat, per field and window"),  # type: ignore[arg-type]
        datacolumn="data",
    )
    actions = (remove(SUBTRACTED, flag_versions(SUBTRACTED)), subtract, check_made(SUBTRACTED))
    return Step(number, title, actions, makes=(SUBTRACTED,), needs=needs)


def selfcal_step(number: int) -> Step:
    """Return the place of the self-calibration."""
    reason = (
        "self-calibration is decided by a person (domain D.5): for a strong source whose noise is above the request, "
        "not for compact or 7-m parts. Add its calls here; the images below then start from what they leave"
    )
    return Step(number, "Self-calibration", nothing_because=reason)
