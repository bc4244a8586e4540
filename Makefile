# make demo    the whole loop on real input: lesson, package, release, graded class, report
# make test    lint, types, then every test
# make check   lint, types, import contracts, and that the generated folders are what the lesson gives
# make suites  say whether the hidden suites can be trusted: wrong answers, variants, mutants and trivial bodies
# make classroom  JupyterLab on a course, you are student and instructor by turns; in classroom/, or COURSE=DIR
# make test-classroom  a course in JupyterLab in headless Chromium, from Fetch to feedback; pictures in PICTURES=DIR
# make classroom-pictures  the two pictures of the book's page on it, from that test
# make format  format what is written by hand
# make commands  book/commands.md, the page of both commands, from their own help
# make readme  README's picture and table, from a benchmark and a class that it runs; needs Chromium
# make book    the book, in book/_build/html; REPO=ORG/NAME REF=branch for another students' repository
# make test-book  the book in headless Chromium: outside requests, links, accessibility, phone, dark mode
# make site    the book with the lesson for a browser alone in its folder lite/, in build/site, to put online as it is
# make lite    the lesson as a site that a browser runs alone, in build/lite; STACK=tested for the versions below
# make test-lite  the whole lesson in headless Chromium on a Pyodide of our own: 3 to 10 minutes, and 80 MB to fetch once
# make test-colab  the published notebook in an imitated Colab, and the published README, each in a venv of its own
# make test-mailbox  the mailbox on a real PostgreSQL and a full disk, with 200 uploads at once and ten deaths; by root
# make test-torch  the PyTorch adapter against PyTorch, in a venv of its own
# make clean   remove what make made

PYTHON ?= python3
BIN := .venv/bin
DEMO := demo
STACK ?= current
COURSE ?= classroom
LESSONS := $(wildcard modules/source/*/*_dev.py)

export PIP_DISABLE_PIP_VERSION_CHECK = 1

.PHONY: demo suites test classroom test-classroom classroom-pictures commands readme book test-book site lite test-lite test-colab test-mailbox test-torch check format clean

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

classroom: .venv/installed
	$(BIN)/autograder classroom "$(COURSE)"

test-classroom: .venv/browser
	@command -v chromium chromedriver >/dev/null || { echo "make test-classroom needs Chromium: on Debian, apt install chromium chromium-driver"; exit 1; }
	CLASSROOM_PICTURES="$(abspath $(PICTURES))" $(BIN)/python -m pytest tests/classroom

classroom-pictures: PICTURES := build/classroom
classroom-pictures:
	rm -rf $(PICTURES)
	$(MAKE) test-classroom PICTURES=$(PICTURES)
	$(BIN)/python -m tests.classroom.pictures $(PICTURES) book/instructors

commands: .venv/installed
	$(BIN)/python -m book.engine.commands

readme: .venv/book
	@command -v chromium >/dev/null || { echo "make readme needs Chromium: on Debian, apt install chromium"; exit 1; }
	$(BIN)/python -m book.engine.readme

# What the lesson and the commands print, and every picture, from runs of this project; drawn again when the code changes.
SHOWN := $(shell find tinytorch autograder/reading -name '*.py') $(wildcard modules/*/*/*.py modules/*/*/*.ipynb)
SPHINX := $(BIN)/sphinx-build -W --keep-going -n -q -d book/_build/doctrees

# The lesson has a core to itself: it takes longest, and half of that is waiting for queries to be due. On the other core
# the pictures are drawn and all pages built, the lesson's without what it prints; these are built again when it ended.
book: export COURSE_REPOSITORY = $(REPO)
book: export COURSE_REF = $(REF)
book: .venv/book
	@mkdir -p book/_made && date +%s > book/_made/started
	$(MAKE) --no-print-directory --jobs 2 book/_made/lesson book/_made/pages
	$(SPHINX) --jobs auto book book/_build/html
	@echo "Built in $$(($$(date +%s) - $$(cat book/_made/started))) s. Open book/_build/html/index.html"

book/_made/lesson_text: .venv/book $(SHOWN) book/engine/lesson.py
	@mkdir -p $(@D)
	$(BIN)/python -m book.engine.lesson --not-run
	touch $@

book/_made/lesson: book/_made/lesson_text
	$(BIN)/python -m book.engine.lesson
	touch $@

book/_made/pictures: .venv/book $(SHOWN) $(wildcard book/pictures/*.py) book/engine/front.py
	$(BIN)/python -m book.pictures
	touch $@

book/_made/pages: book/_made/lesson_text book/_made/pictures book/_build/fresh
	nice $(SPHINX) book book/_build/html
	touch $@

# Sphinx builds again what changed, but does not see a change in what we add to it.
book/_build/fresh: .venv/book book/conf.py $(wildcard book/engine/*.py)
	rm -rf $(@D) && mkdir -p $(@D)
	touch $@

test-book: book .venv/browser tests/book/node_modules/installed
	@command -v chromium chromedriver >/dev/null || { echo "make test-book needs Chromium: on Debian, apt install chromium chromium-driver"; exit 1; }
	$(BIN)/python -m pytest tests/book

site: book lite
	rm -rf build/site
	cp -r book/_build/html build/site
	cp -r build/lite build/site/lite
	@echo "Put build/site online"

lite: .venv/installed .venv-lite/$(STACK)/installed
	COURSE_REPOSITORY="$(REPO)" COURSE_REF="$(REF)" $(BIN)/autograder publish --to build/students
	.venv-lite/$(STACK)/bin/python lite/build.py --students build/students --to build/lite

test-lite: .venv/browser .venv-lite/current/installed .venv-lite/tested/installed
	@command -v chromium chromedriver >/dev/null || { echo "make test-lite needs Chromium: on Debian, apt install chromium chromium-driver"; exit 1; }
	$(BIN)/python -m pytest tests/lite

# COLAB_PYTHON=... names the Python to imitate Colab with; without it the newest of 3.13, 3.12 and 3.11 that is here.
test-colab: .venv/installed
	$(BIN)/python -m pytest tests/colab

test-mailbox: .venv/browser tests/book/node_modules/installed
	@command -v chromium chromedriver >/dev/null || { echo "make test-mailbox needs Chromium: on Debian, apt install chromium chromium-driver"; exit 1; }
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || { echo "make test-mailbox needs PostgreSQL: on Debian, apt install postgresql"; exit 1; }
	$(BIN)/python -m pytest tests/mailbox

test-torch: .venv-torch/installed
	.venv-torch/bin/python -m pytest tests/torch

check: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/ruff format --check --line-length 88 $(LESSONS)
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/tinytorch export --check

suites: .venv/installed
	$(BIN)/autograder matrix
	$(BIN)/autograder mutants

format: .venv/installed
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/ruff format --line-length 88 $(LESSONS)

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

# The book's engine and the browser's driver are not in what `make test` installs.
.venv/book .venv/browser: .venv/installed
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '.[$(@F)]'
	touch $@

tests/book/node_modules/installed: tests/book/package.json tests/book/package-lock.json
	cd tests/book && npm ci --ignore-scripts --no-audit --no-fund
	touch $@

.venv-lite/%/installed: lite/%.txt constraints.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/python -m pip install --quiet --constraint constraints.txt --requirement lite/$*.txt
	touch $@

.venv-torch/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-torch
	.venv-torch/bin/python -m pip install --quiet --constraint constraints.txt --editable '.[torch]' pytest
	touch $@

clean:
	rm -rf .venv .venv-lite .venv-torch build $(DEMO) book/_build book/_made book/lesson tests/book/node_modules .mypy_cache .ruff_cache .import_linter_cache
