# Two commands: `make gate` proves the versions in models/ fit to promote, `make test` tests the suite itself.
# For every change `make check`: the linters, and the tests that need no server and no TensorFlow.
# Both first build .venv from the lock file, and again only when the lock file changes.

PYTHON ?= python3
ARGS ?=
# the server that `make zoo` asks
TFS ?= embedded
VENV := .venv
BIN := $(VENV)/bin
# more workers than cores: tests wait for servers; in random order, which is told and can be had again
SIDE_BY_SIDE := -p xdist -p randomly -n 3 --dist loadscope --no-loadscope-reorder
PACKAGES := $(VENV)/installed
# a stamp of its own: a change of the plugin does not build the environment anew
INSTALLED := $(VENV)/plugin
# without bytecode pytest and every process it starts would compile the same again
unexport PYTHONDONTWRITEBYTECODE

.PHONY: gate test test-fast test-slow zoo proof check lint bench docs lock clean

gate: $(INSTALLED)
	$(BIN)/pytest $(ARGS)

test: $(INSTALLED)
	$(BIN)/pytest tests $(SIDE_BY_SIDE) -m "not slow" $(ARGS)

test-fast: $(INSTALLED)
	$(BIN)/pytest tests -p tests.helpers.fast $(ARGS)

test-slow: $(INSTALLED)
	$(BIN)/pytest tests $(SIDE_BY_SIDE) -m slow $(ARGS)

zoo: $(INSTALLED)
	$(BIN)/python -m tests.good_models --tfs=$(TFS) $(ARGS)

proof: $(INSTALLED)
	$(BIN)/python -m tests.mutants $(ARGS)

check: lint test-fast

lint: $(INSTALLED)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(INSTALLED)
	$(BIN)/python -m benchmarks.in_process
	$(BIN)/python -m benchmarks.scan
	$(BIN)/python -m benchmarks.gate

docs: $(INSTALLED)
	$(BIN)/python -m docs.generate

# what says how to write an option's value where pytest misreads it; copied, so that a clone that moves leaves it working
$(INSTALLED): $(PACKAGES) pyproject.toml installed/savedmodel_conformance.py
	@test -L $(VENV) || { \
	  $(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --force-reinstall . && touch $@; }

$(PACKAGES): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "make: $(PYTHON) is `$(PYTHON) --version 2>&1`, wanted is Python 3.11, 3.12 or 3.13:" \
	    "make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo "make: $(PYTHON) lacks venv; install it (Debian: apt install python3-venv)" \
	    "or give another Python, 3.11 to 3.13: make PYTHON=python3.12" >&2; exit 1; }
	@test ! -L $(VENV) || { echo "make: $(VENV) is a link, and what it leads to would be cleared: remove it" >&2; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.txt
	touch $@

lock: $(INSTALLED)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 pyproject.toml \
	  --output-file requirements.txt --custom-compile-command "make lock"

clean:
	rm -rf $(VENV) report build installed/*.egg-info
