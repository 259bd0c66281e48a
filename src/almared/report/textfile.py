"""textfile.txt: all texts of a report in one file, for the delivery."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

ORDER = (
    "wvr_stat.txt",
    "tsys_stat.txt",
    "NewListObs.txt",
    "ant_gain_check.txt",
    "bandpass_rms.txt",
    "flux.txt",
    "flag_stat.txt",
    "sensitivity.txt",
    "checksource.txt",
)
"""What goes into it, in this order; the text on shadowing does not (domain C.2)."""


def write_textfile(out: Path, stem: str, *, texts: Collection[str]) -> Path:
    """Write the texts one after another, each under its name; return the file, ``<uid>__textfile.txt``.

    Parameters
    ----------
    out : Path
        Directory of the report.
    stem : str
        Uid as a file name.
    texts : collection of str
        Texts that this report made.
    """
    parts = [f"{'=' * 80}\n{name}\n{'=' * 80}\n{(out / name).read_text()}" for name in ORDER if name in texts]
    path = out / f"{stem}__textfile.txt"
    path.write_text("\n".join(parts) or "No item of the report made a text.\n", encoding="utf-8")
    # The name that reducers know.
    (out / "textfile.txt").write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    return path
