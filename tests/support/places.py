"""Where the tests find what is not theirs: the repository, golden files, real data."""

import os
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
GOLDEN = TESTS / "golden"
REAL = Path(os.environ.get("ALMARED_REAL", ROOT.parent / "shared" / "real"))
