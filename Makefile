# `make` lists the targets. The first run of a target installs what it needs; later runs start at once.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
COMPILE := $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11
# In the order of their names, so that the browser tests, which take longest, come first. A process that
# a test without end had to take with it is not replaced, or else that test would be tried five times.
SPREAD := --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder --max-worker-restart 0 --durations 12
ifeq ($(shell id -u),0)
LAB_OPTIONS ?= --allow-root
endif

help:  ## this list
	@sed -n 's/^\([a-z][^:]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 26

lab: $(VENV)/.runtime  ## open the course in JupyterLab
	$(BIN)/jupyter lab $(LAB_OPTIONS) $(firstword $(wildcard notebooks/00*.ipynb) notebooks)

# At the course's sizes a second thread for matrix products only waits for the first; where others work on
# the same machine, it waits long.
lab check test browsers test-oldest test-newest notebooks sweeps paper site: export OPENBLAS_NUM_THREADS = 1

UNIT := $(wildcard tests/unit tests/lessons)
CHANGED = $(shell git diff --name-only --diff-filter=d HEAD -- 'notebooks/*.ipynb'; \
	git ls-files --others --exclude-standard -- 'notebooks/*.ipynb')

# Without what takes long: the lessons' evidence, which trains networks, every figure and every exercise in every state, and
# some 650 functions of students. `make test` has them.
LONGER := $(addprefix --ignore-glob=tests/lessons/test_,*_evidence.py every_figure.py every_exercise.py students.py)

check: $(VENV)/.test  ## in a minute: style, unit tests, notebooks that changed since the last commit
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest $(SPREAD) $(LONGER) $(UNIT) $(CHANGED)

# Without nbval: tests/browser runs each notebook in JupyterLab, and compares its words as nbval does.
test: $(VENV)/.test $(VENV)/.chromium  ## run every check and every test
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/python -m pytest $(SPREAD) tests

browsers: $(VENV)/.test $(VENV)/.chromium  ## … and what takes long: figures in all states, slow kernels
	$(BIN)/python -m pytest $(SPREAD) -m long tests

test-oldest test-newest: test-%: .venv-%/.test  ## … unit tests and notebooks, on the oldest (newest) dependencies
	.venv-$*/bin/python -m pytest $(SPREAD) $(WARNINGS_$*) $(UNIT) tests/notebooks notebooks

bench: $(VENV)/.bench $(VENV)/.chromium  ## measure speed beside other libraries
	for file in tests/benchmarks/bench_*.py; do $(BIN)/python $$file || exit; done

notebooks: $(VENV)/.test  ## run all notebooks and save their outputs
	$(BIN)/python -m tools.notebooks execute

# PROCESSES=1 leaves the other cores to others.
SWEEP = $(BIN)/python -m tools.records.sweeps $(PROCESSES:%=--processes %)

sweeps: $(VENV)/.test  ## compute the recorded sweeps again (some minutes)
	for name in batch_noise drift linear noise puzzle rate_map; do $(SWEEP) $$name || exit; done

paper: $(VENV)/.test  ## compute the paper's experiment again (40 minutes; stopped by Ctrl-C, it goes on later)
	$(SWEEP) paper

site: $(VENV)/.test  ## build the web site, into the folder _site
	rm -rf _site
	$(BIN)/python -m tools.site.pages

solutions: $(VENV)/.test  ## write the teacher's edition
	$(BIN)/python -m tools.notebooks solutions

NOTEBOOK ?= notebooks/11_build.ipynb

assignment: $(VENV)/.test  ## write NOTEBOOK=… as an assignment for nbgrader, into the folder _assignment
	$(BIN)/python -m tools.assignment $(NOTEBOOK)

format: $(VENV)/.test  ## tidy the code
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

lock: $(VENV)/.test  ## pin the dependencies of pyproject.toml again (UPGRADE=--upgrade takes the newest)
	$(COMPILE) $(UPGRADE) pyproject.toml --group course --output-file requirements.txt
	$(COMPILE) $(UPGRADE) --constraint requirements.txt --group test --output-file requirements-test.txt

clean:  ## remove the environments and what the tests left
	rm -rf _assignment _site .sweeps .venv .venv-oldest .venv-newest .pytest_cache .ruff_cache .hypothesis

.PHONY: help lab check test browsers test-oldest test-newest bench notebooks sweeps paper site solutions \
	assignment format lock clean

# A stamp file says what has been installed from which pins.

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo 'The course needs Python 3.11 or newer. Name one: make PYTHON=python3.12 …'; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	{ echo 'This Python lacks the module venv. On Debian and Ubuntu the package python3-venv brings it:' \
	'sudo apt-get install python3-venv'; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements.txt | $(BIN)/python
	$(BIN)/python -m pip install --requirement requirements.txt --editable .
	$(BIN)/python -c 'import matplotlib.font_manager'  # lists the fonts once, so that no notebook waits for it
	touch $@

$(VENV)/.test: requirements-test.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --requirement requirements-test.txt
	touch $@

$(VENV)/.bench: tests/benchmarks/requirements.txt $(VENV)/.test
	$(BIN)/python -m pip install --requirement $<
	touch $@

$(VENV)/.chromium: $(VENV)/.test
	$(BIN)/python tests/browser/chromium.py
	touch $@

RESOLUTION_oldest := lowest-direct
PYTHON_oldest := python3.11
WARNINGS_oldest := -W ignore::DeprecationWarning  # old releases call newer ones by their old names
RESOLUTION_newest := highest
PYTHON_newest := $(PYTHON)

.venv-%/.test: pyproject.toml requirements-test.txt | $(VENV)/.test
	$(PYTHON_$*) -m venv --clear .venv-$*
	$(BIN)/uv pip compile --quiet --resolution $(RESOLUTION_$*) --python .venv-$* \
	pyproject.toml --group course requirements-test.txt --output-file .venv-$*/requirements.txt
	$(BIN)/uv pip install --quiet --python .venv-$* --requirement .venv-$*/requirements.txt --editable .
	.venv-$*/bin/python -c 'import matplotlib.font_manager'
	touch $@
