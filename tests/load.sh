#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# load.sh [lintel|kvm] [SECONDS] [CPUS]: a guest with 2 vCPUs (and one with 4 where there are 4
# CPUs) works for SECONDS of its own time (600) while its memory is unmapped, moved, protected,
# copied, and comes and goes in slots; in the emulated machine, which takes longer.  On Lintel
# (lintel) or on stock KVM (kvm).  `make test` does it for 5 s.
set -eu
cd "$(dirname -- "$0")/.."
. tests/lab/payload.sh
modules=${1:-lintel}
seconds=${2:-600}
cpus=${3:-2}

payload "$build/load" tests/lab/payload/load.sh
echo $((seconds / 5)) >"$build/load/long"
exec lab/run --modules "$modules" --cpus "$cpus" --timeout $((seconds * 20)) "$build/load"
