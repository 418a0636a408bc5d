# Two commands do everything on a machine with Python 3.11+ and make:
#   make demo    finds what is unlikely in real data and writes a report
#   make test    runs every check and test
# A third builds the field guide as a site, which opens from disk:
#   make docs
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-input -c constraints.txt

.PHONY: demo test check format docs bench clean

demo: $(VENV)/.demo
	@$(BIN)/python examples/demo.py

test: check
	@echo "Running the tests (about twelve minutes on two cores)"
	@$(BIN)/python -m pytest -n 2

check: $(VENV)/.test
	@echo "Checking style, types and layers"
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/pyright --outputjson > $(VENV)/pyright.json || { $(BIN)/pyright; exit 1; }
	@$(BIN)/lint-imports > $(VENV)/layers.log || { cat $(VENV)/layers.log; exit 1; }

format: $(VENV)/.test
	@$(BIN)/ruff check --quiet --fix .
	@$(BIN)/ruff format --quiet .

$(VENV)/.demo: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing likely into $(VENV) (half a minute, once)"
	@$(PIP) -e .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing likely and its test tools into $(VENV) (a minute, once)"
	@$(PIP) -e '.[test]'
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: pyproject.toml | $(BIN)/python
	@echo "Installing the rivals that benchmarks measure against"
	@$(PIP) -e '.[bench,test]'
	@touch $@

$(VENV)/.docs: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing likely and what writes its site into $(VENV) (a minute, once)"
	@$(PIP) -e '.[docs]'
	@touch $@

docs: $(VENV)/.docs
	@echo "Building the field guide (some minutes the first time, while its figures are drawn)"
	@$(BIN)/python docs/site.py

bench: $(VENV)/.bench
	@echo "Run one of: $(BIN)/python benchmarks/NAME.py   (benchmarks/README.md lists them)"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "likely needs Python 3.11 or newer; name one: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

clean:
	@rm -rf $(VENV) demo build site
