# What a developer runs. The README's commands and CI call these.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup demo test slow fast fuzz lint proto bench table recordings clean

.venv/installed: pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q -U pip
	$(BIN)/pip install -q -e '.[dev,batfish]'
	touch $@

setup: .venv/installed

demo: setup        ## the 2021 outage blocked, its safe variant allowed
	$(BIN)/guard replay --show facebook-2021-10-04

test:              ## everything, as CI does
	bash .ci/run

slow: setup        ## what the tests leave out: more and larger backbones, about an hour
	$(BIN)/pytest -n 2 --dist loadfile -m slow

fast: setup        ## what runs in seconds
	$(BIN)/pytest -m "not slow and not live and not batfish" tests/unit tests/property

fuzz: setup        ## every grammar, a minute each, guided by what of it was reached (atheris)
	$(BIN)/pip install -q -e '.[fuzz]'
	for grammar in $$($(BIN)/python tests/fuzz/guided.py --list); do \
	  $(BIN)/python tests/fuzz/guided.py $$grammar -max_total_time=60 -timeout=10 -rss_limit_mb=2048 || exit 1; \
	done

lint: setup
	$(BIN)/ruff check guard tests
	$(BIN)/mypy
	$(BIN)/lint-imports

proto: setup       ## the generated half of the gRPC service
	$(BIN)/python proto/generate.py

table: setup       ## agreement with real devices, live FRR and Batfish, with a reason for every miss
	$(BIN)/python tests/conformance/table.py

recordings: setup  ## Batfish's answers about our own networks, asked anew of the service that GUARD_BATFISH names
	PYTHONPATH=.:tests $(BIN)/python tests/batfish_plays.py

bench: setup
	$(BIN)/python -m tests.bench
