# Two commands do all the set-up, each from nothing: make demo, make test.
# A name on the PATH may be a shim without a Python behind it, so each one is tried.
PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13 python3.14; do $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
RUN := $(BIN)/python -m ctforensics
JOBS ?= 2

.PHONY: demo test lab bench lint bundle browser docs constraints clean

demo: $(VENV)/.user
	$(RUN) demo demo

test: $(VENV)/.dev browser
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup $(PYTEST)

lab: $(VENV)/.user
	test -d demo/case || $(RUN) demo demo
	$(RUN) lab demo/case

bench: $(VENV)/.dev
	for b in benchmarks/*.py; do $(BIN)/python $$b || exit 1; done

lint: $(VENV)/.dev
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy

docs: $(VENV)/.dev
	$(RUN) docs

# Every wheel that an air-gapped machine needs, with SHA-256 sums: pip install --no-index --find-links wheelhouse 'ctforensics[notebook,report]'
bundle: $(VENV)/.user
	rm -rf wheelhouse
	$(BIN)/pip wheel --quiet --constraint constraints.txt --wheel-dir wheelhouse '.[notebook,report,aws,speed]'
	cd wheelhouse && sha256sum *.whl > SHA256SUMS
	@echo "wheelhouse/ holds $$(ls wheelhouse/*.whl | wc -l) wheels; check them with: cd wheelhouse && sha256sum -c SHA256SUMS"

# The browser that draws the timeline in tests and prints reports: Debian's Chromium, if no other is there.
browser:
	@if command -v chromium chromium-browser google-chrome >/dev/null 2>&1; then :; \
	elif command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends chromium fonts-dejavu-core poppler-utils; \
	else echo "No Chromium here: browser tests will be skipped. On Debian: sudo apt-get install chromium fonts-dejavu-core poppler-utils"; fi
	@if ! command -v pdftotext >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$$(id -u)" = 0 ]; then \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends poppler-utils; fi

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "ctforensics needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	touch $@

$(VENV)/.user: pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[notebook,report,aws,speed]'
	touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(VENV)/.made
	$(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[notebook,report,aws,speed,spark,dev]'
	touch $@ $(VENV)/.user

# soupsieve 3 and later need Python 3.11.5, and Debian 12 has 3.11.2.
constraints:
	rm -rf .constraints && $(PYTHON) -m venv .constraints
	.constraints/bin/pip install --quiet --editable '.[notebook,report,aws,speed,spark,dev]' 'soupsieve<3'
	.constraints/bin/pip freeze --exclude-editable | grep -v '^-' > constraints.txt
	rm -rf .constraints

clean:
	rm -rf $(VENV) demo wheelhouse build dist
