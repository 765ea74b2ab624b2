# `make demo` and `make test` do all their own set-up; a second run finds it done.
# `make bench` prints the benchmark table of docs/performance.md.

PYTHON ?= python3
BIN := .venv/bin
export PYGAME_HIDE_SUPPORT_PROMPT := 1

# What the demo needs of the distribution: the broker, a Simplified Chinese face, USB, and what builds
# the one Python package that has no wheel (evdev). The tests look at the staff page, too.
DEMO_PACKAGES := mosquitto fonts-noto-cjk libusb-1.0-0 gcc linux-libc-dev
TEST_PACKAGES := $(DEMO_PACKAGES) chromium

.PHONY: demo test lint unit slow site bench flow clean packages-demo packages-test

demo: packages-demo .venv/ready
	@$(BIN)/kiosk-demo

test: packages-test .venv/ready
	@$(MAKE) --no-print-directory lint unit site

lint: .venv/ready
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache --no-logo

# The unit tier: no network, no display, no device, under 30 seconds.
unit: .venv/ready
	@$(BIN)/pytest -m "not (twins or site or browser or slow)" -n 2 --dist loadfile

# A million fuzz inputs for each codec: minutes, before a release.
slow: .venv/ready
	@$(BIN)/pytest -m slow -n 2

# The tiers that start real processes: scenarios on twins, the whole site, the pages in Chromium.
site: .venv/ready
	@$(BIN)/python -m hil run
	@$(BIN)/pytest -m twins -n 2
	@$(BIN)/pytest -m "site or browser"

bench: packages-demo .venv/ready
	@$(BIN)/python -m benchmarks

# Regenerates what is generated; tests fail when it is stale.
flow: .venv/ready
	@$(BIN)/python -m kiosk.flow.diagram > docs/flow.md
	@$(BIN)/python -m contracts.schema
	@$(BIN)/python -m config.schema

clean:
	@rm -rf .venv .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build

.venv/ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=python3.11 $(MAKECMDGOALS)" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || \
	  { echo "$(PYTHON) cannot make a virtual environment: sudo apt-get install python3-venv python3-dev" >&2; exit 1; }
	@echo "installing the Python packages into .venv (once, some minutes)" >&2
	@$(BIN)/pip install -qq --disable-pip-version-check --editable '.[dev]'
	@touch $@

packages-demo:
	@$(call need_packages,$(DEMO_PACKAGES))

packages-test:
	@$(call need_packages,$(TEST_PACKAGES))

# Installs what is missing as root or by a sudo that does not ask; else one sentence says what to do.
define need_packages
missing=""; \
for name in $(1) $$($(PYTHON) -c 'import ensurepip' 2>/dev/null || echo python3-venv) \
  $$($(PYTHON) -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null || echo python3-dev); do \
  [ "$$(dpkg-query -W -f '$${db:Status-Status}' "$$name" 2>/dev/null)" = installed ] || missing="$$missing $$name"; \
done; \
[ -z "$$missing" ] && exit 0; \
if [ "$$(id -u)" = 0 ]; then as_root=""; \
elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
else echo "Packages of the distribution are missing; install them and run make again: sudo apt-get install$$missing" >&2; exit 1; fi; \
echo "installing packages of the distribution:$$missing" >&2; \
{ $$as_root apt-get update -qq && \
  $$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing; } >/dev/null || \
{ echo "The installation failed; see the lines above, or install by hand: sudo apt-get install$$missing" >&2; exit 1; }
endef
