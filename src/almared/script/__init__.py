"""A plan as the text of a calibration script."""

from almared.script.render import render_script
from almared.script.written import WrittenScript, write_script

__all__ = ["WrittenScript", "render_script", "write_script"]
