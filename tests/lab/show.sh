#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# make run: boot the emulated machine with the module, run guests in it, show what happens.
set -eu
cd "$(dirname -- "$0")/../.."
. tests/lab/payload.sh
payload "$build/run/payload" tests/lab/payload/show.sh
exec lab/run --modules lintel "$build/run/payload"
