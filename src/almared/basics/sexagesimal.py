"""Numbers to the base of sixty: hours or degrees, minutes, seconds."""

from __future__ import annotations


def parse_sexagesimal(text: str, *, separator: str = ":") -> float:
    """Return the value of a text such as ``-28:10:30.5``.

    Parameters
    ----------
    text : str
        Three parts, with or without a sign.
    separator : str
        Text between the parts.

    Raises
    ------
    ValueError
        There are fewer parts, or they are not numbers.

    Examples
    --------
    >>> parse_sexagesimal("-28.30.36.0", separator=".")
    -28.51
    """
    whole, minutes, seconds = text.strip().lstrip("+-").split(separator, 2)
    value = int(whole) + int(minutes) / 60.0 + float(seconds) / 3600.0
    return -value if text.strip().startswith("-") else value


def sexagesimal_parts(value: float, *, digits: int) -> tuple[str, str, str]:
    """Return the parts of a number of at least 0, rounded so that no part reads 60.

    Parameters
    ----------
    value : float
        Hours or degrees.
    digits : int
        Decimals of the seconds, at least one.

    Examples
    --------
    >>> sexagesimal_parts(1.9999999999, digits=2)
    ('02', '00', '00.00')
    """
    scale = 10**digits
    units = round(value * 3600 * scale)
    minutes, seconds = divmod(units, 60 * scale)
    whole, minutes = divmod(minutes, 60)
    return f"{whole:02d}", f"{minutes:02d}", f"{seconds // scale:02d}.{seconds % scale:0{digits}d}"
