# Parley's commands. Each prints what it does when it takes longer than two seconds.
#
#   make demo           set up, start everything here, play two interviews, print the reports, stay up (ONCE=1: exit)
#   make up             set up and start everything here
#   make test           set up, lint, and run every test
#   make setup          make .venv, install, fetch the models
#   make browser        have the browsers of the tests: Chromium, and Firefox and WebKit where apt-get has them
#   make lint           style and types (of Python and of the page's modules), and the arrows between rooms
#   make constraints    pin what .venv now holds (after a change of the dependencies in pyproject.toml)
#   make clean          remove .venv and caches; interviews (PARLEY_HOME) and models stay
#
# Variables: PYTHON=python3.12, TORCH_INDEX=https://download.pytorch.org/whl/cpu (an index for torch only),
#            JOBS=2 (tests at a time: quicker; those with a Ray stay one after the other).

.PHONY: setup install models up demo browser test lint constraints clean
.SILENT:

BIN := .venv/bin
INSTALLED := .venv/.installed
PAGE_TOOLS := frontends/node_modules/.installed

setup: install models

install: $(INSTALLED)

$(INSTALLED): pyproject.toml constraints.txt ops/install.sh
	PYTHON="$(PYTHON)" TORCH_INDEX="$(TORCH_INDEX)" ops/install.sh
	touch $@

models: install
	$(BIN)/parley models fetch

up: setup
	$(BIN)/parley up

demo: setup
	$(BIN)/parley demo $(if $(ONCE),--once)

browser:
	ops/install-browser.sh

test: setup lint browser
	$(BIN)/pytest $(if $(JOBS),-n $(JOBS))

# What checks the candidate's page: npm's own settings (registry, proxy) are honoured.
$(PAGE_TOOLS): frontends/package.json frontends/package-lock.json | install
	ops/npm.sh ci --no-audit --no-fund --loglevel=error
	touch $@

lint: install $(PAGE_TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	ops/npm.sh run --silent check

constraints:
	$(BIN)/python -m pip install --disable-pip-version-check -q -c constraints.txt -e '.[dev]'
	{ echo "# Every package of .venv, for 'pip install -c'. Written by 'make constraints'."; \
	  $(BIN)/python -m pip freeze --exclude-editable --exclude pip --exclude setuptools | sed 's/+[a-z0-9.]*$$//'; \
	} > constraints.new
	mv constraints.new constraints.txt
	touch $(INSTALLED)

clean:
	rm -rf .venv frontends/node_modules build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
