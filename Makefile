# The two commands: `make run` and `make test`. `make help` tells the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory

PORT ?= 8000
PYTHON ?= $(shell for name in python3.11 python3.12 python3.13 python3.14 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && { echo "$$name"; break; }; done)

BIN := .venv/bin
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard yaodian/*/locale/*/LC_MESSAGES/*.po yaodian/locale/*/LC_MESSAGES/*.po))
PYTEST := $(BIN)/python -m pytest --quiet

.PHONY: help setup setup-dev run test test-tools lint format types fences test-engines test-spark test-once test-sqlite test-postgresql bench lock reference clean

help: ## these lines
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{ printf "%-24s %s\n", $$1, $$2 }'

# ---- Environment: each stamp is redone only when what it is made from has changed.

setup: .venv/.runtime .venv/.assets $(CATALOGUES) ## .venv from the lock, the front-end files, the message catalogues

setup-dev: setup .venv/.dev

.venv/.runtime: requirements.lock pyproject.toml scripts/environment.py
	@test -n "$(PYTHON)" || { echo "yaodian needs Python 3.11 or newer with pip. On Debian: apt-get install python3 python3-pip" >&2; exit 1; }
	@echo "Setting up .venv from requirements.lock …"
	@$(PYTHON) scripts/environment.py requirements.lock --package
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@echo "Adding the tools for development from requirements-dev.lock …"
	@$(PYTHON) scripts/environment.py requirements-dev.lock
	@touch $@

.venv/.spark: requirements-spark.lock .venv/.dev
	@echo "Adding the Spark that the tests hold the indicators against …"
	@$(PYTHON) scripts/environment.py requirements-spark.lock --source
	@touch $@

.venv/.assets: package-lock.json package.json .npmrc scripts/assets.py requirements-node.lock | .venv/.runtime
	@echo "Fetching the front-end files of package-lock.json …"
	@$(PYTHON) scripts/assets.py
	@touch $@

%.mo: %.po | .venv/.runtime
	@$(BIN)/pybabel --quiet compile --input-file=$< --output-file=$@

# ---- Running

run: setup ## set up, migrate, lay demonstration data, serve on 127.0.0.1:$PORT (8000)
	@# `demo` migrates first where a migration waits, and keeps what is there.
	@$(BIN)/yaodian demo --port $(PORT)
	@exec $(BIN)/yaodian serve --port $(PORT)

# ---- Testing

test: setup-dev test-tools .venv/.spark ## everything the tests need, then every check and test, on both databases
	@$(MAKE) lint types fences
	@# Each stage has its own process, data folder, ports and database, so two stand side by side on two cores.
	@# The longest begin first, the short ones fill the core that is free again.
	@$(MAKE) -j2 --output-sync=line test-postgresql test-sqlite test-once test-engines
	@echo "Every check and every test passed."

test-tools: ## the browser, the font, the PostgreSQL server and the Java that the tests need
	@$(PYTHON) scripts/system_tools.py

lint: setup-dev ## ruff: rules and format
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet

format: setup-dev ## ruff: mend what can be mended
	@$(BIN)/ruff check --fix --quiet || true
	@$(BIN)/ruff format

types: setup-dev ## mypy, strict, on engines and statutes
	@$(BIN)/mypy

fences: setup-dev ## import-linter: who may import whom
	@$(BIN)/lint-imports --no-logo

test-engines: setup-dev ## engines and statutes (on Spark too where it was added), in a process that cannot import Django
	@echo "Engines, without Django:"
	@YAODIAN_TESTS_WITHOUT_DJANGO=1 $(PYTEST) -p no:django $(wildcard yaodian/engines yaodian/statutes)

test-spark: setup-dev .venv/.spark ## the indicators on a Spark of this machine against the plain evaluator; needs a Java
	@command -v java >/dev/null || { echo "Spark needs a Java of 17 or newer. On Debian: apt-get install default-jre-headless" >&2; exit 1; }
	@echo "Spark:"
	@YAODIAN_TESTS_WITHOUT_DJANGO=1 $(PYTEST) -p no:django yaodian/statutes/tests/test_columns.py -k spark

test-once: setup-dev ## what is marked `once` and needs no browser, claims about the repository among it
	@echo "Once:"
	@env -u DATABASE_URL $(PYTEST) --ignore=yaodian/engines --ignore=yaodian/statutes -m "once and not browser"

test-sqlite: setup-dev ## the rest, browser included, on SQLite
	@echo "SQLite:"
	@env -u DATABASE_URL $(PYTEST) --ignore=yaodian/engines --ignore=yaodian/statutes -m "browser or not once"

test-postgresql: setup-dev ## the same on PostgreSQL, on a server of its own, without what is marked `once`
	@echo "PostgreSQL:"
	@$(BIN)/python scripts/with_postgres.py $(PYTEST) --ignore=yaodian/engines --ignore=yaodian/statutes -m "not once"

bench: setup-dev ## the benchmarks of benchmarks/README.md
	@$(BIN)/python -m benchmarks

# ---- Upkeep

lock: setup-dev ## write the locks anew from pyproject.toml (UPGRADE=--upgrade takes newer versions)
	@for layer in "dev requirements-dev.lock" "build requirements.lock -c requirements-dev.lock"; do set -- $$layer; \
		group=$$1; output=$$2; shift 2; $(COMPILE) pyproject.toml --group $$group --output-file $$output $$@ || exit 1; done
	@$(COMPILE) --group node --output-file requirements-node.lock
	@$(COMPILE) --group spark-local --output-file requirements-spark.lock

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url --no-emit-find-links $(UPGRADE)

reference: setup-dev ## docs/reference anew from the code
	@$(BIN)/python scripts/reference.py

clean: ## remove what setup and tests made; var/ and its data stay
	@rm -rf .venv node_modules yaodian/foundation/static/vendor tests/vendor build *.egg-info .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find yaodian tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
	@find yaodian -name '*.mo' -delete
