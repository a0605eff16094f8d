# Everything a developer or CI does is one of these. `make` alone lists them.

.DEFAULT_GOAL := help
SHELL := /bin/bash
PRESET ?= release
PYTHON := .venv/bin/python3
# The test suites to run, all unless named: make test SUITES="unit system"
SUITES ?=

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z][a-z0-9-]*:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Install what this machine lacks (Debian packages; Python packages into .venv)
	@tools/install

build: ## Compile the services: make build [PRESET=release|debug|tsan]
	@tools/install build
	@tools/build $(PRESET)

run: ## Build and start the whole site on this machine, and print where it is
	@tools/install build run
	@tools/build release
	@tools/run

stop: ## Stop what `make run` started; data/ stays
	@tools/stop

test: ## Everything that needs no cluster: make test [SUITES="unit system"]
	@tools/install
	@$(PYTHON) tools/test $(SUITES)

check: ## What CI runs: make test, then the cluster tests where docker can be had
	@.ci/run

tidy: ## Check that folders and includes still show the architecture
	@tools/install build
	@tools/test tidy

lint: ## Check formats and look for mistakes, changing nothing
	@tools/install
	@tools/lint

format: ## Rewrite the C++ in the project's format
	@clang-format-14 -i $$(git ls-files --cached --others --exclude-standard '*.h' '*.cpp')

new-service: ## Write a new service that builds, has tests and starts: make new-service NAME=word
	@tools/install build
	@tools/new_service.py $(NAME)

compat: ## Compare with the last version, and run its services among these: make compat [COMPAT_BASE=commit]
	@tools/install
	@tools/compat

audit: ## Check the books of the running site: which row breaks which rule
	@tools/audit

# Where the databases are that are backed up and restored: on this machine, or on the cluster of CONTEXT.
WHERE = $(if $(CONTEXT),--context $(CONTEXT)) $(if $(NAMESPACE),--namespace $(NAMESPACE))

backup: ## Copy every database, or one, while all runs: make backup [SERVICE=order] [INTO=backups] [CONTEXT=kind-serai]
	@tools/backup $(SERVICE) $(if $(INTO),--into $(INTO)) $(WHERE)

restore: ## Bring databases back to a backup: make restore FROM=<its folder or one file> [SERVICE=order] [CONTEXT=kind-serai]
	@tools/restore $(FROM) $(SERVICE) $(WHERE)

dashboards: ## Say where the running site can be watched, and open it
	@PORT_PROMETHEUS=$(PORT_PROMETHEUS) tools/dashboards

boards: ## Write the boards and rules anew from dashboards/*.yaml
	@tools/boards.py

bench: ## Measure; the figures go to docs/performance.md
	@tools/install
	@tools/bench

full: ## All that CI has no time for as well
	@tools/install
	@$(PYTHON) tools/test --full $(SUITES)

clean: ## Remove what was compiled
	@rm -rf build

clean-data: ## Stop the site and remove its data
	@tools/stop --remove-data

-include k8s/cluster.mk

.PHONY: help install build run stop compat audit backup restore dashboards boards test check tidy lint format new-service bench full clean clean-data
