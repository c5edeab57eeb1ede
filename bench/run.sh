#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# make bench: in one boot of the emulated machine the same programs run on stock kvm_intel and then
# on Lintel; one table with both, and how much of stock's cost is Lintel's.
set -eu
cd "$(dirname -- "$0")/.."
build=${BUILD:-$PWD/build}
payload=$build/bench/payload

rm -rf "$payload"
mkdir -p "$payload"
cp "$build/bench/bench" "$build/linux/lintel.ko" bench/table.awk "$payload/"
cp bench/payload.sh "$payload/run.sh"

# The model that shows most to guests; with these features Debian's kernel does not work there.
exec lab/run --model corei7_icelake_u --append clearcpuid=fsrm,avx512f,pku,xsaves --timeout "${BENCH_TIMEOUT:-900}" \
	"$payload"
