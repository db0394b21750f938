# make run: set all up and answer calls. make call: dial the line. make test: set all up and test it.
VENV   := .venv
PYTHON := $(VENV)/bin/python
IVR    := $(VENV)/bin/ivr
FROM   ?= 777123456

.PHONY: run call test lint bench clean

$(VENV)/.ready: pyproject.toml
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e '.[probe,dev]'
	touch $@

run: $(VENV)/.ready
	$(IVR) run --demo

call: $(VENV)/.ready
	$(IVR) probe 4488 --from $(FROM) --keys 2 --record heard.wav

lint: $(VENV)/.ready
	$(VENV)/bin/ruff check ivr tests bench
	$(VENV)/bin/ruff format --check ivr tests bench
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(IVR) check

test: $(VENV)/.ready lint
	$(PYTHON) -m pytest -n 2

bench: $(VENV)/.ready
	$(PYTHON) -m bench

clean:
	rm -rf $(VENV) var build *.egg-info
