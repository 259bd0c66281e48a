"""A plan as the text of a calibration script."""

from almared.script.render import render_script

__all__ = ["render_script"]
