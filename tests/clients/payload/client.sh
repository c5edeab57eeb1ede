# SPDX-License-Identifier: GPL-2.0
# Sourced: the program and its libraries where they belong, and how a test ends.
. ./check.sh

# With two emulated processors khugepaged makes guests crash now and then, on stock KVM too.
echo never >/sys/kernel/mm/transparent_hugepage/enabled

mv root/* /
PATH=$PATH:/usr/bin
rmdir root
: >said

# finish_client: the program's own complaints, which all.sh compares, then the sum.
finish_client() {
	sed 's/^/said: /' said
	finish
}
