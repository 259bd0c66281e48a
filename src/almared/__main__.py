"""``python -m almared``."""

from almared.cli.main import main

main()
