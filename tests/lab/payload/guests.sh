# SPDX-License-Identifier: GPL-2.0
# The guest programs, on whatever module is loaded.
LINTEL=./lintel GUEST_SECONDS=180 exec sh guests/run.sh
