# make demo    fold the bundled digits net, export it as ONNX, and compare both with the original on held-out digits
# make test    everything: Swift tests, the oracles (OpenCV, Python protobuf, NumPy) against the release binary, and
#              the examples of the library and of batches
# make lint    formatting and lint, Swift and Python; changes nothing
# make format  put Swift and Python files into the form that `make lint` wants
# make reference  what is made of the code: Documentation/BuiltinRules.md, RuleKeys.md, Commands.md, Limits.md, the tables in Rules.md
#              and Export.md, the schemas of rule files and project files, and the classes of the Python package
# make build   the release binary, .build/release/caffold, statically linked
# make probe   the release binaries of the test programs: .build/release/{layer,onnx,operator,pair}-probe
# make embed   examples/embed, a package that uses the library CaffoldKit: build it, run it, compare what it prints
# make faults  the tests of kills, full disks and runs that meet, ROUNDS=100 times as many as make test runs
# make guard   hold the numbers of instructions of six runs against those stored; needs valgrind
# make fuzz SECONDS=600   fuzz all readers and whole folds with libFuzzer and AddressSanitizer (Fuzz/README.md)
# make fuzz-smoke   the same for a minute, not optimised
# make sanitize   the Swift tests under AddressSanitizer, then under ThreadSanitizer
# make batch   the tests of examples/batch, Snakemake included
# make dist    what users install, in out/dist: a Python wheel, a Debian package, a tarball, checksums
# make dist-test  install each of them where nothing of the build is, and use it
# make bench   measure against copying the file; writes Benchmarks/RESULTS.md, takes minutes and 7 GB of disk;
#              BENCH_FLAGS=--short for a quick look
# make runtimes  try exported nets in other programs; writes Documentation/Runtimes.md, takes minutes and 4 GB of disk
# make importers  try the nets themselves in programs that read Caffe's files; writes a table of Documentation/HowItCompares.md
# make targets  try what --target makes of nets in the programs that the tested targets are about; writes Documentation/Targets.md
# make clean   remove what the targets above made
#
# Each target sets up what it needs: apt packages that are missing, and a Python environment in .venv.
# PYTEST_FLAGS passes more to pytest, e.g. `make oracles PYTEST_FLAGS='-k deconvolution'`.

# One file that needs no other: it starts in half the time, since nothing is left to be loaded and put in place. The
# linker is the toolchain's own.
# swift-argument-parser gets the few names that it uses of FoundationEssentials from Sources/SmallFoundation: a sixth of
# the binary less. That target is built first, since the parser does not know that it needs it.
SWIFT_BUILD := swift build -c release -debug-info-format none --static-swift-stdlib -Xswiftc -static-executable -Xswiftc -use-ld=lld \
               -Xswiftc -module-alias -Xswiftc FoundationEssentials=SmallFoundation
CAFFOLD     := .build/release/caffold
VENV        := .venv/made
DIGITS      := examples/digits/digits.prototxt examples/digits/digits.caffemodel
FOLDED      := out/demo/digits.prototxt out/demo/digits.caffemodel
SWIFT_DIRS  := Package.swift Sources Tests Plugins Fuzz examples/embed/Package.swift examples/embed/Sources
PYTHON_DIRS := Tests/Oracles Tests/Dist examples Benchmarks python packaging

.PHONY: demo test unit oracles lint format reference small-foundation build probe packages clean embed faults fuzz fuzz-smoke sanitize guard batch bench runtimes importers targets dist dist-test

demo: build $(VENV)
	$(CAFFOLD) fold $(DIGITS) -o out/demo --verify
	@echo
	$(CAFFOLD) export $(DIGITS) -o out/demo/digits.onnx --dynamic-batch
	@echo
	.venv/bin/python examples/digits/evaluate.py $(DIGITS) $(FOLDED) --onnx out/demo/digits.onnx

test: unit oracles embed batch

unit: packages
	swift test --parallel

oracles: build probe $(VENV)
	@Scripts/setup.sh tool strace
	@Scripts/setup.sh tool dot graphviz
	@Scripts/setup.sh tool chromium
	CAFFOLD=$(CAFFOLD) .venv/bin/python -m pytest Tests/Oracles -n 2 -q -rs $(PYTEST_FLAGS)

faults: build $(VENV)
	@Scripts/setup.sh tool strace
	CAFFOLD=$(CAFFOLD) FAULT_ROUNDS=$(or $(ROUNDS),100) .venv/bin/python -m pytest Tests/Oracles/command/test_faults.py -q -rs

# The package is one of its own: it compiles caffold for itself, once, and then what has changed.
embed: packages
	swift build --package-path examples/embed --product embed
	examples/embed/.build/debug/embed $(DIGITS) out/embed | diff examples/embed/expected.txt -

