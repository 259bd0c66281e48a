#!/bin/sh
# Print the Python interpreters from 3.11 to 3.13 that really start, one a line, the preferred one first: the newer the
# Python, the newer the build of CASA that is offered for it.
# Names on the PATH may be pyenv's shims of versions that are not chosen, so each candidate is tried.
set -u
versions=${1:-"3.13 3.12 3.11"}
root=${PYENV_ROOT:-${HOME:-/root}/.pyenv}
for version in $versions; do
  for candidate in "python$version" python3 python "$root"/versions/"$version"*/bin/python; do
    path=$(command -v "$candidate" 2>/dev/null) || continue
    found=$("$path" -c 'import sys, venv, ensurepip; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    if [ "$found" = "$version" ]; then
      printf '%s\n' "$path"
      break
    fi
  done
done
