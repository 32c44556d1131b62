# Goody Dashboard. `make help` lists the targets.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules --no-print-directory

# The address and the database of `make run`: `make run GOODY_ADDR=127.0.0.1:9000 GOODY_DATABASE=other.db`.
GOODY_ADDR ?= 127.0.0.1:8080
GOODY_DATABASE ?= goody.db

GOODY_KILLS ?= 1000
# The duration of `make soak` in seconds: `make soak SOAK_SECONDS=120`.
SOAK_SECONDS ?= 1200

GOODY := dist/packages/backend/goody
NX := NX_DEFAULT_OUTPUT_STYLE=stream-without-prefixes node_modules/.bin/nx
BIOME := node_modules/.bin/biome
PYTHON := python3 -B
NODE_MODULES := node_modules/.package-lock.json
PYTHON_TOOLS := target/tools/python/.installed
API_TOOLS := target/tools/api/.installed
DENY := cargo-deny@0.20.2
MACHETE := cargo-machete@0.9.2
DYNOXIDE := dynoxide-rs@3.2.0
BENCHES := ingest import read growth load webhooks detection
AWS_BENCHES := functions costs
# The number of events of `make simulation`: `make simulation GOODY_SIMULATION_EVENTS=100000`.
GOODY_SIMULATION_EVENTS ?= 10000000
FUZZ := cargo-fuzz@0.13.2
FUZZ_TARGETS := cloud_events cursors encodings events mapping posts signatures stream webhook_aftership webhook_easypost \
  webhook_generic webhook_shipengine webhook_shippo webhook_shopify webhook_ups webhook_woocommerce workbooks
FUZZ_SECONDS ?= 600

CARGO_FUZZ := PATH="$$PWD/target/tools/bin:$$PATH" cargo +nightly fuzz
FUZZ_FOLDERS := --fuzz-dir packages/backend/fuzz --target-dir target/fuzz

say = @printf '\n==> %s\n' '$(1)'

.PHONY: help run build test check bench kills soak simulation fuzz fuzz-keep fuzz-api screenshots lighthouse page-speed openapi licences
.PHONY: lock fix prerequisites
.PHONY: check-format check-clippy check-dependencies check-page check-size check-repository
.PHONY: embedded programs test-checks test-rust test-api test-page test-browser test-infrastructure test-deployment test-bench

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' Makefile

