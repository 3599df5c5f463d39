# Every target sets up what it needs: nothing has to be installed by hand before `make serve`.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
PIP_AUDIT_VERSION := 2.10.1
# Tests wait as long as they compute; those that take longest come first.
TESTS_AT_ONCE ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) \* 2 + 1)

.PHONY: help install serve test test-slow lint format sdl api-changes audit sbom bench seed chaos fuzz console \
	pictures clean

help: ## Show this
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# uv comes into the environment by pip, then makes it what the lock file says. Compiled now, so that
# no start has to: that is more than half of what one takes.
.venv/.ready: pyproject.toml uv.lock
	@echo "Installing into .venv ..." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@$(UV) sync --frozen --quiet --inexact --compile-bytecode
	@touch $@

install: .venv/.ready ## Make the environment in .venv, nothing else

serve: install ## Serve the console and the API on http://127.0.0.1:8000
	@sh console/ensure.sh & # the API need not wait for its pages
	@$(BIN)/sessions serve

test: install ## Run all tests but the slow ones, in parallel
	@$(BIN)/python -m pytest -n $(TESTS_AT_ONCE) --dist loadscope --no-loadscope-reorder -m "not slow"
	@sh console/test.sh

# These do more of what they do in short among the other tests: longer chaos, more random operations.
LONGER_TESTS := tests/chaos tests/execution/compiled tests/server/http/test_fuzz_http.py
test-slow: install ## Run the slow tests: all journeys in a browser, attacks, long chaos and fuzz runs
	@$(BIN)/python -m pytest --timeout 1800 tests/attacks # alone: a ratio needs a quiet machine
	@$(BIN)/python -m pytest -n 3 --dist loadscope --timeout 1800 -m slow \
		--ignore tests/attacks $(LONGER_TESTS:%=--ignore %)
	@CHAOS_SCALE=$${CHAOS_SCALE:-3} FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-300} \
		$(BIN)/python -m pytest -n 3 --dist loadscope --timeout 1800 $(LONGER_TESTS)
	@SLOW=1 sh console/test.sh

lint: install ## Check style, types, import contracts and dependencies
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/deptry .
	@sh console/lint.sh

format: install ## Put the code in shape
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .

sdl: install ## Write what is made of the code: schema/schema.graphql, docs/settings.md
	@$(BIN)/sessions sdl > schema/schema.graphql
	@$(BIN)/sessions settings > docs/settings.md

SINCE ?= HEAD
api-changes: install ## Say how the API differs from that of a commit: make api-changes SINCE=v0.1.0
	@$(BIN)/python -m lint.api_changes $(SINCE)

# Both ask the registries for known vulnerabilities. Exit status 1: there are some.
audit: install ## Look for known vulnerabilities in the dependencies, Python's and npm's
	@$(UV) export --frozen --quiet --no-dev --no-emit-project --format requirements.txt \
		--output-file .venv/audit.txt
	@$(UV) tool run --quiet pip-audit==$(PIP_AUDIT_VERSION) --strict --disable-pip \
		--requirement .venv/audit.txt
	@for each in console/app console/graphiql; do (cd $$each && npm audit --omit=dev) || exit 1; done

sbom: install ## Write the bill of materials (CycloneDX) into sbom/
	@mkdir -p sbom
	@$(UV) export --frozen --quiet --no-dev --preview-features sbom-export --format cyclonedx1.5 \
		--output-file sbom/server.cdx.json
	@for each in app graphiql; do (cd console/$$each && npm sbom --package-lock-only --omit=dev \
		--sbom-format cyclonedx > ../../sbom/$$each.cdx.json) || exit 1; done

bench: install ## Measure what speed is promised
	@for each in benchmarks/*.py; do PYTHONPATH=. $(BIN)/python $$each || exit 1; done

seed: install ## Fill an empty database with years of work: make seed SESSIONS=100000
	@$(BIN)/python -m benchmarks.seed --sessions $${SESSIONS:-10000}

chaos: install ## Kill, freeze and restart servers for a long while
	@CHAOS_SCALE=$${CHAOS_SCALE:-25} $(BIN)/python -m pytest -rP -n 2 --timeout 3600 tests/chaos

fuzz: install ## Compare compiled execution with the library for a long while
	@FUZZ_EXAMPLES=$${FUZZ_EXAMPLES:-5000} $(BIN)/python -m pytest -n 2 --timeout 36000 tests/execution/compiled

console: ## Build the console and GraphiQL, where Node is
	@sh console/ensure.sh

pictures: install console ## Draw the console into docs/images
	@PYTHONPATH=. $(BIN)/python console/pictures.py

clean: ## Remove what was built; the data stays
	@rm -rf .venv node_modules console/*/node_modules console/app/src/gql server/static \
		tests/clients/node/node_modules tests/clients/python/.venv
