"""What the calls of the imaging are for (see `almared.plan.roles`)."""

from __future__ import annotations

from almared.plan import Role

CLEAN = Role("clean")
"""What grids and cleans visibilities: a whole image, or a chunk of a cube."""

CLEAN_WHOLE = Role("clean_whole", CLEAN)
CLEAN_CHUNK = Role("clean_chunk", CLEAN)
RESTORE = Role("restore")
"""What restores a cube that was joined from chunks."""

EXPORT = Role("export")
