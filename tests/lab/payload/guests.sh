# SPDX-License-Identifier: GPL-2.0
# The guest programs, on whatever module is loaded.
seconds=180
# A kernel that checks itself is several times slower.
[ ! -e /proc/lockdep_stats ] || seconds=900
LINTEL=./lintel GUEST_SECONDS=$seconds exec sh guests/run.sh
