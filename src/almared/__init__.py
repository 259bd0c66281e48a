"""Hand-guided calibration of ALMA interferometric data on modular CASA 6."""

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
