# make run: set all up and answer calls. make call: dial the line. make test: set all up and test it.
VENV   := .venv
PYTHON := $(VENV)/bin/python
IVR    := $(VENV)/bin/ivr
FROM   ?= 777123456

.PHONY: run call test lint docs transcripts bench bench-media bench-receiving soak fuzz fuzz-line clean

$(VENV)/.ready: pyproject.toml
	python3 -m venv $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e '.[voices,probe,dev]'
	touch $@

run: $(VENV)/.ready
	$(IVR) run --demo

call: $(VENV)/.ready
	$(IVR) probe 4488 --from $(FROM) --keys 2 --record heard.wav

lint: $(VENV)/.ready
	$(VENV)/bin/ruff check ivr tests bench fuzz
	$(VENV)/bin/ruff format --check ivr tests bench fuzz
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(IVR) check

test: $(VENV)/.ready lint
	$(PYTHON) -m pytest -n 3 --reruns 1  # most of their time tests wait for a peer; what was run again is named

# docs/rules.md from docs/rules.toml and the tests.
docs: $(VENV)/.ready
	$(PYTHON) -m tests.rule_table

# tests/transcripts/ as the lines are now: the diff is what callers will hear otherwise.
transcripts: $(VENV)/.ready
	$(PYTHON) -m tests.transcripts

# BENCH_CALLS="20 100 200" also calls the line and Asterisk at these rates, which takes eight minutes.
BENCH_CALLS ?=
bench: $(VENV)/.ready
	$(PYTHON) -m bench
	$(PYTHON) -m bench.speech
	$(PYTHON) -m bench.turned_away
	$(PYTHON) -m bench.accounts_statement --subscribers 10000
	$(if $(BENCH_CALLS),$(PYTHON) -m bench.signalling --rates $(BENCH_CALLS))

# Half an hour, alone on the machine: docs/performance.md. BENCH_MEDIA="--calls 100 --rounds 1" is shorter.
BENCH_MEDIA ?=
bench-media: $(VENV)/.ready
	$(PYTHON) -m bench.media $(BENCH_MEDIA)

# What callers who send cost, alone on the machine: five minutes. RECEIVING="--calls 500 --rounds 1" is shorter.
RECEIVING ?=
bench-receiving: $(VENV)/.ready
	$(PYTHON) -m bench.receiving $(RECEIVING)

# Half an hour of 500 callers at once, with 1 % of all packets lost. SOAK="--seconds 120 --calls 60" is shorter.
SOAK ?=
soak: $(VENV)/.ready
	$(PYTHON) -m bench.soak $(SOAK)

# Ten minutes a reader; a find is kept as var/fuzz/crash-*, to be moved to tests/fuzz/found/.
FUZZ_SECONDS ?= 600
fuzz: $(VENV)/.ready
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -e '.[fuzz]'
	for reader in sip sdp rtp dtmf; do \
	  mkdir -p var/fuzz/$$reader && \
	  $(PYTHON) -m fuzz $$reader -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
	    -artifact_prefix=var/fuzz/crash-$$reader- var/fuzz/$$reader tests/fuzz/found/$$reader || exit 1; \
	done

# A million harmed datagrams at a line of its own, with real calls beside them.
FUZZ_DATAGRAMS ?= 1000000
fuzz-line: $(VENV)/.ready
	$(PYTHON) -m fuzz.datagrams --count $(FUZZ_DATAGRAMS)

clean:
	rm -rf $(VENV) var build *.egg-info
