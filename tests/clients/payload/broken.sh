# SPDX-License-Identifier: GPL-2.0
# broken N OPTION...: what QEMU saved is cut off, comes from another machine, or has bits inverted (N times,
# mostly in the processor's state): QEMU says so or the guest is broken, and nobody else is: a sound guest
# runs, the module goes, and the kernel has no word about it (lab/run).
. ./shared.sh

tries=$1
shift
patience=6

# counted: for some seconds, or till the guest has counted.
counted() {
	waited=0
	until grep -q '^count ' serial || [ $waited -eq "$patience" ]; do
		sleep 1
		waited=$((waited + 1))
	done
}

# try FILE OPTION...: a new QEMU takes FILE, in place of the guest that it was made of.
# Prints what became of it.
try() {
	file=$1
	shift
	cp memory-then $memory_file
	printf 'migrate_set_capability x-ignore-shared on\nmigrate_incoming "exec:cat %s"\n' "$file" >words
	: >serial
	(cat words; counted; echo "info status"; sleep 1; echo quit) | timeout 120 qemu-system-x86_64 -accel kvm \
		-m 96 -object memory-backend-file,id=ram,size=96M,mem-path=$memory_file,share=on \
		-machine memory-backend=ram -nodefaults -no-user-config -display none -serial file:serial \
		-monitor stdio -incoming defer -kernel vmlinux -initrd initrd -append "$guest_append" "$@" >output 2>&1
	echo "status $?, $(grep -c '^count ' serial) counts, $(sed -n 's/.*VM status: /VM /p' output | tr -d '\r')"
	sed -n 's/^\(qemu-system\|KVM\|error\|RAX\|RIP\)/  \1/p' output | tr -d '\r' | head -n 4
}

goes_on() {
	grep -q '^status 0, [1-9]' sound || ! cat sound
}

check "QEMU started" start_shared "$@"
check "the guest counts" counts_on
check "it is saved" save
check "QEMU ended" quit
cp $memory_file memory-then
size=$(wc -c <state)
echo "$size bytes"

for part in 0 1 2 3 4 5 6 7; do
	head -c $((size * part / 8 + part)) state >spoiled
	echo "cut off at $((size * part / 8 + part)): $(try spoiled "$@")"
done
echo "for another machine: $(try state -M q35)"
echo "for another processor: $(try state "$@" -cpu qemu32)"
n=0
while [ $n -lt "$tries" ]; do
	n=$((n + 1))
	cp state spoiled
	./spoil spoiled $n $((n % 4 + 1))
	echo "spoiled $n: $(try spoiled "$@")"
done
patience=60
try state "$@" >sound
check "a sound one goes on" goes_on
check "the module goes" unloads
finish_client
