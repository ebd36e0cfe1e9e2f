# Each command installs what it needs. The first one is all that a new user has to know.

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
NODE_DIR := tests/node

.PHONY: run test demo cluster check format messages conformance bench virtualenvs clean
.DEFAULT_GOAL := run

run: .venv/.installed  ## Set up and serve on http://localhost:8000
	@mkdir -p var
	@$(BIN)/python -m hfmcp_site.bootstrap
	@$(BIN)/python -m hfmcp_site.serve --host $(HOST) --port $(PORT)

test: .venv/.installed-dev $(NODE_DIR)/.installed virtualenvs  ## Set up and run every test
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

demo: .venv/.installed-dev $(NODE_DIR)/.installed virtualenvs  ## Run on stand-ins for Hugging Face, offline
	@$(BIN)/python -m tests.standins.demo --port $(PORT)

cluster: .venv/.installed-dev  ## Two workers on PostgreSQL and Redis behind nginx, on loopback
	@$(BIN)/python -m tests.live.cluster --port $(PORT)

check: .venv/.installed-dev  ## Format, lint, types, architecture, migrations, deployment
	@mkdir -p var
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	@$(BIN)/python -m hfmcp_site.bootstrap
	$(BIN)/mypy .
	$(BIN)/python manage.py makemigrations --check --dry-run
	PUBLIC_URL=https://mcp.example.org $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python -m pytest tests/test_architecture.py

format: .venv/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

messages: .venv/.installed-dev  ## Bring the catalogues up to date with the code, and compile them; needs GNU gettext
	$(BIN)/python manage.py makemessages --locale fr --locale ko --locale zh_Hans --no-location --no-wrap \
		--no-obsolete --ignore tests --ignore benchmarks --ignore var --ignore .venv
	$(BIN)/python manage.py compilemessages --ignore .venv

conformance: .venv/.installed-dev $(NODE_DIR)/.installed  ## The official suite, both protocol eras
	$(BIN)/python -m tests.conformance

bench: .venv/.installed-dev $(NODE_DIR)/.installed  ## Side by side with the reference server
	$(BIN)/python -m benchmarks

.venv/bin/python:
	@echo "Making a virtual environment in .venv"
	@$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python requirements.txt constraints.txt
	@echo "Installing, which takes a minute the first time"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt -c constraints.txt
	@touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.txt
	@echo "Installing what tests and checks need"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt -c constraints.txt
	@touch $@

# Tests that need Node skip without it, and say so.
$(NODE_DIR)/.installed: $(NODE_DIR)/package.json $(NODE_DIR)/package-lock.json
	@if command -v npm >/dev/null; then cd $(NODE_DIR) && npm ci --silent --no-audit --no-fund; \
	else echo "npm is not here: tests that need Node will skip."; fi
	@touch $@

# Gradio's MCP server and older clients need another mcp than ours, hence environments of their own.
virtualenvs: .venv/.installed-dev
	@$(BIN)/python -m tests.virtualenvs $(if $(findstring --all-gradio,$(ARGS)),--all)

clean:
	rm -rf .venv $(NODE_DIR)/node_modules $(NODE_DIR)/.installed var
