# make demo    the whole loop on real input: lesson, package, release, graded class, report
# make test    lint, types, then every test
# make check   lint, types, import contracts, and that the generated folders are what the lesson gives
# make suites  say whether the hidden suites can be trusted: every wrong answer caught, every variant right
# make format  format what is written by hand
# make test-torch  the PyTorch adapter against PyTorch, in a venv of its own
# make clean   remove what make made

PYTHON ?= python3
BIN := .venv/bin
DEMO := demo

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo suites test test-torch check format clean

demo: .venv/installed
	$(BIN)/tinytorch export
	$(BIN)/autograder release
	rm -rf $(DEMO) && mkdir $(DEMO)
	$(BIN)/autograder demo-class $(DEMO)/submitted
	$(BIN)/autograder grade $(DEMO)/submitted --course $(DEMO) --seed 13
	$(BIN)/autograder feedback --course $(DEMO)
	$(BIN)/tinytorch perf "tinytorch.models:digits_mlp('vectorised')" --baseline "tinytorch.models:digits_mlp('naive')" \
	    --dataset digits --html $(DEMO)/report.html --json $(DEMO)/report.json || test $$? -eq 1 # 1: INVALID, and says why
	@echo
	@echo "Open these:"
	@ls -1 $(DEMO)/report.html $(DEMO)/feedback/*.html $(DEMO)/class.md modules/release/13_benchmarking/benchmarking_dev.ipynb

test: check
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-torch: .venv-torch/installed
	.venv-torch/bin/python -m pytest tests/torch

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/tinytorch export --check

suites: .venv/installed
	$(BIN)/autograder matrix

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The stamp is newer than what it was made from, or pip runs again. `autograder` runs from this checkout and is not in
# the wheel, so its command is written here.
.venv/installed: pyproject.toml constraints.txt
	@command -v $(PYTHON) >/dev/null || { echo "make needs Python 3.11, 3.12 or 3.13: '$(PYTHON)' was not found; pass PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
	  || { echo "make needs Python 3.11, 3.12 or 3.13, '$(PYTHON)' is $$($(PYTHON) --version 2>&1); pass PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	  || { echo "make needs Python's venv module: on Debian, apt install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[course,dev]'
	printf '#!/bin/sh\nPYTHONPATH="$(CURDIR)" exec "$(CURDIR)/$(BIN)/python" -m autograder "$$@"\n' > $(BIN)/autograder
	chmod +x $(BIN)/autograder
	touch $@

.venv-torch/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[torch]' pytest
	touch $@

clean:
	rm -rf .venv .venv-torch $(DEMO) .mypy_cache .ruff_cache .import_linter_cache
