"""A MOUS on disk: its tree, ``mous.toml``, its execution blocks."""

from almared.mous.read import Mous, MousEb, find_root, read_mous, read_settings
from almared.mous.settings import MousSettings

__all__ = ["Mous", "MousEb", "MousSettings", "find_root", "read_mous", "read_settings"]
