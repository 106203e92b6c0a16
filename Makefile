# Everything goes through here: `make run`, `make test`, and what CI calls.
# Needs Python 3.11 or later with venv, make, and a package index; nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATASETTE := .grappe/datasette
UV := VIRTUAL_ENV=$(CURDIR)/$(VENV) UV_PYTHON_DOWNLOADS=never $(BIN)/uv
export GRAPPE_HOST ?= $(or $(HOST),127.0.0.1)
export GRAPPE_PORT ?= $(or $(PORT),8000)
# What one process compiled the next one reads, whatever the machine says: starts take half as long.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help run test coverage trials trials-sample bench check format format-check lint types contracts drift openapi compose-check lock clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

run: $(VENV)/.runtime ## Prepare everything and serve with the demo cluster (PORT=, HOST=)
	@exec $(BIN)/grappe serve --demo

test: $(VENV)/.dev ## Run the whole test suite
	$(BIN)/pytest $(ARGS)

coverage: $(VENV)/.dev ## Run the suite and hold coverage to its floors
	$(BIN)/coverage erase
	$(BIN)/pytest --cov --cov-report= $(ARGS)
	$(BIN)/coverage report --fail-under=90 --skip-covered
	$(BIN)/coverage report --fail-under=95 --include='app/kernel/*,app/*/domain.py,app/*/domain/*'

trials: $(VENV)/.dev ## The long adversarial runs (CASES=, POINTS=, HISTORIES=, SEED=)
	$(BIN)/pytest -m crawl
	$(BIN)/python -m tests.trials.histories --histories $(or $(HISTORIES),2000) --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials.kills --points $(or $(POINTS),50) --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials.charging --kills 120 --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials --cases $(or $(CASES),10000) --seed $(or $(SEED),1)

trials-sample: $(VENV)/.dev ## A short one of them, for each change (SEED=)
	$(BIN)/pytest -m crawl
	$(BIN)/python -m tests.trials.histories --histories 40 --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials.kills --points 6 --crowd 300 --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials.charging --kills 12 --seed $(or $(SEED),1)
	$(BIN)/python -m tests.trials --sample --seed $(or $(SEED),1)

bench: $(VENV)/.dev $(DATASETTE)/.ready ## Measure against the floor and print ratios (ARGS="search import")
	$(BIN)/python -m bench $(ARGS)

check: format-check lint types contracts drift compose-check ## All gates but the tests

format: $(VENV)/.dev ## Format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

format-check: $(VENV)/.dev
	$(BIN)/ruff format --check

lint: $(VENV)/.dev
	$(BIN)/ruff check

types: $(VENV)/.dev
	$(BIN)/mypy

contracts: $(VENV)/.dev ## The house: arrows between rooms point down
	$(BIN)/lint-imports --no-logo

drift: $(VENV)/.dev ## Migrations give what the models say, up and down
	$(BIN)/pytest -n 0 tests/infra/test_migrations.py

compose-check: $(VENV)/.dev ## The compose file against the Compose specification
	$(BIN)/check-jsonschema --builtin-schema vendor.compose-spec docker-compose.yml

openapi: $(VENV)/.dev ## Write the API's document anew, for review
	$(BIN)/python -c 'import json; from app.main import create_app; from app.settings import Settings; \
		print(json.dumps(create_app(Settings()).openapi(), indent=1, ensure_ascii=False))' > docs/openapi.json

lock: $(VENV)/bin/uv ## Resolve the locked dependencies anew
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate --extra dev \
		-c requirements.lock pyproject.toml -o requirements-dev.lock
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate \
		bench/datasette.in -o bench/datasette.lock

clean: ## Remove the virtual environment and the data of runs and tests
	rm -rf $(VENV) .grappe

$(VENV)/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Grappe needs Python 3.11 or later (PYTHON=/path/to/python3.12 make run)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check uv==0.13.9

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/bin/uv
	$(UV) pip install -q -r requirements.lock
	$(UV) pip install -q --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	$(UV) pip install -q -r requirements-dev.lock
	@touch $@

# What searches are measured beside; where it cannot be had, the bench says so and goes on.
$(DATASETTE)/.ready: bench/datasette.lock | $(VENV)/bin/uv
	$(UV) venv -q --clear --python $(BIN)/python $(DATASETTE) \
		&& VIRTUAL_ENV=$(CURDIR)/$(DATASETTE) $(BIN)/uv pip install -q -r $< && touch $@ || rm -rf $(DATASETTE)
