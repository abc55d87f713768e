# `make demo` shows Plein on this machine, `make test` tells whether it holds. `make help` lists all.
# The environment, .venv, is made on the way and again whenever pyproject.toml changes.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/ready

# A Python of your own choice, for when .venv is made.
PYTHON ?=
# Passed on: make test ARGS="-k joining", make demo ARGS="--fresh".
ARGS ?=
# How many test side by side, a file each; JOBS=0 shows what a test prints as it goes.
JOBS ?= auto
# Every test on both databases and on both kinds of homeserver; otherwise many take turns.
EVERY ?=
# How often `make chaos` kills, and how many mails `make fuzz-email` damages.
N ?= 30
# Messages in each conversation of `make chaos-relay`, in which N is how often it kills; 0 may be.
MESSAGES ?= 200
# Mails in each direction of `make chaos-email`, divided over its people.
MAILS ?= 500
# `make bench` with larger crowds.
FULL ?=
# What `make changelog` releases.
VERSION ?=

.DEFAULT_GOAL := help
.PHONY: help demo run test check pytest chaos chaos-email chaos-relay fuzz-email bench bench-search bench-index bench-web bench-digest bench-relay format catalogue example commands changelog clean

help:  ## What there is to make
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## */\t/' | expand -t 12

demo: $(READY)  ## A private homeserver, Plein and a small Dutch square; ARGS="--fresh" begins anew
	@exec $(BIN)/plein demo $(ARGS)

run: $(READY)  ## Plein on your own homeserver; ARGS="--config config.yaml"
	@exec $(BIN)/plein run $(ARGS)

test: check pytest  ## Everything that must hold: the gate, then every test; EVERY=1 on all kinds of servers

check: $(READY)  ## The gate: format, lint, types, who may import whom
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

pytest: $(READY)  # after the gate, also with make -j: a test says less about code that is not well-formed
	PLEIN_EVERY=$(EVERY) $(BIN)/pytest -n $(JOBS) --maxprocesses 4 --dist loadfile $(ARGS)

chaos: $(READY)  ## Kill the bot and the homeserver at random moments, N=30 times, and stop at every step
	PLEIN_CHAOS=$(N) $(BIN)/pytest -m "chaos or interruptions" tests/chaos tests/actions tests/commands $(ARGS)

fuzz-email: $(READY)  ## Read N=30 mails that were damaged; N=10000 takes a minute or two
	PLEIN_FUZZ=$(N) $(BIN)/pytest tests/bridges/email/test_fuzz.py $(ARGS)

chaos-email: $(READY)  ## Kill plein-email, the homeserver and Postfix, N=30 times under MAILS=500
	PLEIN_CHAOS=$(N) PLEIN_MAILS=$(MAILS) $(BIN)/pytest -m "chaos or interruptions" --log-cli-level=INFO tests/bridges/email $(ARGS)

chaos-relay: $(READY)  ## Random conversations over plein-relay, killed N=30 times under MESSAGES=200
	PLEIN_CHAOS=$(N) PLEIN_MESSAGES=$(MESSAGES) $(BIN)/pytest tests/bridges/homeserver/test_conversations.py $(ARGS)

bench: $(READY)  ## How fast Plein is, beside the least that the homeserver allows; FULL=1 with larger crowds
	$(BIN)/python -m tests.bench $(if $(FULL),--full) $(ARGS)

bench-search: $(READY)  ## How fast a large square is searched; ARGS="--database postgresql --messages 100000"
	$(BIN)/python -m tests.bench.searching $(ARGS)

bench-index: $(READY)  ## How fast files are read, by their formats, and how much memory it takes
	$(BIN)/python -m tests.bench.indexing $(ARGS)

bench-web: $(READY)  ## How fast pages are, beside a static page; ARGS="--posts 10000"
	$(BIN)/python -m tests.bench.browsing $(ARGS)

bench-digest: $(READY)  ## How many digests a second, and with how much memory; ARGS="--people 75000"
	$(BIN)/python -m tests.bench.digesting $(ARGS)

bench-relay: $(READY)  ## How much later a message is on the other side, and how much memory it takes
	$(BIN)/python -m tests.bench.relaying $(ARGS)

format: $(READY)  ## Put the code in its form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

catalogue: $(READY)  ## Gather the sentences of the code into plein_bot/locale
	$(BIN)/python -m plein_bot.locale

example: $(READY)  ## Write config.yaml.example, and those of the bridges, from the settings
	$(BIN)/python -m plein_bot.config > config.yaml.example.new
	mv config.yaml.example.new config.yaml.example
	$(BIN)/python -m bridges.email.config > plein-email.yaml.example.new
	mv plein-email.yaml.example.new plein-email.yaml.example
	$(BIN)/python -m bridges.homeserver.config > plein-relay.yaml.example.new
	mv plein-relay.yaml.example.new plein-relay.yaml.example

commands: $(READY)  ## Write the list of commands into README.md
	$(BIN)/python -m plein_bot.commands README.md

changelog: $(READY)  ## Show what the fragments of changelog.d say; VERSION=0.2.0 puts it in CHANGELOG.md
	$(BIN)/towncrier build $(if $(VERSION),--yes --version $(VERSION),--draft --version next)

clean:  ## Remove what was made here, except the demo's data
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

$(READY): pyproject.toml
	@PYTHON="$(PYTHON)" sh .ci/environment $(VENV)
	@touch $@
