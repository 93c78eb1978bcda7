# Two commands do everything, each with its own set-up in .venv:
#   make ask Q="who attended?"   an answer over seeds/
#   make test                    all checks and tests
# And with a token from @BotFather in TELEGRAM_BOT_TOKEN:
#   make telegram DOCS=~/notes   the bot
PYTHON ?= python3
VENV ?= .venv
Q ?= who attended?
DOCS ?= seeds
export Q DOCS
export HF_HUB_OFFLINE = 1
unexport PYTHONDONTWRITEBYTECODE  # where it is set, each of hundreds of processes would compile every module

BIN = $(VENV)/bin
PIP = $(PYTHON) -m pip --python $(BIN)/python --disable-pip-version-check install --quiet -c constraints.txt
# Files in their order; else those of one long test would come last, and one process wait for the other.
TWO = --numprocesses=2 --dist=loadfile --no-loadscope-reorder
# What needs torch, which takes each process three seconds to import.
TORCH = reader/test_batches reader/test_learning reader/test_losses reader/test_model reader/test_readers \
	reader/test_train test_exporting test_graphs
MADE = docs/help.md docs/settings.md docs/telegram.md  # pages with parts that come from the code, by cog

.PHONY: ask telegram test coverage fast check docs format readme picture texts image lock sbom audit clean

ask: $(VENV)/.installed
	@$(BIN)/docent ask "$$Q" || [ $$? -eq 3 ]  # 3: not in the documents, which is an answer too

telegram: $(VENV)/.installed
	@exec $(BIN)/docent telegram --docs "$$DOCS"

test: check
	$(BIN)/pytest $(TWO)

coverage: $(VENV)/.installed-dev  # by the tests, which then take a quarter longer
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest $(TWO)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=90

fast: $(VENV)/.installed-dev
	$(BIN)/pytest $(TWO) -m "not slow" --hypothesis-profile=fast $(TORCH:%=--ignore=tests/%.py)

check: $(VENV)/.installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/cog -I . --verbosity=1 --check $(MADE)
	$(BIN)/properdocs build --strict

docs: $(VENV)/.installed-dev  # site/, from docs/ and the pages beside it: every link and anchor has to lead somewhere
	$(BIN)/properdocs build --strict

format: $(VENV)/.installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

readme: $(VENV)/.installed-dev
	$(BIN)/cog -I . -r $(MADE)
	$(BIN)/python -m docs.making.imports

picture: $(VENV)/.installed-dev
	$(BIN)/python -m tests.telegram.picture docs/conversation.png
	$(BIN)/python -m tests.telegram.picture docs/page.png --page

texts: $(VENV)/.installed-dev  # after interface texts changed; then translate what is empty in bot/locales
	$(BIN)/python -m tests.texts

image: $(VENV)/.installed-dev $(VENV)/.tools  # as root, with podman and mmdebstrap: builds the image, tries it out
	DOCENT_IMAGE=1 PATH="$(VENV)/tools/bin:$$PATH" $(BIN)/pytest tests/test_dockerfile.py -rs

lock: $(VENV)/.tools  # requirements.lock: what constraints.txt names, with hashes of every file of each
	$(VENV)/tools/bin/uv pip compile pyproject.toml --universal --python-version 3.11 -c constraints.txt \
		--generate-hashes --no-annotate --no-header --quiet -o $(VENV)/all.lock
	@{ echo "# Made by 'make lock' on $$(date -u +%F); docs/security.md says how to install by it, and why without torch."; \
		awk '/^[^ ]/ { drop = /^(torch|triton|nvidia-|cuda-)|== .emscripten./ } !drop' $(VENV)/all.lock; } > requirements.lock

sbom: $(VENV)/.installed $(VENV)/.tools  # sbom.json: CycloneDX, all that is installed in .venv, with licences
	$(VENV)/tools/bin/cyclonedx-py environment $(BIN)/python --pyproject pyproject.toml -o sbom.json

audit: $(VENV)/.tools  # known weaknesses of what is locked; asks the registry that pip is set to
	$(VENV)/tools/bin/pip-audit --disable-pip --requirement requirements.lock

clean:
	rm -rf $(VENV) var site

# --without-pip and pip's --python need nothing but Python and pip, where some systems split venv off.
$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
		"Docent needs Python 3.11 or newer: make PYTHON=/path/to/python3.11 ...")'
	$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.tools: constraints.txt | $(BIN)/python
	$(PYTHON) -m venv --without-pip $(VENV)/tools
	$(PYTHON) -m pip --python $(VENV)/tools/bin/python install --quiet -c constraints.txt uv cyclonedx-bom pip-audit podman-compose
	@touch $@

$(VENV)/.installed: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Docent into $(VENV); the first time this takes some minutes." >&2
	$(PIP) -e .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Docent and what its tests need into $(VENV); the first time this takes some minutes." >&2
	$(PIP) -e '.[dev]'
	@touch $@ $(VENV)/.installed
