#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# make bench: in one boot of the emulated machine the same programs run on stock kvm_intel and then
# on Lintel; one table with both, and how much of stock's cost is Lintel's.
set -eu
cd "$(dirname -- "$0")/.."
. tests/lab/payload.sh
payload=$build/bench/payload

payload "$payload" bench/payload.sh
payload_linux "$payload"
rm -rf "$payload/guests" "$payload/api-tests"
cp "$build/bench/bench" bench/table.awk "$payload/"

# The model that shows most to guests, without the features that Debian's kernel does not work with
# there.  Booted and not restored, so that the figures are the same on every computer.
exec lab/run --cold --model corei7_icelake_u --append clearcpuid=fsrm,avx512f,pku,xsaves \
	--memory 512 --timeout "${BENCH_TIMEOUT:-1800}" "$payload"
