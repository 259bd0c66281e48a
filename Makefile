# make demo    set up and run the main job
# make test    set up and run the whole suite
# make lint    formatting, types, import contracts, budgets
# make docs    build the documentation
SHELL := /bin/sh
PYTHON ?= $(shell sh tools/find_python.sh | head -n 1)
VENV ?= .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/installed
DEMO ?= demo-output
TESTS ?= tests
# Processes that run tests side by side; a file's tests stay together.
WORKERS ?= 2

.PHONY: demo test lint docs install constraints clean

install: $(STAMP)

$(STAMP): pyproject.toml $(wildcard constraints/python*.txt)
	@test -n "$(PYTHON)" || { echo "almared needs Python 3.13, 3.12 or 3.11 with venv; none was found." >&2; exit 1; }
	@echo "Setting up $(VENV) with $(PYTHON) (CASA and its data are about 1.5 GB)"
	$(PYTHON) -m venv $(VENV)
	version=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])') && \
	  $(BIN)/python -m pip install -qq --require-hashes -r constraints/python$$version.txt
	$(BIN)/python -m pip install -qq --no-deps --no-build-isolation --editable .
	touch $(STAMP)

demo: install
	$(BIN)/almared demo --out $(DEMO)

test: install
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile $(TESTS)

lint: install
	PATH="$(CURDIR)/$(BIN):$$PATH" sh tools/lint.sh

docs: install
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Documentation: docs/_build/html/index.html"

constraints:
	for version in 3.11 3.12 3.13; do \
	  uv pip compile --quiet --no-header --no-emit-index-url --no-annotate --generate-hashes \
	    --python-version $$version --python-platform x86_64-manylinux_2_28 --extra dev --extra docs \
	    pyproject.toml constraints/build.in -o constraints/python$$version.txt || exit 1; \
	done

clean:
	rm -rf $(VENV) $(DEMO) docs/_build build dist
