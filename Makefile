# The same targets for people and CI. Each does its own set-up; all it needs is python3 (3.11 or newer).

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links --no-annotate --no-header
CODE := consumer tests ops benchmarks
TEXTS := docs README.md CHANGELOG.md SECURITY.md schemas helm Makefile pyproject.toml .ci
FAST := tests/core tests/flow tests/simulation
SEEDS ?= 5000
FIRST ?= 0
IMAGE ?= returns-consumer
MINUTES ?= 30
RATE ?= 230
SEED ?= 1
STORM ?=
LOCK ?= requirements.lock
SBOM ?= dist/returns-consumer.cdx.json
CYCLONEDX := .cache/cyclonedx-bom-7.5.0
PIP_AUDIT := .cache/pip-audit-2.10.1
AUDITED ?= $(wildcard requirements*.lock)
RIVALS := .cache/rivals
PYRALLEL := .cache/pyrallel
NEWER ?= python3.12 python3.13 $(wildcard $(HOME)/.pyenv/versions/3.1[23]*/bin/python3)
BENCH ?=
# Most tests wait for somebody. A file stays together, and the files with the longest tests come first by their names.
SIDE_BY_SIDE ?= --numprocesses 2 --dist loadfile --no-loadscope-reorder
VERIFIED := tests/ops tests/helm tests/image tests/compose tests/cli/test_logs.py tests/cli/test_traces.py \
	tests/contracts/test_traces.py tests/contracts/test_trace_export.py

.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help
help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' $(MAKEFILE_LIST)

$(VENV)/.runtime: requirements.lock requirements-build.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 …")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(INSTALL) --require-hashes -r requirements.lock -r requirements-build.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/.development: requirements-dev.lock $(VENV)/.runtime
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@

.PHONY: setup
setup: $(VENV)/.development ## make .venv with all that development needs

.PHONY: check
check: setup ## lint, format, types, layers, spelling
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy $(CODE) docs/examples
	$(BIN)/lint-imports
	$(BIN)/codespell $(CODE) $(TEXTS)

.PHONY: coverage
coverage: setup ## the tests that need no real part; core and flow leave no branch untaken
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(FAST) --cov

.PHONY: simulate
simulate: setup ## SEEDS seeds of the simulation, from FIRST on; each that fails is told with the way to its story
	$(BIN)/python -m tests.simulation.simulate $(SEEDS) $(FIRST)

.PHONY: mutations
mutations: setup ## the simulation, or the ledger's contract tests, hunt every bug on the lists; about a minute
	$(BIN)/python -m tests.simulation.mutations

.PHONY: verify-ops
verify-ops: setup ## what operators get: every validator of it, one line each
	@$(BIN)/python -m ops.verify $(SIDE_BY_SIDE) $(VERIFIED)

.PHONY: test
test: coverage verify-ops ## all tests, on real parts; the fast ones first
	$(BIN)/python -m pytest $(SIDE_BY_SIDE) $(FAST:%=--ignore=%) $(VERIFIED:%=--ignore=%)

.PHONY: demo
demo: $(VENV)/.runtime ## a small shop's day of returns, in under a minute
	@$(BIN)/returns-consumer demo

# What the benchmarks compare with, in environments of its own.
$(RIVALS)/.done: benchmarks/rivals/requirements.txt
	$(PYTHON) -m venv $(RIVALS)
	$(RIVALS)/bin/python -m pip install --quiet --disable-pip-version-check --no-input -r $<
	touch $@

# It needs a newer Python than the service. Where there is none, the benchmarks say that they go without.
$(PYRALLEL)/.done: benchmarks/rivals/requirements-pyrallel.txt
	for python in $(NEWER); do $$python -m venv $(PYRALLEL) 2>/dev/null && break; done || true
	test ! -x $(PYRALLEL)/bin/python || $(PYRALLEL)/bin/python -m pip install \
		--quiet --disable-pip-version-check --no-input -r $<
	mkdir -p $(PYRALLEL) && touch $@

.PHONY: bench
bench: setup $(RIVALS)/.done $(PYRALLEL)/.done ## ours beside others on the same work, on real Kafka; about five minutes
	$(BIN)/python -m benchmarks.throughput $(BENCH)

.PHONY: chaos
chaos: setup ## a storm of faults on real parts, then what the oracle says: MINUTES=30 RATE=230 SEED=1 STORM=--nodes=1
	@$(BIN)/python -m tests.chaos.storm --minutes $(MINUTES) --rate $(RATE) --seed $(SEED) $(STORM)

.PHONY: image
image: ## build the container image, with docker or, where none answers, buildah
	builder=$$(docker version >/dev/null 2>&1 && echo docker || echo buildah); \
	$$builder build --tag $(IMAGE) --build-arg REVISION="$$(git rev-parse HEAD || echo unknown)" .

# Tools in environments of their own: what they need would fight with what the service needs.
.cache/%/.done:
	$(PYTHON) -m venv .cache/$*
	.cache/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-input \
		$(shell echo $* | sed 's/-\([0-9.]*\)$$/==\1/')
	touch $@

.PHONY: sbom
sbom: $(CYCLONEDX)/.done ## what is in the image's environment, as CycloneDX; of LOCK, in the file SBOM
	mkdir -p $(dir $(SBOM))
	$(CYCLONEDX)/bin/cyclonedx-py requirements --output-reproducible --output-format JSON \
		--pyproject pyproject.toml --output-file $(SBOM) $(LOCK)

.PHONY: audit
audit: $(PIP_AUDIT)/.done ## known weaknesses of all that is locked; it asks the list that PyPI keeps of them
	@for lock in $(AUDITED); do \
		echo "$$lock:"; \
		$(PIP_AUDIT)/bin/pip-audit --strict --requirement $$lock --require-hashes --disable-pip \
			--progress-spinner off || exit 1; \
	done

.PHONY: lock
lock: setup ## choose the newest versions anew and lock them by hash
	$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	$(COMPILE) --upgrade --constraint requirements.lock --output-file requirements-dev.lock \
		--extra otel --extra msk --group dev pyproject.toml
	$(COMPILE) --upgrade --constraint requirements-dev.lock --output-file requirements-otel.lock \
		--extra otel pyproject.toml
	$(COMPILE) --upgrade --constraint requirements-dev.lock --output-file requirements-msk.lock \
		--extra msk pyproject.toml
	$(COMPILE) --upgrade --constraint requirements-dev.lock --output-file requirements-build.lock --group build
