#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
#	floors.sh OBJECTS
#
# The rooms of core/ stand one above the other: each calls those below it and none above; facts/ is below
# them all.  Read from the objects below OBJECTS: what the compiler has left is what is called.
set -u

# From the lowest; core is core/*.c.  docs/design.md says what each is for.
rooms='facts core cap vmcs cpuid io mem irq vcpu msr emulate life exit api'

cd "$1" || exit 2
find facts core -name '*.o' -exec nm -A {} + | awk -v rooms="$rooms" '
# core/ROOM/FILE, core/FILE, facts/FILE
function room_of(path,  part, count) {
	count = split(path, part, "/")
	return part[count - 1]
}
BEGIN {
	count = split(rooms, names)
	for (i = 1; i <= count; i++)
		floor[names[i]] = i
}
{
	file = $1
	sub(/:.*/, "", file)
	room = room_of(file)
	if (!(room in floor)) {
		print file ": " room " is no room of tests/floors.sh"
		bad = 1
	}
	if ($(NF - 1) == "U")
		uses[file, $NF] = room
	else if ($(NF - 1) ~ /[A-Z]/)
		home[$NF] = file
}
END {
	for (use in uses) {
		split(use, part, SUBSEP)
		target = home[part[2]]
		if (target == "")
			continue
		if (floor[room_of(target)] > floor[uses[use]]) {
			print part[1] " uses " part[2] " of " target ", which is above it"
			bad = 1
		}
	}
	exit bad
}'
