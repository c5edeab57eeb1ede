# SPDX-License-Identifier: GPL-2.0
# lintel doctor, on files like another machine's, and without a KVM device.
# shellcheck shell=sh disable=SC2154 # run.sh gives the variables

doctor() {
	gives 1 "$lintel" doctor --root machine --device none "$@"
}

not_printed() {
	! printed "$1"
}

# found SECTION WHAT STATE: there is such a finding.
found() {
	doctor --json && tr -d '\n' <out | tr -s ' ' |
		grep -qF "\"section\": \"$1\", \"what\": \"$2\", \"state\": \"$3\""
}

# machine FLAGS VMX-FLAGS: a processor with these; everything else as on any machine.
machine() {
	rm -rf machine
	mkdir -p machine/proc/sys/kernel machine/sys/module/kvm_intel/parameters machine/sys/class/dmi/id \
		machine/sys/devices/system/cpu/vulnerabilities machine/sys/devices/system/cpu/smt
	printf 'processor\t: 0\nmodel name\t: A processor\ncpu family\t: 6\nmodel\t\t: 61\nstepping\t: 4\n' \
		>machine/proc/cpuinfo
	printf 'flags\t\t: fpu %s sse\nvmx flags\t: vnmi %s\n\nprocessor\t: 1\nflags\t\t: fpu\n' "$1" "$2" \
		>>machine/proc/cpuinfo
	echo 6.1.0-99-amd64 >machine/proc/sys/kernel/osrelease
	echo Y >machine/sys/module/kvm_intel/parameters/nested
	echo 'A vendor' >machine/sys/class/dmi/id/sys_vendor
	echo 'Not affected' >machine/sys/devices/system/cpu/vulnerabilities/mds
	echo 'Not affected' >machine/sys/devices/system/cpu/vulnerabilities/srbds
	echo 'Mitigation: PTE Inversion; VMX: vulnerable, SMT vulnerable' \
		>machine/sys/devices/system/cpu/vulnerabilities/l1tf
	echo 1 >machine/sys/devices/system/cpu/smt/active
}

machine vmx 'ept vpid unrestricted_guest'
check "doctor: no device: no virtual machine" doctor
check "doctor: the processor" printed 'name: A processor, family 6, model 61, stepping 4$'
check "doctor: its VT-x" printed '^  ok .*virtualization: VT-x$'
check "doctor: unrestricted guest" printed '^  ok .*unrestricted guest: yes$'
check "doctor: it is no virtual machine" printed '^  ok .*below: nothing'
check "doctor: the kernel" printed 'release: 6\.1\.0-99-amd64$'
check "doctor: the module" printed '^  ok .*kvm_intel: KVM for VT-x$'
check "doctor: its parameter" printed 'nested: Y$'
check "doctor: what the processor is not weak in" printed 'not affected: mds, srbds$'
check "doctor: what it is weak in" printed '^  look .*l1tf: Mitigation: PTE Inversion; VMX: vulnerable'
check "doctor: SMT" printed '^  look .*SMT: on$'
check "doctor: why there is no device" printed '^  no .*open: none: No such file or directory$'
check "doctor: and what helps" printed 'modprobe kvm_intel, or insmod lintel\.ko'
check "doctor: no program is judged" not_printed 'would start'
check "doctor: as data" found device open bad
check "doctor: not known is null" grep -q '"programs": null' out

machine vmx vnmi
check "doctor: without EPT" found processor EPT warning
machine 'vmx hypervisor' ept
check "doctor: in a virtual machine" found processor below warning
machine sse ''
check "doctor: VT-x is off" found processor virtualization bad
check "doctor: words for it" doctor
check "doctor: the firmware's menus" printed "firmware's menus"
machine hypervisor ''
check "doctor: VT-x is hidden" doctor
check "doctor: nested virtualization" printed 'nested virtualization'
machine svm ''
check "doctor: AMD's is none of Lintel's" found processor virtualization warning

machine vmx ept
rm -r machine/sys/module/kvm_intel
check "doctor: no module" found modules KVM bad
mkdir -p machine/sys/module/vboxdrv machine/sys/module/lintel
check "doctor: another hypervisor's" found modules vboxdrv warning
check "doctor: Lintel" found modules lintel fine
mkdir -p machine/sys/kernel/security
echo '[none] integrity confidentiality' >machine/sys/kernel/security/lockdown
check "doctor: no lockdown" found kernel lockdown fine
echo 'none [integrity] confidentiality' >machine/sys/kernel/security/lockdown
check "doctor: lockdown" found kernel lockdown warning
mkdir -p machine/dev/cpu/0
# IA32_FEATURE_CONTROL is at the offset that is its number.
printf '%58s\001\000\000\000\000\000\000\000' '' >machine/dev/cpu/0/msr
check "doctor: the firmware has locked VT-x off" found firmware IA32_FEATURE_CONTROL bad
printf '%58s\005\000\000\000\000\000\000\000' '' >machine/dev/cpu/0/msr
check "doctor: the firmware has locked VT-x on" found firmware IA32_FEATURE_CONTROL fine

mkdir empty
check "doctor: nothing can be read" gives 1 "$lintel" doctor --root empty --device none
check "doctor: it says so" printed '/proc/cpuinfo cannot be read'
check "doctor: a device that is none" gives 1 "$lintel" doctor --root machine --device /dev/null
check "doctor: says that" printed 'KVM_GET_API_VERSION is -1'
check "doctor: a word too many" refuses 'no word is expected' "$lintel" doctor now
