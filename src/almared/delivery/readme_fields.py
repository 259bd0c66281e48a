"""The fields of the README: which have to be filled in, and which are."""

from __future__ import annotations

import re

NOT_GIVEN = "not given"

OBLIGATORY = (
    "Cycle", "Project code", "SB name", "PI name", "Project title", "Configuration", "Proposed rms",
    "CASA version used",
)  # fmt: skip
"""Fields of a README of deliveries (domain E.4)."""

OPTIONAL = ("Proposed resolution",)

LEFT_OVER = re.compile(
    r"\b(?:TODO|TBD|FIXME|X{3,})\b|<[A-Za-z][^<>\n]{1,40}>|What the investigators should know\.|\?\?+"
)
"""Text that stands for what somebody meant to write; the sentence is that of the example in ``mous.toml``."""


def field_of(text: str, name: str) -> str | None:
    """Return what stands behind the name of a field, None when the README has no such field."""
    found = re.search(rf"^[ \t]*{re.escape(name)}[ \t]*:[ \t]*(.*)$", text, re.MULTILINE | re.IGNORECASE)
    return found[1].strip() if found else None


def empty_fields(text: str, names: tuple[str, ...] = OBLIGATORY) -> tuple[str, ...]:
    r"""Return the fields of a README that are missing or empty; a reason counts as filled.

    Examples
    --------
    >>> empty_fields("Cycle: 2\nPI name: not given\nSB name: not given (a test)", ("Cycle", "PI name", "SB name"))
    ('PI name',)
    """
    return tuple(name for name in names if field_of(text, name) in (None, "", NOT_GIVEN))


def readme_faults(text: str) -> tuple[str, ...]:
    """Return why a README cannot be delivered as it is: empty fields, and text that was left over from a template.

    References
    ----------
    Requirement W148; wiki, final checklist; domain E.4.
    """
    empty = empty_fields(text)
    faults = [f"still empty: {', '.join(empty)}"] if empty else []
    return (*faults, *(f"{word!r} was left in it" for word in dict.fromkeys(LEFT_OVER.findall(text))))


def readme_notes(text: str) -> tuple[str, ...]:
    """Return what is worth knowing of its fields: optional ones that are empty, and those with a reason instead."""
    empty = empty_fields(text, OPTIONAL)
    notes = [f"still empty: {', '.join(empty)}"] if empty else []
    values = {name: field_of(text, name) or "" for name in OBLIGATORY}
    return (*notes, *(f"{name} is {value}" for name, value in values.items() if value.startswith(f"{NOT_GIVEN} (")))
