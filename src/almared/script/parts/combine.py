"""What no task does on the way from one execution block to several: keeping the fluxes that fluxscale found."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from typing import Any


def keep_fluxes(name: str, fluxes: Mapping[str, Any]) -> None:
    """Write all numbers that fluxscale returned to a JSON file; its log has six digits of them."""
    with open(f"{name}.new", "w") as file:
        json.dump(fluxes, file, indent=1, default=lambda value: value.tolist())
    os.replace(f"{name}.new", name)
