# The doors of the project; `make` alone prints them. The work is in scripts/ and in xtask.

TARGET := $(or $(CARGO_TARGET_DIR),target)
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test build check bench test-matrix fmt

help: ## what can be made (this list)
	@echo 'Tenantry. Prerequisites: Rust 1.95 or newer, Node 20.19 or newer; the rest is set up on demand.'
	@echo
	@sed -n 's/^\([a-z][a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile \
		| while IFS='|' read -r name what; do printf '%-20s %s\n' "$$name" "$$what"; done
	@echo
	@echo 'ARGS are handed on: make demo ARGS="--institutions 50"'

demo: ## set up what is missing, build, start everything, print the address and a token
	@scripts/demo $(ARGS)

test: ## set up what is missing and run every test
	@scripts/test

build: ## the release binary with the console in it, target/release/tenantry
	@scripts/build-console
	cargo build --release -p tenantry --bin tenantry
	@echo 'built $(TARGET)/release/tenantry'

check: ## format, lints and the walls between the rooms of the code
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features xtask/bench -- -D warnings
	cargo xtask walls

bench: ## measure against the goals, side by side with the tools in use elsewhere
	@scripts/bench $(ARGS)

test-matrix: ## the engine's tests against PostgreSQL 15, 16, 17 and 18
	@scripts/test-matrix $(ARGS)

fmt: ## format the Rust code
	cargo fmt --all
