# SPDX-License-Identifier: GPL-2.0
#
# Lintel.  The two commands:
#
#	make run	build everything, boot the emulated machine, load the module, run a guest
#	make test	every test there is: unit tests under sanitizers, then the lab
#	make install	the command, its manual and completion (PREFIX=, DESTDIR=)
#	make simulate	whole machines from seeds, SEEDS= of them; SEED= and STEPS= run one again
#	make bench	stock kvm_intel and Lintel side by side in the lab, cost by cost: text, build/bench.json, build/bench.svg
#	make budget	bench/budget anew: what each row of the benchmark may cost on Lintel
#	make bench-scale	with many slots, vCPUs and VMs
#
# Parts: module (build/linux/lintel.ko), tool (build/tool/lintel), guests, api-tests, unit.
# The module for the running kernel: make module KDIR=/lib/modules/$(uname -r)/build

ifneq ($(words $(CURDIR)),1)
$(error no blank can be in the name of the directory, for make and the kernel's makefiles: $(CURDIR))
endif

BUILD := $(CURDIR)/build
export HYPERVISOR LINUX INTERACTIVE
KDIR ?= $(or $(shell lab/headers.sh 6.1),$(error no headers of 6.1: the lab says above why))
# As many jobs as processors, of this make and those below it together.
JOBS = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all run test bench bench-scale budget deps module module-6.12 tool guests api-tests unit unit-test simulate tree-test tool-test page-test \
	dist package-test fuzz module-test memory-test coverage mutate vmentry payload lab-test clients-test conformance install clean

all: module tool guests api-tests

deps:
	@lab/deps.sh

module: deps
	$(MAKE) -s $(JOBS) -C linux KDIR=$(KDIR) OUT=$(BUILD)/linux W=1

# For the other kernel that the lab boots.
module-6.12: deps
	kdir=$$(lab/headers.sh 6.12) && $(MAKE) -s $(JOBS) -C linux KDIR="$$kdir" OUT=$(BUILD)/linux-6.12 W=1

tool: deps
	$(MAKE) -s $(JOBS) -C tool BUILD=$(BUILD)

guests: tool
	$(MAKE) -s -C tests/conformance/guest BUILD=$(BUILD)

api-tests: deps
	$(MAKE) -s -C tests/conformance/api BUILD=$(BUILD)

# The machine boots (once; then its snapshot is kept) while the rest is compiled.
# HYPERVISOR=kvm, LINUX=0, INTERACTIVE=1: see show.sh.
run: deps
	@tests/lab/show.sh --prepare & booted=$$!; \
	$(MAKE) -s $(JOBS) module tool guests && wait $$booted && tests/lab/show.sh

# Each part prints what it ran and "N passed, N failed".  What needs no emulated machine runs side by
# side, since much of it keeps one processor only; each part's output comes when it ends.
test: deps
	@$(MAKE) $(JOBS) --output-sync=target --no-print-directory tree-test unit-test tool-test fuzz module-test
	@$(MAKE) --no-print-directory lab-test
	@echo "make test: everything passed"

unit: deps
	$(MAKE) -s $(JOBS) -C tests/unit

unit-test: unit
	$(BUILD)/unit/unit

SEEDS ?= $(if $(SEED),1,10000)
simulate: unit
	$(BUILD)/unit/unit --seeds $(SEEDS) $(if $(SEED),--seed $(SEED)) \
		$(if $(STEPS),--steps $(STEPS)) simulation

# What documents say of the tree, and how scripts are written.
tree-test: deps
	tests/tree.sh

tool-test: tool
	tests/tool/run.sh

# In a browser, which is a big thing to download: not part of `make test'.
page-test: tool
	tests/page/page.sh $(BUILD)/tool/lintel

# Each fuzzer for TIME seconds (10): make fuzz TIME=600
fuzz: deps
	$(MAKE) -s -C tests/fuzz check

# The unit tests under MemorySanitizer: what is used, or given to user space, without a value.
memory-test: deps
	$(MAKE) -s -C tests/unit memory

# Which lines and branches of core/ the unit tests execute.
coverage: deps
	tests/coverage.sh

# Which small faults in core/ (or FILES="core/...") the unit tests see; SAMPLE=N SEED=S: some of them.
mutate: deps
	@lab/deps.sh python3-clang
	tests/mutate/mutate.py $(if $(SAMPLE),--sample $(SAMPLE)) $(if $(SEED),--seed $(SEED)) $(FILES)

# What any KVM has to do, on this machine's /dev/kvm or another.
DEVICE ?= /dev/kvm
conformance: tool api-tests guests
	$(MAKE) -s -C tests/conformance/guest BUILD=$(BUILD) payload
	tests/conformance/run.sh $(DEVICE)

# For clangd and its like.
compile_commands.json: module
	tests/compile-commands.sh $(KDIR) >$@

# The module against both kernels it is for: no warning, from the compiler or from sparse.
module-test: deps
	tests/module.sh

# The module that the lab's vmentry tests load.
vmentry: deps
	$(MAKE) -s $(JOBS) -C tests/conformance/vmentry KDIR=$(KDIR) OUT=$(BUILD)/vmentry

# The programs beside those that the lab's payloads need; and the benchmark's, so that it is built.
payload: deps
	$(MAKE) -s -C tests/lab BUILD=$(BUILD)
	$(MAKE) -s -C bench

lab-test: all module-6.12 vmentry payload
	tests/lab/same.sh
	tests/lab/all.sh
	bench/budget.sh
	tests/clients/all.sh microvm runsc

# The programs that people use KVM by, from Debian, on stock KVM and on Lintel: an hour or more; two of
# the rows are part of `make test'.
clients-test: module module-6.12 payload tool
	tests/clients/names.sh
	tests/clients/compat.sh
	tests/clients/all.sh

# Both hypervisors in one boot of each machine, the same binaries.
bench: module tool
	$(MAKE) -s -C bench
	bench/run.sh --json $(BUILD)/bench.json --svg $(BUILD)/bench.svg

budget: module tool
	$(MAKE) -s -C bench
	bench/budget.sh --write

# What grows with the number of slots, vCPUs and VMs.
bench-scale: module tool
	$(MAKE) -s -C bench
	bench/scale.sh

# The command, its manual, and the completion for bash.
install:
	$(MAKE) -s -C tool BUILD=$(BUILD) install

# The tree as it was committed: build/lintel-VERSION.tar.xz, the same bytes each time.
NAME := lintel-$(shell cat VERSION)
dist:
	@mkdir -p $(BUILD)
	git archive --prefix=$(NAME)/ HEAD | xz -T1 -9 >$(BUILD)/$(NAME).tar.xz.new
	mv $(BUILD)/$(NAME).tar.xz.new $(BUILD)/$(NAME).tar.xz

# The Debian packages, in fresh roots of Debian 12 and 13; as root.
package-test: deps
	tests/package/package.sh

clean:
	rm -rf $(BUILD)
