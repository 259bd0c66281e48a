"""The bandpass: its scatter over channels and its mean over antennas."""

from __future__ import annotations

from functools import partial

from almared.checks.registry import run_checks
from almared.errors import InputError
from almared.formats.caltable import CalTable
from almared.measure.bandpass import measure_mean_bandpass, measure_scatter
from almared.measure.calibration import BandpassMeasurement
from almared.plots.bandpass_page import draw_bandpass_page
from almared.records.report import ItemProducts
from almared.report.item import EbContext, Item
from almared.report.tables.bandpass import bandpass_rms_text


def make(context: EbContext) -> ItemProducts:
    """Make bandpass_avg.png and bandpass_rms.txt.

    Raises
    ------
    InputError
        There is no bandpass table, or nothing in it.

    References
    ----------
    domain.md C.2.
    """
    name = context.products.of_split("bandpass")
    table = context.table(name)
    windows = measure_scatter(table)
    if not windows:
        raise InputError(f"{name} is empty", where=name, repair="look at the bandpass calibrator's data")
    smoothed = _smoothed(context, name)
    pairs = [
        (
            measure_mean_bandpass(table, w.spw_id),
            measure_mean_bandpass(smoothed, w.spw_id) if smoothed and w.spw_id in smoothed.spw_ids else None,
        )
        for w in windows
    ]
    medians = ", ".join(f"spw {w.spw_id} {w.median_rms:.3f}" for w in windows)
    figure = context.draw(
        "bandpass_avg.png",
        partial(draw_bandpass_page, pairs=pairs),
        caption="Bandpass averaged over antennas: amplitude (above) and phase (below)"
        + (", and the smoothed solutions (dash-dotted and dotted)" if smoothed else ""),
        alt=f"Curves over frequency, a column per window. Median rms of the amplitudes: {medians}.",
    )
    text = context.write("bandpass_rms.txt", bandpass_rms_text(windows, table=name))
    return ItemProducts(
        (figure,),
        (text,),
        run_checks(BandpassMeasurement(windows)),
        {f"median_rms_spw{w.spw_id}": w.median_rms for w in windows},
    )


def _smoothed(context: EbContext, name: str) -> CalTable | None:
    """Return the smoothed solutions, where the calibration made some (``.bandpass_smooth20ch`` and the like)."""
    found = sorted(path.name for path in context.directory.glob(f"{name}_smooth*") if path.is_dir())
    return context.table(found[0]) if found else None


ITEM = Item(
    key="bandpass",
    title="Bandpass",
    look_for="Lines of the air that are left, steps between blocks of channels (platforming); noisy solutions.",
    files=("bandpass_avg.png", "bandpass_rms.txt"),
    make=make,
    part=2,
    place=100,
)
