# Every target calls what a developer would type. They need Python 3.11 to 3.13, `make test` Chromium and npm too.

SUPPORTED := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11; do \
	$$python -c "$(SUPPORTED)" 2>/dev/null && echo $$python && break; done)
TENSORFLOW ?= $(if $(shell command -v nvidia-smi),gpu,cpu)
BIN := .venv/bin
INSTALL := $(BIN)/pip install --disable-pip-version-check --quiet --constraint constraints.txt --editable

.PHONY: serve train notebook test lint bench-training bench-recipes bench-inference bench-drawings bench-server bench-browser clean

serve: .venv/serve  ## the pad and the API, on this machine alone
	$(BIN)/digitpad serve

train: .venv/train  ## environment, data, training, one look at the test set, report, save, verify
	$(BIN)/digitpad train

notebook: .venv/notebook  ## the story in JupyterLab, with the pad
	$(BIN)/jupyter lab notebooks/mnist_draw_predict.ipynb

test: .venv/dev  ## environment, all tests
	$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: .venv/dev  ## format, lint, types
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

bench-training: .venv/train  ## how fast MNIST is learned, beside the examples of Keras and PyTorch; needs DIGITPAD_DATA
	$(BIN)/pip install --disable-pip-version-check --quiet --requirement bench/torch-requirements.txt
	$(BIN)/python bench/training.py

bench-recipes: .venv/train  ## how well every recipe learns, over several seeds; takes hours, needs DIGITPAD_DATA
	$(BIN)/python bench/recipes.py

bench-inference: .venv/train  ## how long reading a digit takes, beside Keras and LiteRT
	$(BIN)/pip install --disable-pip-version-check --quiet --constraint constraints.txt \
		--requirement bench/requirements.txt
	$(BIN)/python bench/inference.py

bench-drawings: .venv/train  ## how well real pen strokes are read; needs DIGITPAD_DATA
	$(BIN)/python bench/drawings.py

bench-server: .venv/serve .venv-gradio/done  ## how fast the server is, beside Gradio; needs wrk
	$(BIN)/python bench/server.py

bench-browser: .venv/dev  ## how fast the page without a server loads and reads; needs Chromium and npm
	$(BIN)/python bench/browser.py

clean:  ## everything but runs
	rm -rf .venv .venv-gradio dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/bin/pip:
	@test -n "$(PYTHON)" || { echo "Expected Python 3.11, 3.12 or 3.13; found none. Set PYTHON=/path/to/python."; exit 2; }
	$(PYTHON) -m venv .venv

.venv/serve: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing what the server needs into .venv."
	$(INSTALL) '.[serve]'
	@touch $@

.venv-gradio/done: .venv/bin/pip bench/gradio-requirements.txt
	$(PYTHON) -m venv .venv-gradio
	.venv-gradio/bin/pip install --disable-pip-version-check --quiet --requirement bench/gradio-requirements.txt --editable .
	@touch $@

.venv/train: .venv/bin/pip pyproject.toml constraints.txt
	@echo "Installing what training needs into .venv, which takes a minute or two."
	$(INSTALL) '.[train,$(TENSORFLOW)]'
	@touch $@

.venv/notebook: .venv/train
	@echo "Installing JupyterLab."
	$(INSTALL) '.[train,$(TENSORFLOW),notebook]' jupyterlab
	@touch $@

.venv/dev: .venv/train
	@echo "Installing what the tests need."
	$(INSTALL) '.[serve,train,$(TENSORFLOW),notebook,dev]'
	@touch $@
