#!/bin/sh
# The checks of style besides the tests; all are run, the exit code says whether any failed.
status=0
check() {
  echo "== $*"
  "$@" || status=1
}
check ruff check .
check ruff format --check .
check mypy
check lint-imports
check python tools/check_budgets.py src
check python tools/check_repository.py
check python tools/check_docstrings.py
exit $status
