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
# Which Python makes the environments, where it matters; TORCH=cpu takes PyTorch's build without CUDA.
PYTHON ?=
TORCH ?=
FIND := sh bitstream_flow/find_python.sh
ANY := PYTHON="$(PYTHON)" $(FIND) 3.11 3.12 3.13
PYTHON310 ?= $(shell PYTHON= $(FIND) 3.10 2>/dev/null)

ifeq ($(filter 4.% 5.%,$(MAKE_VERSION)),)
$(error GNU make 4 is needed, and this is $(MAKE_VERSION): apt-get install make)
endif

PY := .venv/bin/python
HOST := .venv-host/bin/python
OLD := .venv-board/bin/python
BUNDLE = build/$(CONFIG)-$(BOARD)/bundle
export OMP_NUM_THREADS ?= 1
# Brevitas warns at import of an optional package that nothing here uses.
export PYTHONWARNINGS ?= ignore::UserWarning:brevitas.graph.equalize

.PHONY: help setup compile-side host-side bitstream test test-fast docs lint demo equality train evaluate ablate bench bench-peers \
	report prove route board-like python310 pynq-versions pins stranger deploy clean
help:
	@echo "make bitstream [CONFIG=face-tiny] [BOARD=Pynq-Z1] [FPS=1000] [FLOW=rtl|hls|finn] [DECODE=1]"
	@echo "make bench [DATA=folder-with-faces68.npz] [VIDEO=a-video-of-a-face]"
	@echo "make bench-peers DATA=folder-with-helen68.npz-aflw2000-3d-and-wild68.npz [CONFIG=face-z1]"
	@echo "make test | test-fast | docs | lint | demo | equality | bench | report | prove | route | board-like | pynq-versions | clean"
	@echo "make setup [TORCH=cpu] [PYTHON=python3.12] | stranger [VERSION=3.13] | pins"
	@echo "make deploy BOARD_HOST=xilinx@pynq [CONFIG=face-tiny] [BOARD=Pynq-Z1] [DEPLOY_TEST=1]"
	@echo "make train CONFIG=face-tiny DATA=folder-with-faces68.npz [ARGS='--set training.epochs=5']"
	@echo "make evaluate | ablate DATA=folder-with-faces68.npz-and-pose14.npz"

setup: compile-side host-side

compile-side host-side:
	@python=$$($(ANY)) && PYTHON="$(PYTHON)" TORCH="$(TORCH)" "$$python" -m bitstream_flow.set_up $(@:-side=)

# As old as what a PYNQ image of 2022 (Ubuntu 22.04) brings: Python 3.10, numpy 1.21, OpenCV 4.5.
.venv-board/ready: pyproject.toml
	@test -n "$(PYTHON310)" || { echo "error: no Python 3.10 found on the PATH, in pyenv or uv: make $(MAKECMDGOALS) PYTHON310=/path/to/python3.10"; exit 1; }
	@echo "setting up a board's old packages in .venv-board"
	@"$(PYTHON310)" -m venv --clear .venv-board
	@$(OLD) -m pip install --quiet --disable-pip-version-check numpy==1.21.5 opencv-python-headless==4.5.4.60 pytest hypothesis
	@touch $@

board-like: .venv-board/ready
	BOARD_LIKE=1 $(OLD) -m pytest tests/host

python310:
	@echo "$(PYTHON310)"

bitstream: compile-side
	$(PY) -m bitstream_flow.build --config $(CONFIG) --board $(BOARD) --fps $(FPS) --flow $(FLOW) $(if $(filter-out 0,$(DECODE)),--decode) $(if $(CHECKPOINT),--checkpoint $(CHECKPOINT))

# Tests of a file share what they set up; a process takes up to 2 GB.
SIDE_BY_SIDE = --numprocesses $(JOBS) --dist loadfile
JOBS ?= $(shell n=$$(env -u OMP_NUM_THREADS nproc 2>/dev/null || echo 2); echo $$((n < 4 ? n : 4)))
test: setup
	$(PY) -m pytest $(SIDE_BY_SIDE) tests
	$(HOST) -m pytest $(SIDE_BY_SIDE) tests/host

# The host side's tests under the oldest and the newest pynq (Python 3.10 and 3.12).
pynq-versions:
	@python=$$($(ANY)) && "$$python" -m tests.pynq_versions

# What a developer runs at every save: no FINN, no simulation, nothing that takes long.
test-fast: compile-side
	$(PY) -m pytest $(SIDE_BY_SIDE) -m "not slow" tests

# The packages' docstrings as pages, but for modules that import what another environment has.
docs: compile-side
	$(PY) -m pdoc --output-directory build/docs hls host model bitstream_flow '!host.simulated.device' '!bitstream_flow.benchmarks.peers.sides.*_side'
	@echo "open build/docs/index.html"

lint: compile-side
	$(PY) -m ruff check .
	$(PY) -m mypy

# The network whose points lie where a person would put them; CONFIG=face-tiny is sooner done.
demo: CONFIG = face-z1
demo: setup bitstream
	$(PY) -c "import skimage, shutil, os; os.makedirs('build/demo', exist_ok=True); shutil.copy(os.path.join(os.path.dirname(skimage.__file__), 'data', 'astronaut.png'), 'build/demo')"
	$(HOST) -c 'import importlib.util as u; exit(u.find_spec("pynq") is None)' && backend=rtl || { backend=emulator; \
		echo "this Python has no pynq, so the emulator takes the place of the simulated board"; }; \
	$(HOST) host/run_pynq.py --bundle $(BUNDLE) --image build/demo/astronaut.png --backend $$backend --check --save build/demo/landmarks.png
	@echo "look at build/demo/landmarks.png"

