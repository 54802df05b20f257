# Every command a person needs. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help up down reset logs serve plan selective test soak outage fuzz services tools fmt openapi budgets laws dead-letters bench

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | \
	  while IFS=$$'\t' read -r name text; do \
	    printf '  make %-12s %s\n' "$$name" "$$text"; done

up: ## Run the whole of Drrip on this machine (installs what is missing)
	@scripts/up

down: ## Stop it; data stays
	@scripts/down

reset: ## Stop it and remove its data
	@scripts/down --reset

logs: ## Follow the functions' logs (OF=postgres|pgbouncer|aws|simulators for a service)
	@scripts/logs $(OF)

serve: ## All hosts in one process on the services of make up
	@scripts/serve

test: ## Prove everything from a bare clone: lints, tests, template, end to end
	@scripts/test

plan: ## Which functions a change builds and ships, and why (FROM=origin/main TO=a commit, else the working copy)
	@scripts/plan $(or $(FROM),origin/main) $(TO)

selective: ## Ship a release to an emulator, change one task, ship the next: only its worker gets a version, no request fails
	@scripts/selective

soak: ## The long proofs: outages, every lost round trip, seed after seed of the simulation (SOAK_MINUTES=10 SIM_SEED=… SIM_STEPS=1000)
	@scripts/soak

outage: ## Let the database's servers crash and come back while a crowd buys (OUTAGE_ROUNDS=3)
	@scripts/outage

services: ## Start only what integration tests need; then: eval "$(scripts/test-services env)" && cargo test
	@scripts/test-services start

tools: ## Install sam, cfn-lint and cargo-lambda under .local/venv
	@scripts/tools

fmt: ## Format the code
	@cargo fmt --all

openapi: ## Write docs/openapi, each function's openapi.json, docs/error-codes.md and docs/permissions.md anew from the code
	@scripts/openapi

budgets: ## Measure the statements of every endpoint anew and write docs/statement-budgets.tsv
	@scripts/budgets

dead-letters: ## What workers gave up (DO=list, DO="show QUEUE", DO="redrive QUEUE")
	@scripts/dead-letters $(DO)

laws: ## Check the conservation laws over a database (DB=postgres://… AT=2026-03-02T04:00+09; that of make up)
	@scripts/laws "$(DB)" "$(AT)"

fuzz: ## Send every endpoint what its document allows and forbids, on the services of make up
	@scripts/fuzz

bench: ## Measure beside PostgreSQL itself and write docs/benchmarks.md (COPIES=250 ROUNDS=3)
	@scripts/bench