run: embedded $(GOODY_DATABASE) ## Build the embedded host and the page, fill a new database with demo orders, serve the page, and simulate more orders
	$(call say,Goody Dashboard: http://$(GOODY_ADDR) (database $(GOODY_DATABASE); Ctrl-C stops it))
	@exec $(GOODY) serve --addr $(GOODY_ADDR) --database $(GOODY_DATABASE) --web dist/packages/frontend --simulate

build: prerequisites $(NODE_MODULES) ## Build shared, then the backend (the embedded host and the functions), then the page, into dist/
	$(call say,Building shared then backend then frontend)
	@$(NX) run-many -t build -p shared,backend,frontend

embedded: prerequisites $(NODE_MODULES) ## Build the embedded host and the page, without the Lambda functions
	$(call say,Building shared then the embedded host then frontend)
	@$(NX) run shared:build
	@$(NX) run backend:program
	@$(NX) run frontend:build --excludeTaskDependencies

test: prerequisites check test-checks test-rust build check-size test-api test-page test-browser test-infrastructure test-deployment test-bench ## Run every test, lint and check of every package

check: check-format check-clippy check-dependencies check-page check-repository ## Run the lints and checks only

bench: build target/tools/.installed-$(DYNOXIDE) ## Run all benchmarks at full size
	$(call say,Benchmarks at full size: $(BENCHES) $(AWS_BENCHES))
	@cargo build --release --locked -p goody-bench
	@for bench in $(BENCHES); do target/release/$$bench --goody $(GOODY); done
	@for bench in $(AWS_BENCHES); do target/release/$$bench; done

kills: prerequisites ## Kill the running server a thousand times under load, and check that no event is lost; GOODY_KILLS=n for fewer
	$(call say,kill -9 of $(GOODY_KILLS) servers under load)
	@GOODY_KILLS=$(GOODY_KILLS) cargo test --release --locked -p goody --test acceptance -- --nocapture a_server_killed

soak: embedded ## Serve mixed and hostile traffic for twenty minutes on a disk that fills up six times (needs root); SOAK_SECONDS=n for less
	$(call say,Soak of $(SOAK_SECONDS) s)
	@cargo build --release --locked -p goody-bench --bin soak
	@target/release/soak --goody $(GOODY) --seconds $(SOAK_SECONDS)

simulation: ## Simulate ten million events with store failures, crashes and clock jumps
	$(call say,Simulation of $(GOODY_SIMULATION_EVENTS) events)
	@GOODY_SIMULATION_EVENTS=$(GOODY_SIMULATION_EVENTS) cargo test --release --locked -p goody --test simulation -- --nocapture

screenshots: build ## Write screenshots of every page and state to dist/screenshots; SCREENSHOTS=vendor,stale for these only
	$(call say,Screenshots of the page)
	@CHROMIUM="$$(bash tools/chromium.sh)" node packages/frontend/scripts/screenshots.mjs

lighthouse: build ## Audit every page with Lighthouse, for desktop and phone
	$(call say,Lighthouse)
	@CHROMIUM="$$(bash tools/chromium.sh)" node packages/frontend/scripts/lighthouse.mjs

page-speed: build ## Measure how long a table of 1600 vendors takes to sort, search and filter
	$(call say,Time from a key or a click to the new rows)
	@CHROMIUM="$$(bash tools/chromium.sh)" node packages/frontend/scripts/interactions.mjs

# A run starts from the inputs in target/fuzz/corpus, where it adds new ones, and in target/fuzz/kept, the unpacked corpora.
fuzz: target/tools/.installed-$(FUZZ) ## Search for bytes that break a parser, in seventeen fuzz targets; FUZZ_SECONDS=n for each
	$(call say,Fuzzing $(FUZZ_SECONDS) s each: $(FUZZ_TARGETS))
	@$(PYTHON) tools/fuzz/corpus.py unpack
	@$(CARGO_FUZZ) build $(FUZZ_FOLDERS)
	@for target in $(FUZZ_TARGETS); do \
	  mkdir -p target/fuzz/corpus/$$target; \
	  $(CARGO_FUZZ) run $(FUZZ_FOLDERS) $$target target/fuzz/corpus/$$target target/fuzz/kept/$$target -- \
	    -max_total_time=$(FUZZ_SECONDS) -max_len=4096 -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
	    -dict=packages/backend/fuzz/words.dict; \
	done

fuzz-keep: target/tools/.installed-$(FUZZ) ## Minimize the inputs that make fuzz found, and add them to the corpora
	$(call say,Minimizing the corpora: $(FUZZ_TARGETS))
	@$(PYTHON) tools/fuzz/corpus.py unpack
	@for target in $(FUZZ_TARGETS); do \
	  $(CARGO_FUZZ) run $(FUZZ_FOLDERS) $$target target/fuzz/kept/$$target target/fuzz/corpus/$$target -- \
	    -set_cover_merge=1 -use_counters=0 -max_len=4096; \
	done
	@$(PYTHON) tools/fuzz/corpus.py pack

fuzz-api: embedded $(API_TOOLS) ## Send 100000 generated requests to the API, and compare every response with the OpenAPI document
	$(call say,Generated requests: 100000)
	@target/tools/api/bin/python -B tools/api/fuzz.py $(GOODY) --requests 100000 --round 120 --seconds 3600

openapi: ## Write packages/shared/openapi.json from the types of the handlers
	$(call say,Writing packages/shared/openapi.json)
	@mkdir -p target
	@cargo run --locked -p goody -- openapi > target/openapi.json
	@mv target/openapi.json packages/shared/openapi.json

licences: ## Write docs/LICENCES.md from Cargo.lock and package-lock.json
	$(call say,Writing docs/LICENCES.md)
	@$(PYTHON) tools/checks/licences.py --write

lock: ## Update package-lock.json, for every platform and without the host of a registry
	$(call say,Updating package-lock.json)
	@npm install
	@$(PYTHON) tools/checks/lock.py --complete
	@npm install

fix: $(NODE_MODULES) ## Format all code, and apply the fixes of the linters
	@cargo fmt --all
	@$(BIOME) check --write .

# Parts of the targets above.

# One build for all programs, because separate builds would compile shared crates again.
programs:
	$(call say,Building the programs that tests run (debug))
	@cargo build --workspace --bins --locked

prerequisites:
	@bash tools/prerequisites.sh

$(NODE_MODULES): package-lock.json package.json $(wildcard packages/*/package.json)
	$(call say,Installing the packages in package-lock.json)
	@npm ci || { echo 'npm ci failed. If a package.json changed: make lock' >&2; exit 1; }
	@touch $@

$(GOODY_DATABASE): | embedded
	$(call say,New database $@ with demo orders of the last three weeks)
	@$(GOODY) backfill --database $@ || { rm -f $@ $@-wal $@-shm; exit 1; }

# Built without optimization, as the tools run for seconds and an optimized build takes minutes. The DynamoDB emulator is built with
# level 1, because tests wait for it.
target/tools/.installed-$(DYNOXIDE): INSTALL := --no-default-features --features native-sqlite,http-server,cli
target/tools/.installed-$(DYNOXIDE): export CARGO_PROFILE_DEV_OPT_LEVEL = 1
target/tools/.installed-%: export CARGO_PROFILE_DEV_DEBUG = false
target/tools/.installed-%:
	$(call say,Installing $* into target/tools (once))
	@cargo install --debug $* $(INSTALL) --locked --root target/tools
	@touch $@

$(PYTHON_TOOLS): packages/infrastructure/requirements.txt
$(API_TOOLS): tools/api/requirements.txt
$(PYTHON_TOOLS) $(API_TOOLS):
	$(call say,Installing $< into $(@D) (once))
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/pip install --quiet --no-compile --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

check-format:
	$(call say,Rust formatting)
	@cargo fmt --all --check

check-clippy:
	$(call say,Clippy)
	@cargo clippy --workspace --all-targets --locked -- -D warnings

check-dependencies: target/tools/.installed-$(DENY) target/tools/.installed-$(MACHETE)
	$(call say,Dependencies: licences and sources and bans)
	@target/tools/bin/cargo-deny --locked check --hide-inclusion-graph bans licenses sources
	$(call say,Dependencies: unused ones)
	@target/tools/bin/cargo-machete packages
	$(call say,Dependencies: every licence is allowed and listed; every version is exact)
	@$(PYTHON) tools/checks/licences.py
	@$(PYTHON) tools/checks/exact.py
	$(call say,Dependencies: the Cargo.lock of the fuzzer is up to date)
	@cargo metadata --locked --quiet --format-version 1 --manifest-path packages/backend/fuzz/Cargo.toml > /dev/null
	$(call say,Dependencies: known vulnerabilities in npm packages)
	@$(PYTHON) tools/checks/audit.py

check-page: $(NODE_MODULES)
	$(call say,Biome)
	@$(BIOME) check --error-on-warnings .
	$(call say,Types of the page and of the infrastructure)
	@$(NX) run-many -t typecheck

check-size: build
	$(call say,Size of the first page)
	@$(NX) run frontend:size

check-repository:
	$(call say,Architecture: dependency directions and import cycles)
	@$(PYTHON) tools/checks/dependency_directions.py
	$(call say,Documents: paths and links exist)
	@$(PYTHON) tools/checks/docs.py
	$(call say,Standard terms in code and documents)
	@$(PYTHON) tools/checks/plain_words.py
	$(call say,No path or registry of one machine)
	@$(PYTHON) tools/checks/repository_text.py
	@$(PYTHON) tools/checks/lock.py
	$(call say,Expected reports equal those of the oracle program)
	@$(PYTHON) tools/oracle/oracle.py --check

# tools/checks/suite_totals.py finds the suites by the headings `tests: …`.

test-checks:
	$(call say,tests: repository checks)
	@$(PYTHON) -m unittest discover -s tools/checks -p 'test_*.py'
	@$(PYTHON) -m unittest discover -s tools/fuzz -p 'test_*.py'
	@$(PYTHON) -m unittest discover -s tools/oracle -p 'test_*.py'

test-rust: target/tools/.installed-$(DYNOXIDE)
	$(call say,tests: Rust)
	@cargo test --workspace --locked

test-api: build $(API_TOOLS)
	$(call say,tests: API)
	@target/tools/api/bin/python -B tools/api/fuzz.py $(GOODY) --requests 300 --round 20 --seconds 300

test-page: $(NODE_MODULES)
	$(call say,tests: page units)
	@$(NX) run frontend:test

test-browser: build programs
	$(call say,tests: page in a browser)
	@CHROMIUM="$$(bash tools/chromium.sh)"; export CHROMIUM; $(NX) run frontend:e2e

test-infrastructure: build $(PYTHON_TOOLS) target/tools/.installed-$(DYNOXIDE)
	$(call say,tests: infrastructure)
	@$(NX) run infrastructure:test

test-deployment: build $(PYTHON_TOOLS)
	$(call say,tests: deployment)
	@CHROMIUM="$$(bash tools/chromium.sh)"; export CHROMIUM; $(NX) run infrastructure:e2e

test-bench: build programs target/tools/.installed-$(DYNOXIDE)
	$(call say,Benchmarks at small size: $(BENCHES) $(AWS_BENCHES))
	@for bench in $(BENCHES); do target/debug/$$bench --quick --goody $(GOODY); done
	@for bench in $(AWS_BENCHES); do target/debug/$$bench --quick; done
