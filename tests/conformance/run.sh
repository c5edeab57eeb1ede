#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# run.sh [DEVICE]: the tests of the API and the guest programs on the KVM at DEVICE (/dev/kvm), from
# build/.  Status 1 if a test failed, 2 without a device that can be opened.
set -u
device=${1:-/dev/kvm}
cd "$(dirname -- "$0")/../.." || exit 2
build=${BUILD:-$PWD/build}

if ! { : <>"$device"; } 2>/dev/null; then
	echo "conformance: $device cannot be opened: is there a KVM, and may you use it?" \
		"In the emulated machine: make lab-test" >&2
	exit 2
fi
status=0
"$build/api/api-tests" --device "$device" || status=1
GUESTS=$build/guest/payload LINTEL=$build/tool/lintel LINTEL_DEVICE=$device \
	tests/conformance/guest/run.sh || status=1
exit $status