guard: build
	@Scripts/setup.sh tool valgrind
	CAFFOLD=$(CAFFOLD) Scripts/guard.sh

SECONDS := 600
fuzz: packages
	Scripts/fuzz.sh $(SECONDS) $(CHECKS)

fuzz-smoke: packages
	Scripts/fuzz.sh --debug 60

# LeakSanitizer takes what is made once and kept for a leak, since Swift tags its pointers.
sanitize: packages
	ASAN_OPTIONS=detect_leaks=0 swift test --parallel --sanitize=address --scratch-path .build-address
	TSAN_OPTIONS=suppressions=$(CURDIR)/Tests/ThreadSanitizer.supp \
	  swift test --parallel --sanitize=thread -Xswiftc -DSANITIZE_THREADS --scratch-path .build-thread

batch: build $(VENV)
	@Scripts/setup.sh optional examples/batch/requirements.txt
	CAFFOLD=$(CAFFOLD) .venv/bin/python -m pytest examples/batch -q -rs

dist: build $(VENV)
	PYTHON=.venv/bin/python packaging/dist.sh $(CAFFOLD) out/dist

dist-test: dist
	@Scripts/setup.sh tool zsh
	@Scripts/setup.sh tool fish
	DIST=out/dist PYTHON=.venv/bin/python .venv/bin/python -m pytest Tests/Dist -n 2 -q -rs

runtimes: build probe $(VENV)
	.venv/bin/python Benchmarks/exports.py --caffold $(CAFFOLD) $(RUNTIMES_FLAGS)

importers: build probe $(VENV)
	.venv/bin/python Benchmarks/importers.py --caffold $(CAFFOLD)

targets: build probe $(VENV)
	.venv/bin/python Benchmarks/targets.py --caffold $(CAFFOLD) $(TARGETS_FLAGS)

bench: build $(VENV)
	@Scripts/setup.sh optional Benchmarks/requirements.txt
	@Scripts/setup.sh library openblas libopenblas-dev
	.venv/bin/python Benchmarks/run.py --caffold $(CAFFOLD) $(BENCH_FLAGS)

lint: $(VENV)
	swift format lint --strict --parallel --recursive $(SWIFT_DIRS)
	.venv/bin/ruff check $(PYTHON_DIRS)
	.venv/bin/ruff format --check $(PYTHON_DIRS)
	.venv/bin/mypy python/caffold

format: $(VENV)
	swift format --in-place --parallel --recursive $(SWIFT_DIRS)
	.venv/bin/ruff check --fix --quiet $(PYTHON_DIRS)
	.venv/bin/ruff format --quiet $(PYTHON_DIRS)

reference: build
	$(CAFFOLD) rules reference > Documentation/BuiltinRules.md
	$(CAFFOLD) rules reference --keys > Documentation/RuleKeys.md
	$(CAFFOLD) rules reference --functions | Scripts/insert.sh functions Documentation/Rules.md
	$(CAFFOLD) rules reference --layers | Scripts/insert.sh layers Documentation/Export.md
	$(CAFFOLD) rules reference --expansions | Scripts/insert.sh expansions Documentation/Portable.md
	$(CAFFOLD) rules reference --operators | Scripts/insert.sh operators Documentation/Export.md
	$(CAFFOLD) rules reference --checks | Scripts/insert.sh checks Documentation/Check.md
	$(CAFFOLD) rules reference --targets | Scripts/insert.sh targets Documentation/Targets.md
	CAFFOLD_WRITE_LIMITS=1 swift test --filter LimitsPageTests
	$(CAFFOLD) rules schema > Documentation/schemas/rules.schema.json
	$(CAFFOLD) rules schema --project > Documentation/schemas/project.schema.json
	python3 packaging/commands.py $(CAFFOLD) > Documentation/Commands.md
	python3 python/generate_results.py

small-foundation: packages
	$(SWIFT_BUILD) --target SmallFoundation

build: small-foundation
	$(SWIFT_BUILD) --product caffold

probe: small-foundation
	$(SWIFT_BUILD) --product layer-probe
	$(SWIFT_BUILD) --product onnx-probe
	$(SWIFT_BUILD) --product operator-probe
	$(SWIFT_BUILD) --product pair-probe

packages:
	@Scripts/setup.sh packages

# The stamp is written last: a set-up that was interrupted is done again.
$(VENV): Tests/Oracles/requirements.txt Scripts/setup.sh
	Scripts/setup.sh python

clean:
	rm -rf .build .build-bench .venv out examples/embed/.build
	find $(PYTHON_DIRS) -name __pycache__ -prune -exec rm -rf {} +