equality: bitstream
	$(PY) -m bitstream_flow.equality --config $(CONFIG) --board $(BOARD) --random 100 --real 20 --rtl $(RTL) --stall 0.3 --csim $(CSIM) $(if $(DATA),--data $(DATA))

# Keeping freed memory instead of giving it back to the system spares a seventh of the time.
train: export MALLOC_MMAP_THRESHOLD_ = 4294967296
train: export MALLOC_TRIM_THRESHOLD_ = 17179869184
train: compile-side
	OMP_NUM_THREADS=2 $(PY) -m model.train --config $(CONFIG) --data "$(DATA)" --out runs/$(CONFIG) --resume $(ARGS)

evaluate: compile-side
	$(PY) -m model.evaluate --data "$(DATA)" --out build/evaluation $(ARGS)

ablate: compile-side
	$(PY) -m model.ablate --data "$(DATA)" $(ARGS)

bench: setup bitstream
	$(PY) -m bitstream_flow.bench --config $(CONFIG) --board $(BOARD) $(if $(DATA),--data $(DATA))
	$(PY) -m host.golden --layers
	$(PY) -m bitstream_flow.benchmarks.emulator --config $(CONFIG) --board $(BOARD)
	$(HOST) host/run_pynq.py --bundle $(BUNDLE) --bench 300 $(if $(DATA),--data $(DATA)/$(if $(filter pose%,$(CONFIG)),pose14,faces68).npz)
	$(if $(VIDEO),$(HOST) -m host.page_bench --bundle $(BUNDLE) --video $(VIDEO))
	$(PY) -m bitstream_flow.benchmarks.xnor_units
	$(PY) -m bitstream_flow.benchmarks.fifo_cuts --config $(CONFIG) --board $(BOARD)
	$(PY) -m bitstream_flow.pareto --config $(CONFIG) --board $(BOARD)
	$(PY) -m bitstream_flow.vendors.finn.compare --config $(CONFIG) --board $(BOARD) --fps $(FPS)
	$(PY) -m model.bench --config $(CONFIG)

# Where a piece of the peers cannot be had, a line says so and the others are compared all the same.
PEERS := bitstream_flow/benchmarks/peers
PEERS_PIP := .venv-peers/bin/python -m pip install --quiet --disable-pip-version-check
.venv-peers/ready: $(wildcard $(PEERS)/requirements-*.txt) $(PEERS)/package.json
	@echo "setting up dlib, MediaPipe and face-api.js in .venv-peers"
	@python=$$($(ANY)) && "$$python" -m venv --clear .venv-peers
	@$(PEERS_PIP) -r $(PEERS)/requirements-dlib.txt 2> .venv-peers/dlib.log \
		|| echo "no dlib: no wheel of these versions for this Python? .venv-peers/dlib.log says more"
	@$(PEERS_PIP) --no-deps -r $(PEERS)/requirements-mediapipe.txt 2> .venv-peers/mediapipe.log \
		|| echo "no MediaPipe: 0.10.14 has wheels up to Python 3.12 (PYTHON=python3.12); .venv-peers/mediapipe.log"
	@cp $(PEERS)/package.json .venv-peers && npm install --silent --prefix .venv-peers > .venv-peers/npm.log 2>&1 \
		|| echo "no face-api.js: it needs node and npm (apt-get install nodejs npm); .venv-peers/npm.log"
	@touch $@

bench-peers: CONFIG = face-z1
bench-peers: bitstream .venv-peers/ready
	$(PY) -m $(subst /,.,$(PEERS)) --config $(CONFIG) --board $(BOARD) --data "$(DATA)" $(ARGS)

report: bitstream
	$(PY) -m bitstream_flow.report --config $(CONFIG) --board $(BOARD)

# Proofs of the operators that only move beats; a routed clock without a vendor's tools.
prove: compile-side
	$(PY) -m hls.prove

route: bitstream
	$(PY) -m bitstream_flow.route --config $(CONFIG) --board $(BOARD) --seeds $(SEEDS) $(if $(OPERATOR),--operator "$(OPERATOR)")

# DEPLOY_TEST=1 also runs the self-test there, under sudo where there is a bitstream.
deploy:
	@test -n "$(BOARD_HOST)" || { echo "error: which board? make deploy BOARD_HOST=xilinx@pynq"; exit 1; }
	@"$(or $(PYTHON),python3)" -m host.deploy --host "$(BOARD_HOST)" --bundle "$(BUNDLE)" --folder "$(DEPLOY_DIR)" --ssh "$(DEPLOY_SSH)" $(if $(filter-out 0,$(DEPLOY_TEST)),--test)

# What both sides install, for every Python: uv asks PyPI alone. A pin stays as it is while it fits;
# ARGS=--upgrade takes the newest. Only some indexes have local versions ("+cpu"): none is pinned.
PIN := build/uv/bin/uv pip compile pyproject.toml --no-config --quiet --universal --python-version 3.11 \
	--no-annotate --custom-compile-command "make pins" $(ARGS)
pins:
	@python=$$($(ANY)) && "$$python" -m venv --clear build/uv
	build/uv/bin/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(PIN) --extra flow --extra host --extra dev --output-file constraints.txt
	$(PIN) --extra pynq --output-file constraints-host.txt
	sed -i 's/+[^ ]*//' constraints.txt constraints-host.txt

# The two commands as on a machine without settings, with each Python, or make stranger VERSION=3.13.
stranger:
	@python=$$($(ANY)) && "$$python" -m tests.stranger $(if $(VERSION),--python $(VERSION)) $(ARGS)

clean:
	rm -rf build
