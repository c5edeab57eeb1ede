#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
#	floors.sh OBJECTS
#
# The rooms of core/ stand one above the other: each calls those below it and none above.  Read from
# the objects of core/, below OBJECTS: what the compiler has left is what is called.
set -u

# From the lowest.  core/*.c are the lowest of all; docs/design.md says what each is for.
rooms='. cap vmcs cpuid io mem irq vcpu msr emulate life exit api'

cd "$1" || exit 2
find . -name '*.o' ! -path './*/*/*' -exec nm -A {} + | awk -v rooms="$rooms" '
BEGIN {
	count = split(rooms, names)
	for (i = 1; i <= count; i++)
		floor[names[i]] = i
}
{
	file = $1
	sub(/:.*/, "", file)
	sub(/^\.\//, "", file)
	room = file ~ /\// ? substr(file, 1, index(file, "/") - 1) : "."
	if (!(room in floor)) {
		print "core/" room "/ is no room of tests/floors.sh"
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
		up = target ~ /\// ? substr(target, 1, index(target, "/") - 1) : "."
		if (floor[up] > floor[uses[use]]) {
			print "core/" part[1] " uses " part[2] " of core/" target ", which is above it"
			bad = 1
		}
	}
	exit bad
}'
