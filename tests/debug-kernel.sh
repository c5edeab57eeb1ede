#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# debug-kernel.sh [NAME...]: tests of tests/lab/list on a kernel that checks locks and sleeping (see
# lab/debug-kernel.sh), with Lintel's own assertions compiled in.  It is slow: some others take
# longer than their rows give them.
set -eu
cd "$(dirname -- "$0")/.."
LAB_KERNEL=$(lab/debug-kernel.sh)
BUILD=$PWD/build/debug-kernel
export LAB_KERNEL BUILD
make -s all DEBUG=y BUILD="$BUILD" KDIR="$LAB_KERNEL/source"
[ $# -gt 0 ] || set -- api-lintel-2 guests-lintel-2 load-4
exec tests/lab/all.sh "$@"
