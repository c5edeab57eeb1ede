# SPDX-License-Identifier: GPL-2.0
# The machine reboots while a guest runs (lab/run --until reset).
. ./spin.sh

spin_start || exit 1
echo "# a guest runs; reboot"
reboot -f
