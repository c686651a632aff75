# What people do with Ocellus. Every target works on a machine with nothing but a Swift toolchain: it says what is missing
# and installs it. `make help` lists the targets.

.DEFAULT_GOAL := help
.PHONY: help build demo test format parity bench accuracy curves transfer serving trackers fuzz gpu-bundle image image-proof clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## /make \1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r target what; do \
		printf '  %-14s %s\n' "$$target" "$$what"; done

build: ## Build the command: .build/release/ocellus
	@scripts/install-dependencies.sh build
	swift build -c release --product ocellus

demo: build ## Render pictures, train on them, show how good it is; all under runs/
	@scripts/demo.sh

test: ## Check the format, build and test everything, on each OpenCL runtime
	@scripts/test.sh

format: ## Rewrite the sources in the project's format
	swift format --in-place --recursive --parallel Package.swift Sources Tests

parity: ## Print the worst error of each operation on each backend
	@scripts/parity.sh

bench: build ## Time it against Keras, ONNX Runtime, OpenVINO and PyTorch, which it installs (8 GB)
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh peers Benchmarks/bench.py $(ARGUMENTS)

accuracy: build ## Compare test accuracy with Keras': make accuracy ARGUMENTS="PHOTOS --size 128 --epochs 12"
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh keras Benchmarks/compare_accuracy.py $(ARGUMENTS)

curves: build ## Compare training from scratch with PyTorch's: make curves ARGUMENTS="PHOTOS --network resnet18 --size 128"
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh peers Benchmarks/compare_curves.py $(ARGUMENTS)

transfer: build ## Time transfer learning beside PyTorch's: make transfer ARGUMENTS="PHOTOS WEIGHTS.safetensors"
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh peers Benchmarks/compare_transfer.py $(ARGUMENTS)

serving: build ## Load Ocellus' service and the guide's, side by side: make serving ARGUMENTS="runs/parts/model"
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh serving Benchmarks/compare_serving.py $(ARGUMENTS)

trackers: build ## Check what TensorBoard, MLflow and the report say of a run: make trackers ARGUMENTS="PHOTOS --pairs 5"
	@scripts/install-dependencies.sh bench
	@Benchmarks/with-python.sh trackers Benchmarks/compare_trackers.py $(ARGUMENTS)

fuzz: ## Fuzz the picture decoders a minute each, or longer: make fuzz ARGUMENTS=600
	@scripts/fuzz.sh $(ARGUMENTS)

gpu-bundle: ## Make one archive that runs on x86-64 Linux with a GPU driver and nothing else
	@scripts/install-dependencies.sh build
	@scripts/gpu-bundle.sh

image: ## Build the container image with docker, podman or buildah
	@scripts/image.sh

image-proof: ## Build it without a registry, run it, predict through it: make image-proof ARGUMENTS="MODEL PICTURE"
	@scripts/image-proof.sh $(ARGUMENTS)

clean: ## Remove what was built; runs/ stays
	swift package clean
