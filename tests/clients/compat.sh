#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# compat.sh [QEMU [MODEL MODEL]]: what `lintel compat --qemu` says of two processors, against QEMU itself: two
# models of the emulated machine are recorded there, and with the features turned off that it names QEMU
# gives a guest the same VMX on both, by stock KVM, which has nested VMX. Without, it is not the same (else
# nothing was tested). QEMU is qemu-7.2, the models are haswell and icelake_u, where nothing is said.
set -eu
cd "$(dirname -- "$0")/../.."
. tests/lab/payload.sh
client=${1-qemu-7.2}
[ $# -ge 3 ] || set -- "$client" haswell icelake_u
shift
work=$build/clients/compat
lintel=$build/tool/lintel

# machine MODEL NAME PROPERTIES: the log, in $work/NAME.MODEL.log.
machine() {
	rm -rf "$work/payload"
	mkdir -p "$work/payload"
	cp -a "$(lab/client.sh "$client")/root" "$work/payload/"
	cp "$lintel" tests/lab/payload/check.sh tests/clients/payload/*.sh "$work/payload/"
	printf "properties='%s'\n. ./expand.sh\n" "$3" >"$work/payload/run.sh"
	lab/run --kernel 6.1 --modules kvm --model "$1" --memory 768 "$work/payload" >"$work/$2.$1.log" 2>&1 || {
		cat "$work/$2.$1.log"
		exit 1
	}
}

# lines NAME MODEL BEGINNING: those that have it, without it.
lines() {
	tr -d '\r' <"$work/$1.$2.log" | sed -n "s/^$3 //p"
}

mkdir -p "$work"
for model in "$@"; do
	machine "$model" first ''
	lines first "$model" recording: >"$work/$model.msr"
done
options=$("$lintel" compat --qemu --qemu-version "${client#qemu-}" "$work/$1.msr" "$work/$2.msr")
echo "# $options"
properties=$(echo "$options" | tr ',' '\n' | sed -n 's/^-\(vmx-.*\)/"\1":false/p' | paste -sd,)
for model in "$@"; do
	machine "$model" second "$properties"
	for which in all alike; do
		lines second "$model" "feature: $which" | sort >"$work/$which.$model"
	done
done

! cmp -s "$work/all.$1" "$work/all.$2" || {
	echo "not ok - $1 and $2 are the same to QEMU: take others"
	exit 1
}
if [ "$(grep -c true "$work/alike.$1")" -lt 40 ] || ! diff "$work/alike.$1" "$work/alike.$2"; then
	echo "not ok - with these, QEMU gives a guest other VMX features on $1 and on $2"
	exit 1
fi
echo "ok - QEMU gives a guest the same VMX on $1 and on $2: $(grep -c true "$work/alike.$1") features, of which" \
	"$(diff "$work/all.$1" "$work/all.$2" | grep -c '^<') differed"
