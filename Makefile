# Each target sets itself up: `make demo` is all there is to type after a clone.
PYTHON ?= python3
BIN := .venv/bin
BEGAN := $(shell date +%s)
AUDITED := $(patsubst rubrics/%/variants.yaml,%,$(wildcard rubrics/*/variants.yaml))
COURSES := $(notdir $(patsubst %/,%,$(wildcard submissions_example/*/)))

.PHONY: help demo test test-slow attacks audit fuzz bench peers lint docs clean
.DEFAULT_GOAL := help

help: ## say what there is
	@echo "make demo      grade the example hand-ins; results and PDFs go to demo-results/"
	@echo "make test      run the fast tests"
	@echo "make test-slow run the slow tests"
	@echo "make attacks   try every attack in every sandbox; the table goes to docs/explanation/security.md"
	@echo "make audit     try all wrong and all other right solutions against each course's rubric; takes many minutes"
	@echo "make fuzz      throw made-up bytes at all that reads a hand-in: make fuzz SECONDS=60"
	@echo "make bench     measure speed and how well mistakes are told, in short runs, and print it"
	@echo "make peers     measure graders that people use today beside this one; installs them first"
	@echo "make lint      check style, types and who imports whom"
	@echo "make docs      make the site of docs/ in build/site; a link that leads nowhere ends it"
	@echo "make clean     remove .venv and everything that was made"
	@echo
	@echo "Each one makes .venv first where there is none. Another Python: make PYTHON=python3.12 demo"

demo: .venv/ready
	@set -e; for course in $(COURSES); do \
		$(BIN)/grader grade submissions_example/$$course --rubric $$course -o demo-results/$$course \
			|| [ $$? = 3 ]; \
	done  # 3: one of the hand-ins has to be looked at by a person, which is what it shows
	@$(BIN)/python .ci/first-pdf demo-results $(BEGAN)

test: .venv/ready
	@$(BIN)/pytest -q -n auto --dist worksteal -m "not slow"

test-slow: .venv/ready .venv/browser
	@$(BIN)/pytest -q -n auto --dist worksteal -m slow

attacks: .venv/ready
	@PYTHONPATH="$(CURDIR)/tests:$(CURDIR)" $(BIN)/python tests/attack_table.py

audit: .venv/ready
	@set -e; for course in $(AUDITED); do \
		$(BIN)/grader audit $$course --fail-under 98 || [ $$? = 3 ]; \
	done  # 3: a person has to look at some of them

SECONDS ?= 60
fuzz: .venv/ready
	@PYTHONPATH="$(CURDIR)/tests:$(CURDIR)" $(BIN)/python tests/fuzz.py $(SECONDS)

bench: .venv/ready
	$(BIN)/python benchmarks/grading.py --runs 3
	$(BIN)/python benchmarks/pdf.py --runs 3
	$(BIN)/python benchmarks/notebooks.py --runs 3
	$(BIN)/python benchmarks/batch.py --hand-ins 28
	$(BIN)/python benchmarks/cluster.py --hand-ins 2000
	$(BIN)/python benchmarks/diagnosis.py

peers: .venv/ready
	@$(BIN)/python benchmarks/peers.py

lint: .venv/ready
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { $(BIN)/ruff format --check .; exit 1; }
	@$(BIN)/mypy --no-error-summary grader docs/conf.py $(wildcard benchmarks/*.py)
	@set -e; for driver in $(wildcard rubrics/*/driver.py) $(dir $(wildcard rubrics/*/driver/__init__.py)); do \
		$(BIN)/mypy --no-error-summary $$driver; \
	done  # each has the name driver
	@set -e; for course in $(sort $(dir $(wildcard reference/*/*.py))); do \
		(cd $$course && "$(CURDIR)/$(BIN)/mypy" --no-error-summary --config-file "$(CURDIR)/pyproject.toml" .); \
	done
	@$(BIN)/lint-imports --no-cache > .venv/imports.log || { cat .venv/imports.log; exit 1; }
	@echo "lint: nothing to say"

docs: .venv/ready
	@$(BIN)/sphinx-build --fail-on-warning --keep-going --quiet -d build/pages docs build/site
	@echo "docs: build/site/index.html"

clean:
	rm -rf .venv build demo-results dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/ready: pyproject.toml .ci/setup
	@PYTHON="$(PYTHON)" sh .ci/setup

.venv/browser: .ci/setup | .venv/ready
	@sh .ci/setup browser
