"""The command ``almared``: one verb each, loaded only when used."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from typing import NoReturn

import click

from almared import __version__
from almared.cli import commands
from almared.cli.disk_faults import explain_disk_fault
from almared.errors import AlmaredError

COMMANDS = {
    "doctor": "Check whether this machine is fit, and how to repair it.",
    "measures": "Show, import or update the measures that CASA uses.",
    "demo": "Simulate an execution block, calibrate it, compare with the truth.",
    "simulate": "Make whole ASDMs with known truth and chosen faults.",
    "prepare": "Make the tree of a MOUS and add its ASDMs.",
    "reduce": "Run everything still to do for a MOUS.",
    "status": "Show the state of each execution block and stage of a MOUS.",
    "inspect": "Print the facts of an execution block.",
    "plan": "Choose how to calibrate an execution block and write the script.",
    "run": "Run the calibration script, all of it or step by step.",
    "combine": "Bring execution blocks to one flux scale and concatenate them.",
    "report": "Make the QA2 report of an execution block or a MOUS.",
    "image": "Image a MOUS, or any calibrated MS.",
    "readme": "Write the README of the delivery from the measured values.",
    "check": "Check the final checklist.",
    "package": "Make the package for the investigators.",
}
"""Verb, which is also the module that defines its `command` -> its line in the help."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """Return the verbs in the order of a reduction."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Return the command, importing its module."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"{commands.__name__}.{cmd_name}")
        if not isinstance(module.command, click.Command):
            raise TypeError(f"{module.__name__}.command is not a click command")
        return module.command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the list of verbs without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="almared")
def almared() -> None:
    """Calibrate ALMA interferometric data by hand, with every choice explained.

    \b
    Examples:
      almared demo                          the main job in one command
      almared inspect uid___A002_X1_X2      what listobs would print, without CASA
      almared plan uid___A002_X1_X2         choices, and the calibration script
      almared run uid___A002_X1_X2          run the script; can be resumed

    Exit codes: 0 done; 1 other error; 2 wrong use; 3 bad input; 4 no plan; 5 cannot start;
    6 a step failed; 7 installation unusable; 8 delivery incomplete; 130 interrupted.
    """


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code."""
    try:
        # Without standalone mode click returns the code of a command that ended by Context.exit.
        code = almared.main(
            args=None if arguments is None else list(arguments), prog_name="almared", standalone_mode=False
        )
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        sys.exit(130)
    except AlmaredError as error:
        _end_with(error)
    except OSError as fault:
        explained = explain_disk_fault(fault)
        if explained is None:
            raise
        _end_with(explained)


def _end_with(error: AlmaredError) -> NoReturn:
    click.echo(f"almared: {error.text()}", err=True)
    sys.exit(error.exit_code)
