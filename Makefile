# Everything a person types. `make help` lists it.
SHELL := /bin/sh
# The first Python that starts and is new enough: a version manager may leave names on the path that do not start.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# uv does not read the settings of pip; a company's own index counts for both.
ASKING_PIPS_INDEX = index="$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}"; \
	test -z "$$index" || export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}";
SUPERSET := .venv-superset
# Superset does not run on every Python that the pipeline runs on.
SUPERSET_PYTHON ?= $(shell for p in python3.11 python3.12 python3; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 13))' 2>/dev/null && echo $$p && break; done)

.PHONY: help run ui test lint test-nights test-browser torture bench bi-superset test-superset screenshots docs lock clean
.DEFAULT_GOAL := help
# Two at a time; what a file of tests prepares is prepared once.
AT_ONCE := -n 2 --dist loadfile --no-loadscope-reorder

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1|\2/' | column -t -s '|'

run: $(INSTALLED) ## the whole road: read the sources, build, close the finished months, publish, write the review pages
	@$(BIN)/kpi run

ui: $(INSTALLED) ## the Dagster UI on http://127.0.0.1:3000
	@$(BIN)/kpi ui

test: lint ## lint, types and the quick suite
	@$(BIN)/pytest $(AT_ONCE)

lint: $(INSTALLED) ## style, security rules and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

test-nights: $(INSTALLED) ## several nights of a whole company: what breaks, comes late, is closed, erased and mended
	@$(BIN)/pytest $(AT_ONCE) -m 'nights and not torture'

test-browser: $(INSTALLED) ## the pages and the UI in headless Chromium
	@$(BIN)/pytest $(AT_ONCE) -m browser

torture: $(INSTALLED) ## the long forms of the tests
	@$(BIN)/pytest -m torture

bench: $(INSTALLED) ## measured ratios; wants a quiet machine
	@$(BIN)/pytest -m bench -s

bi-superset: $(INSTALLED) $(SUPERSET)/installed ## Superset with a dashboard of the mart, on http://127.0.0.1:8088
	@$(BIN)/kpi superset --environment $(SUPERSET)

test-superset: $(INSTALLED) $(SUPERSET)/installed ## the dashboard in Superset while the mart is published, and what its connection may not do
	@$(BIN)/pytest -m superset

screenshots: $(INSTALLED) ## take the pictures of the documentation anew; needs Chromium and poppler-utils
	@PYTHONPATH=.:tests $(BIN)/python tests/browser/screenshots.py

docs: $(INSTALLED) ## write docs/failures.md and docs/handbook anew from what they tell
	@$(BIN)/python tests/failures/failure_document.py
	@$(BIN)/python -m pipelines.handbook

lock: $(INSTALLED) ## write requirements.lock anew from pyproject.toml
	@$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-strip-extras --quiet \
		--extra dev pyproject.toml -o requirements.lock

clean: ## remove the environment and everything that was made
	@chmod -R u+w data 2>/dev/null || true
	@rm -rf $(VENV) $(SUPERSET) data storage history schedules logs

$(INSTALLED): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "python: 3.11 or newer is needed: install it, or name it with make PYTHON=/path/to/python3" >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) \
		|| { echo "python: cannot make a virtual environment: on Debian install python3-venv" >&2; exit 2; }
	@echo "installing the locked packages into $(VENV) ..."
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip >/dev/null
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@sed '/^uv==/,/[^\\]$$/d' requirements.lock > $(VENV)/others.txt
	@{ $(PIP) --require-hashes -r $(VENV)/uv.txt && $(ASKING_PIPS_INDEX) \
		$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes --compile-bytecode requirements.lock; } \
		|| { echo "uv could not, so pip does it; that takes a minute ..." >&2; $(PIP) --require-hashes -r $(VENV)/others.txt; }
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(SUPERSET)/installed: pipelines/superset/requirements.txt | $(INSTALLED)
	@test -n "$(SUPERSET_PYTHON)" || { echo "python: Superset needs 3.11 or 3.12: install one, or name it with make SUPERSET_PYTHON=/path/to/python3.12" >&2; exit 2; }
	@test -x $(SUPERSET)/bin/python || $(SUPERSET_PYTHON) -m venv $(SUPERSET)
	@echo "installing Superset into $(SUPERSET) ..."
	@{ $(ASKING_PIPS_INDEX) $(BIN)/uv pip install --quiet --python $(SUPERSET)/bin/python -r $<; } \
		|| { echo "uv could not, so pip does it; that takes some minutes ..." >&2; \
			$(SUPERSET)/bin/python -m pip install --quiet --disable-pip-version-check -r $<; }
	@touch $@
