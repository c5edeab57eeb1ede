# SPDX-License-Identifier: GPL-2.0
# Sourced: expect_log PATTERN: what the kernel prints from here on that matches is no complaint;
# expect_log nothing: it is one again.

# So urgent that the console shows it too: it is the log of a machine that does not come to its end.
expect_log() {
	echo "<3>lab: expect $1" >/dev/kmsg
}