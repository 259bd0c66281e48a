"""What ``almared combine`` shows: the fluxes, the warnings, and the result of the concatenation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click
from rich.table import Table

from almared.basics.select import id_ranges
from almared.cli.show.consoles import table_console

MS_ENDING = ".ms.split.cal"


def show_nothing(document: Mapping[str, Any]) -> None:
    """Show no choices: they are part of the JSON document."""
    del document


def show_fluxes(document: Mapping[str, Any]) -> None:
    """Print the fluxes with their means, and the warnings."""
    console = table_console()
    if document["fluxes"]:
        console.print(_table(document))
    click.echo(f"{'Scaled' if document['scales'] else 'Not scaled'}: {document['reason']}.")
    tolerance = document["dirtol_arcsec"]
    click.echo(f"Fields: {document['dirtol_reason']}" + (f"; dirtol {tolerance:.3g} arcsec." if tolerance else "."))
    for warning in document["warnings"]:
        click.echo(f"warning: {warning}")


def _table(document: Mapping[str, Any]) -> Table:
    table = Table(title="Flux densities of the phase calibrators (Jy)", title_justify="left")
    has_known = any(flux["known_jy"] is not None for flux in document["fluxes"])
    has_catalogue = any(own.get("catalogue") for flux in document["fluxes"] for own in flux["own"])
    for name in ("calibrator", "spw", "GHz", "execution", "own", "off mean", "mean", "chi2/dof", "used"):
        table.add_column(name, justify="left" if name in ("calibrator", "execution") else "right", no_wrap=True)
    if has_known:
        table.add_column("known", justify="right", no_wrap=True)
    if has_catalogue:
        table.add_column("catalogue", justify="right", no_wrap=True)
    for flux in document["fluxes"]:
        for number, own in enumerate(flux["own"]):
            row = [*_head(flux, is_first=number == 0), *_own(flux, own), *_mean(flux, own, is_first=number == 0)]
            known = flux["known_jy"]
            row += [f"{known:.5g}" if known is not None and number == 0 else ""] if has_known else []
            row += [_expected(own)] if has_catalogue else []
            table.add_row(*row, end_section=number == len(flux["own"]) - 1)
    return table


def _head(flux: Mapping[str, Any], *, is_first: bool) -> list[str]:
    return [flux["source"], str(flux["spw"]), f"{flux['frequency_ghz']:.2f}"] if is_first else ["", "", ""]


def _own(flux: Mapping[str, Any], own: Mapping[str, Any]) -> list[str]:
    error = f" ± {own['error_jy']:.2g}" if own["error_jy"] else ""
    off = 100 * (own["flux_jy"] / flux["mean_jy"] - 1) if flux["mean_jy"] else 0.0
    return [own["ms"].removesuffix(MS_ENDING), f"{own['flux_jy']:.5g}{error}", f"{off:+.1f} %"]


def _expected(own: Mapping[str, Any]) -> str:
    found = own.get("catalogue")
    return f"{found['flux_jy']:.3g} ± {found['error_jy']:.1g}" if found else "-"


def _mean(flux: Mapping[str, Any], own: Mapping[str, Any], *, is_first: bool) -> list[str]:
    used = flux["used_jy"].get(own["ms"])
    text = f"{used:.5g}" if used else "-"
    if not is_first:
        return ["", "", text]
    error = f" ± {flux['error_jy']:.2g}" if flux["error_jy"] else ""
    chi = f"{flux['chi_square']:.1f}/{flux['degrees']}" if flux["degrees"] else ""
    return [f"{flux['mean_jy']:.5g}{error}", chi, text]


def show_contents(document: Mapping[str, Any]) -> None:
    """Print the contents of calibrated.ms."""
    contents = document["contents"]
    column = contents["datacolumn"]
    click.echo(
        f"calibrated.ms: {contents['fields']} fields ({contents['fields_expected']} expected), {contents['windows']} "
        f"windows ({contents['windows_expected']} expected), science windows {id_ranges(contents['science_windows'])}, "
        f"calibrated data in the {column} column"
    )
    for finding in contents["findings"]:
        click.echo(f"finding: {finding}")
