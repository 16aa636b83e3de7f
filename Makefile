# Two commands matter: `make lab` opens the course, `make test` runs every check.
# Both build .venv first; a second run starts at once.
VENV   := .venv
BIN    := $(VENV)/bin
PYTHON ?= python3
# uv does not read pip's setting for local files; pass it on where there is one.
export UV_FIND_LINKS ?= $(PIP_FIND_LINKS)
export PYTHONWARNINGS ?= ignore::DeprecationWarning:jupyter_client

.PHONY: setup lab test check unit notebooks lessons bench wheel clean

setup: $(VENV)/.ready

$(VENV)/.ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade uv
	# Compiled now, so that the first start is as quick as the next.
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python \
		--constraint constraints.txt --editable '.[dev,bench]'
	@touch $@

lab: setup                  ## open JupyterLab on the first lesson
	$(BIN)/musicnb lab

test: setup check unit notebooks  ## every check: style, types, layers, tests, notebooks

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python lessons/source/build.py --check

unit: setup
	$(BIN)/pytest -n 2 --dist loadfile

notebooks: setup
	TQDM_DISABLE=1 $(BIN)/pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=120 -n 2 --dist loadfile lessons

lessons: setup              ## rebuild lessons/*.ipynb from lessons/source/*.py
	$(BIN)/python lessons/source/build.py

bench: setup                ## speed and quality beside the peers (peers get an environment of their own)
	$(BIN)/python -m benchmarks speed
	$(BIN)/python -m benchmarks quality

wheel: setup
	$(BIN)/python -m build --wheel

clean:
	rm -rf $(VENV) dist build
