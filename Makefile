# Each target runs what a developer would type. All need Python 3.11 to 3.13.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c "$(SUPPORTED)" 2>/dev/null && echo $$python && break; done)
TENSORFLOW ?= $(if $(shell command -v nvidia-smi),gpu,cpu)
BIN := .venv/bin
# whatever is imported is compiled then; most of it never is
INSTALL := $(BIN)/pip install --disable-pip-version-check --quiet --no-compile --constraint constraints.txt --editable
unexport PYTHONDONTWRITEBYTECODE

# one worker more than cores: browsers and servers are often waited for
PYTEST := $(BIN)/python -m pytest --numprocesses $$(($$(getconf _NPROCESSORS_ONLN) + 1)) \
	--dist loadfile --no-loadscope-reorder

.PHONY: serve train notebook test soak lint bench-training bench-recipes bench-inference bench-batch bench-drawings bench-teaching bench-pages bench-server bench-browser clean

serve: .venv/serve  ## serve the pad and the API on this machine only
	$(BIN)/digitpad serve

train: .venv/train  ## set up, get the data, train, look at the test set once, report, save, verify
	$(BIN)/digitpad train

notebook: .venv/notebook  ## open the notebooks, the one with the pad first, in JupyterLab
	$(BIN)/jupyter lab notebooks/mnist_draw_predict.ipynb

test: .venv/dev  ## set up, Chromium and npm too where they are missing, and run all tests
	$(BIN)/python -m tests.equipment
	$(PYTEST)

soak: .venv/dev  ## the same with the long tests at full length
	$(BIN)/python -m tests.equipment
	DIGITPAD_SOAK=1 $(PYTEST)

lint: .venv/dev  ## check formatting, style and types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench-training: .venv/dev  ## training time on MNIST, compared with Keras' and PyTorch's examples; needs DIGITPAD_DATA
	$(BIN)/pip install --disable-pip-version-check --quiet --requirement bench/training/requirements.txt
	$(BIN)/python -m bench.training

bench-recipes: .venv/dev  ## accuracy of every recipe over several seeds; takes hours, or RAY=auto; needs DIGITPAD_DATA
	$(BIN)/python -m bench.recipes $(if $(RAY),--ray $(RAY))

bench-inference: .venv/dev  ## time to read a digit, compared with Keras and LiteRT
	$(BIN)/pip install --disable-pip-version-check --quiet --constraint constraints.txt \
		--requirement bench/inference/requirements.txt
	$(BIN)/python -m bench.inference

bench-batch: .venv/dev .venv-ray/done  ## many pictures at once: on one core, with Ray, on two nodes of which one dies; needs DIGITPAD_DATA
	$(BIN)/python -m bench.batch

bench-drawings: .venv/dev  ## accuracy on real pen strokes; needs DIGITPAD_DATA
	$(BIN)/python -m bench.drawings

bench-teaching: .venv/dev  ## what is learned from a few corrections, and what it costs; needs DIGITPAD_DATA
	$(BIN)/python -m bench.teaching

bench-pages: .venv/dev .venv-ocr/done  ## how well numbers and pages are read, compared with OCR; needs DIGITPAD_DATA
	$(BIN)/python -m bench.pages

bench-server: .venv/dev .venv-gradio/done .venv-ocr/done  ## speed of the server, compared with Gradio and RapidOCR; needs wrk
	$(BIN)/python -m bench.server

bench-browser: .venv/dev  ## the pad in Chromium: loading, reading, photographs and the camera; needs Chromium and npm
	$(BIN)/python -m bench.browser

clean:  ## remove environments and caches, but no runs
	rm -rf .venv .venv-gradio .venv-ocr .venv-ray dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Expected Python 3.11, 3.12 or 3.13; found none. Set PYTHON=/path/to/python."; exit 2; }
	$(PYTHON) -m venv .venv

.venv/serve: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing the server's dependencies into .venv."
	$(INSTALL) '.[serve]'
	@touch $@

.venv-gradio/done: .venv/bin/pip bench/server/gradio-requirements.txt
	$(PYTHON) -m venv .venv-gradio
	.venv-gradio/bin/pip install --disable-pip-version-check --quiet \
		--requirement bench/server/gradio-requirements.txt --editable .
	@touch $@

.venv-ray/done: .venv/bin/pip pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-ray
	.venv-ray/bin/pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable '.[ray]'
	@touch $@

.venv-ocr/done: .venv/bin/pip bench/pages/ocr-requirements.txt
	$(PYTHON) -m venv .venv-ocr
	.venv-ocr/bin/pip install --disable-pip-version-check --quiet --requirement bench/pages/ocr-requirements.txt
	@touch $@

.venv/train: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing the training dependencies into .venv; this takes a minute or two."
	$(INSTALL) '.[train,$(TENSORFLOW)]'
	@touch $@

.venv/notebook: .venv/train
	@echo "Installing JupyterLab."
	$(INSTALL) '.[train,$(TENSORFLOW),notebook]' jupyterlab
	@touch $@

.venv/dev: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing all dependencies into .venv; this takes a minute or two."
	$(INSTALL) '.[serve,train,$(TENSORFLOW),notebook,dev]'
	$(BIN)/python -m compileall -q -j 0 -x /tests/ .venv/lib src  # on all cores, once for all processes of the tests
	@touch .venv/serve .venv/train $@
