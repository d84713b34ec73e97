# Everything that people and CI run. `make` alone lists it.

SHELL := /bin/bash
PYTHON ?= python3
# Clips of `make demo`, where it writes, and whether it opens the app afterwards (APP=no: it does not).
SOURCE ?= examples/source-mia-room.mp4
TARGET ?= examples/target-leo-dance-b.mp4
OUT ?= outputs/demo
APP ?= yes

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready
REQUIREMENTS := requirements.txt requirements-train.txt requirements-ray.txt requirements-dev.txt requirements-reference.txt

.DEFAULT_GOAL := help
.PHONY: help setup demo app assets test browser check format bench gpu-check docker clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## make the virtual environment .venv

demo: setup ## edit a bundled clip, then open the app (APP=no: only edit)
	$(BIN)/python -m motionfollower edit $(SOURCE) $(TARGET) -o $(OUT) --frames 24
	@if [ "$(APP)" != no ]; then $(BIN)/python app.py; fi

app: setup ## open the app in the browser
	$(BIN)/python app.py

assets: setup ## fetch what synthetic dancers are made from (150 MB), once
	$(BIN)/python -m motionfollower dancers assets

test: setup browser ## run the tests; those that render need the assets
	OMP_NUM_THREADS=1 $(BIN)/pytest -n 2

browser: # Debian's chromium for the browser tests, where we may install it; they are skipped without it
	@command -v chromium > /dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null && \
		timeout 300 sh -c 'apt-get update -qq && apt-get install -y -qq chromium' > /dev/null 2>&1; } || \
		echo "There is no chromium here: the browser tests are skipped. On Debian: apt-get install chromium"

check: setup ## lint, formatting, types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: setup ## put the code into its format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## measure an edit: seconds, memory, FLOPs
	$(BIN)/python -m motionfollower bench edit
	$(BIN)/python -m motionfollower bench flops
	$(BIN)/python -m motionfollower bench memory

gpu-check: setup ## on a machine with a GPU: its tests and its speed, in outputs/gpu-check.txt
	mkdir -p outputs
	set -o pipefail; { $(BIN)/python -m motionfollower info && $(BIN)/pytest -m gpu -v -rs tests/gpu && \
		$(BIN)/python -m motionfollower bench edit; } 2>&1 | tee outputs/gpu-check.txt

docker: ## an image that serves the app on port 7860
	docker build --tag motionfollower .

clean: ## remove the virtual environment and the caches; results stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache
	find . -name __pycache__ -prune -exec rm -rf {} +

$(READY): $(REQUIREMENTS)
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' || \
		{ echo "Python 3.11 or 3.12 is needed: make PYTHON=/path/to/python3.11 setup"; exit 1; }
	@echo "Installing into $(VENV): a few minutes, several GB."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt -r requirements-train.txt -r requirements-ray.txt -r requirements-dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps -r requirements-reference.txt
	@touch $(READY)
