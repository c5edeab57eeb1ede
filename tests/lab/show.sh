#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# make run: boot the emulated machine with the module, run guests in it, show what happens.
#
#	show.sh --prepare	only boot it, for the snapshot
#
# HYPERVISOR=kvm: with stock KVM in Lintel's place; LINUX=0: without the Linux guest at the end;
# INTERACTIVE=1: which reads what is typed on the terminal.
set -eu
cd "$(dirname -- "$0")/../.."
. tests/lab/payload.sh

linux=${LINUX:-1}
seconds=900
set -- "${1-}" --modules "${HYPERVISOR:-lintel}"
if [ "${INTERACTIVE:-0}" = 1 ]; then
	linux=1
	seconds=86400
	set -- "$@" --interactive
fi
[ "$linux" = 0 ] || set -- "$@" --memory 512 --timeout "$seconds"
mode=$1
shift
if [ "$mode" = --prepare ]; then
	[ "${INTERACTIVE:-0}" != 1 ] || exit 0 # that one boots
	exec lab/run --prepare "$@"
fi
payload "$build/run/payload" tests/lab/payload/show.sh
[ "$linux" = 0 ] || payload_linux "$build/run/payload"
[ "${INTERACTIVE:-0}" != 1 ] || : >"$build/run/payload/interactive"
exec lab/run "$@" "$build/run/payload"
