# The commands that developers and CI run. `make` alone lists them.

SHELL := /bin/bash
PYTHON ?= python3
# `make demo`: the clips, the output folder, and whether the app opens afterwards (APP=no: it does not).
SOURCE ?= examples/source-mia-room.mp4
TARGET ?= examples/target-leo-dance-b.mp4
OUT ?= outputs/demo
APP ?= yes

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
REQUIREMENTS := requirements.txt requirements-train.txt requirements-ray.txt requirements-dev.txt requirements-reference.txt
PIP := $(BIN)/pip --quiet --disable-pip-version-check
PYTEST := OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

.DEFAULT_GOAL := help
.PHONY: help setup demo app assets test coverage browser check format bench gpu-check wheel docker clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## create the virtual environment .venv with all dependencies

demo: setup ## edit a bundled clip, then open the app (APP=no: edit only)
	$(BIN)/python -m motionfollower edit "$(SOURCE)" "$(TARGET)" -o "$(OUT)" --frames 24
	@if [ "$(APP)" != no ]; then $(BIN)/python app.py; fi

app: setup ## start the app on http://127.0.0.1:7860
	$(BIN)/python app.py

assets: setup ## download the body model and motions of the synthetic dancers (150 MB, once)
	$(BIN)/python -m motionfollower dancers assets

test: setup browser ## run all tests; those that render dancers need `make assets`
	$(PYTEST)

coverage: setup browser ## run all tests and report line coverage; HTML in outputs/htmlcov
	mkdir -p outputs
	$(PYTEST) --cov --cov-report=term --cov-report=html

browser: # Debian's chromium for the browser tests, if it can be installed; without it they are skipped
	@command -v chromium > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && \
		timeout 300 sh -c 'apt-get update -qq && apt-get install -y -qq chromium' > /dev/null 2>&1; } || \
		echo "chromium is not installed: the browser tests are skipped. On Debian: apt-get install chromium"

check: setup ## lint, check the formatting and the types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## format the code and apply safe lint fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure an edit: time, peak memory, FLOPs
	$(BIN)/python -m motionfollower bench edit
	$(BIN)/python -m motionfollower bench flops
	$(BIN)/python -m motionfollower bench memory

gpu-check: setup ## run the GPU tests and time an edit on a GPU; report in outputs/gpu-check.txt
	mkdir -p outputs
	set -o pipefail; { $(BIN)/python -m motionfollower info && $(BIN)/pytest -m gpu -v -rs tests/gpu && \
		$(BIN)/python -m motionfollower bench edit; } 2>&1 | tee outputs/gpu-check.txt

wheel: setup ## build the wheel into dist/
	$(PIP) wheel --no-deps --wheel-dir dist .

docker: ## build a Docker image that serves the app on port 7860
	docker build --tag motionfollower .

clean: ## remove the virtual environment, build output and caches; results are kept
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || \
		{ echo "Python 3.11 or 3.12 is required: make PYTHON=/path/to/python3.11 setup"; exit 1; }
	@echo "Installing into $(VENV): this takes a few minutes and several GB."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install -r requirements.txt -r requirements-train.txt -r requirements-ray.txt -r requirements-dev.txt
	@$(PIP) install --no-deps -r requirements-reference.txt
	@$(PIP) install --no-deps --editable .  # the command .venv/bin/motionfollower
	@touch $(READY)
