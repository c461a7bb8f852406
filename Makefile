# All that is needed: make and Python 3.11 or later. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Warnings off: setuptools has one for every editable installation, and pip shows it as if it were ours.
PIP := PYTHONWARNINGS=ignore $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
EXAMPLE := fixtures/interviews/bakery.vtt
EXAMPLE_GUIDE := fixtures/guides/bakery.yaml
EXAMPLE_BENT := fixtures/demonstration/bent_quotes.yaml
export FILE GUIDE PORT

.DEFAULT_GOAL := help
.PHONY: help install install-dev run serve test static format lint types contracts unit integration acceptance with-servers bench chaos clean distclean

help:  ## List the targets
	@sed -n 's/^\([a-z-]*\):.*##[ ]*\(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22
	@echo '  make run FILE=interview.vtt GUIDE=guide.yaml    notes on your own interview; GUIDE may be left out'

install: $(VENV)/.installed  ## Make the virtual environment with the pinned dependencies
install-dev: $(VENV)/.installed-dev

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "error: $(PYTHON) is older than 3.11. Name another: make PYTHON=python3.12 ..." >&2; exit 6; }
	@echo 'Making the virtual environment in $(VENV); the packages take about a minute.' >&2
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(PIP) setuptools
	@$(PIP) --no-build-isolation --editable '.[embedded]'
	@touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	@$(PIP) setuptools
	@$(PIP) --no-build-isolation --editable '.[dev,embedded]'
	@touch $(VENV)/.installed $@

$(VENV)/.installed-bench: $(VENV)/.installed-dev
	@$(PIP) --no-build-isolation --editable '.[bench,dev,embedded]'
	@touch $@

run: $(VENV)/.installed  ## Write notes on an interview (FILE=..., GUIDE=..., INTERVIEWER=...); without FILE on an invented one
	@set --; \
	if [ -n "$$GUIDE" ]; then set -- --guide "$$GUIDE"; elif [ -z "$$FILE" ]; then set -- --guide $(EXAMPLE_GUIDE); fi; \
	if [ -z "$$FILE" ]; then set -- "$$@" --demonstrate $(EXAMPLE_BENT); fi; \
	if [ -n "$$SPEAKERS" ]; then set -- "$$@" --speakers "$$SPEAKERS"; fi; \
	if [ -n "$$INTERVIEWER" ]; then set -- "$$@" --interviewer "$$INTERVIEWER"; fi; \
	exec $(BIN)/notes-pipeline run "$$@" -- "$${FILE:-$(EXAMPLE)}"

serve: $(VENV)/.installed  ## Serve the HTTP API with all that it needs (PORT=8000)
	@exec $(BIN)/notes-pipeline serve --all --port "$${PORT:-8000}"

test: $(VENV)/.installed-dev  ## Everything that must be green
	@$(MAKE) --no-print-directory --output-sync=target --jobs=2 static unit
	@$(MAKE) --no-print-directory with-servers

static: lint types contracts  # reads the code, which takes one core for a minute

format: $(VENV)/.installed-dev  ## Write the code in its one format
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.installed-dev  ## Check format and style
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.installed-dev  ## Check the types
	$(BIN)/mypy

contracts: $(VENV)/.installed-dev  ## Check that imports go one way
	$(BIN)/lint-imports

unit: $(VENV)/.installed-dev  ## Tests without servers
	$(BIN)/pytest tests/unit -n 2

integration: $(VENV)/.installed-dev  ## Tests on a real PostgreSQL and a Redis-compatible server, both embedded
	$(BIN)/pytest tests/integration -n 2 --dist loadfile

acceptance: $(VENV)/.installed-dev  ## One interview from upload to stored notes, with a real worker process
	$(BIN)/pytest tests/acceptance -n 2 --dist loadfile

# Both at once: the long waits of one are the other's time. Three, as each mostly waits for its servers.
with-servers: $(VENV)/.installed-dev
	$(BIN)/pytest tests/acceptance tests/integration -n 3 --dist loadfile

bench: $(VENV)/.installed-bench  ## Measure: verification beside other methods, in the same run; what asking costs
	$(BIN)/python tests/benchmarks/bench_verification.py --peers
	$(BIN)/python -m tests.benchmarks.bench_reading --large
	$(BIN)/python tests/benchmarks/bench_asking.py
	$(BIN)/python -m tests.benchmarks.bench_pipeline
	$(BIN)/python -m tests.benchmarks.bench_api

chaos: $(VENV)/.installed-dev  ## Real processes under random faults (FAULTS=300, about 25 minutes)
	$(BIN)/python -m tests.chaos --faults $${FAULTS:-300}

clean:  ## Remove all stored data
	rm -rf .run

distclean: clean  ## Remove the virtual environment and the caches as well
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
