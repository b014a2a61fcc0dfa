# 一刻 Yike. `make help` lists the targets; `make demo` needs make and Python >= 3.11 with venv, nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo test check fuzz bench chaos story doctor sbom lock clean

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(RUN) -m pip install --disable-pip-version-check --require-hashes --no-deps --quiet
TEST_HOME := YIKE_HOME=$${YIKE_TEST_HOME:-./.yike-test}
export PORT ?= 8000
export YIKE_HOME ?= ./.yike

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## Run everything on http://127.0.0.1:8000 (PORT=8001 for another port, YIKE_HOME for another place)
	@YIKE_DEMO=1 exec $(RUN) -m backend up

test: $(VENV)/.installed-dev ## Run the whole suite, parallel and in random order (ARGS="tests/core -x" for less)
	@$(TEST_HOME) $(RUN) -m pytest -n auto --dist loadgroup $(ARGS)

check: $(VENV)/.installed-dev ## Format, lint, types, layers, migrations, contract, links of the docs
	$(RUN) -m ruff format --check .
	$(RUN) -m ruff check .
	$(VENV)/bin/lint-imports
	$(TEST_HOME) $(VENV)/bin/mypy
	$(TEST_HOME) $(RUN) -m backend makemigrations --check --dry-run
	$(TEST_HOME) $(RUN) -m backend contract --check
	$(TEST_HOME) $(RUN) -m backend frames --check
	$(TEST_HOME) $(RUN) -m backend rights --check
	$(RUN) -m backend links

fuzz: $(VENV)/.installed-dev ## Try the whole API with made-up requests for longer (FUZZ_EXAMPLES=200, ARGS="-k admin")
	$(TEST_HOME) FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-100} $(RUN) -m pytest -n 2 --dist loadgroup tests/security/test_fuzz.py $(ARGS)

bench: $(VENV)/.installed-dev ## Measure, each number beside its baseline
	$(RUN) -m backend bench $(ARGS)

chaos: $(VENV)/.installed-dev ## Kill processes in the middle of the journeys
	$(RUN) -m backend chaos $(ARGS)

story: $(VENV)/.installed ## Tell the three journeys in the terminal
	$(RUN) -m backend story $(ARGS)

doctor: $(VENV)/.installed ## Say what this machine has and what is wrong
	@$(RUN) -m backend doctor

sbom: $(VENV)/.installed ## Write the list of dependencies (docs/sbom.cdx.json, CycloneDX) from the lock
	$(RUN) -m backend sbom

lock: ## Compile the hashed locks anew (needs uv)
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url pyproject.toml --group dev -o requirements-dev.lock

clean: ## Remove the virtual environment and the caches (the data under .yike stay)
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(VENV)/bin/pip:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed: install it, or name one with  make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "Python's venv is missing. On Debian and Ubuntu:  sudo apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: requirements.lock | $(VENV)/bin/pip
	@echo "Installing the packages of requirements.lock (hashes checked)…"
	@$(PIP) -r requirements.lock
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock | $(VENV)/bin/pip
	@echo "Installing the packages of requirements-dev.lock (hashes checked)…"
	@$(PIP) -r requirements-dev.lock
	@touch $(VENV)/.installed $@
