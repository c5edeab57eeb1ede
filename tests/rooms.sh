#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Does each folder include only what it may?  Each line that does not is printed.
set -u
cd "$(dirname -- "$0")/.." || exit 2

# FILES: what an #include of theirs in quotes may name, as ERE.
rooms='
facts/*.[ch]: facts/|core/types\.h
core/*.[ch] core/*/*.[ch]: (facts|core)/
sim/*.[ch] sim/include/*.h: (sim|core|facts)/
linux/*.[ch] linux/include/*.h: (linux|core|facts)/
words/*.[ch]: words/
vmm/*.[ch] vmm/device/*.[ch]: (vmm|words|facts)/
tool/*.[ch]: tool/[^/]*$|words/|vmm/vmm\.h
tool/processor/*.[ch]: tool/(processor/)?[^/]*$|(core|facts)/
tool/processors/*.[ch]: tool/(processors?/)?[^/]*$|(words|core|facts)/
tool/doctor/*.[ch]: tool/((doctor|processor)/)?[^/]*$|facts/
tool/explain/*.[ch]: tool/((explain|processor)/)?[^/]*$|(words|core|facts)/
tool/vms/*.[ch]: tool/((vms|explain|processor)/)?[^/]*$|(words|core|facts)/
tool/generate/*.[ch]: tool/((generate|processor)/)?[^/]*$
'

# outside ALLOWED FILE...: the lines that include something else.  A name is one of the file's own
# folder, or else from the root, the core, or the platform's headers on.
outside() {
	allowed=$1
	shift
	awk -v allowed="^($allowed)" '
	function is_there(path,  line, there) {
		there = (getline line < path) >= 0
		close(path)
		return there
	}
	function place(name,  own, top, count, at, i) {
		own = top = FILENAME
		sub(/[^\/]*$/, "", own)
		sub(/\/.*/, "/", top)
		count = split(own " ./ core/ " top " " top "include/", at, " ")
		for (i = 1; i <= count; i++)
			if (is_there(at[i] name))
				return at[i] == "./" ? name : at[i] name
		return "nowhere"
	}
	/^#[ \t]*include[ \t]*"/ {
		split($0, part, "\"")
		if (place(part[2]) !~ allowed)
			print FILENAME ":" FNR ": " $0
	}' "$@"
}

# What is checked, and what there is.
scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
echo "$rooms" | while IFS=: read -r files allowed; do
	[ -n "$files" ] || continue
	# shellcheck disable=SC2086 # they are patterns
	set -- $files
	printf '%s\n' "$@" >>"$scratch/checked"
	outside "${allowed# }" "$@"
done >"$scratch/outside"
find facts core sim linux words vmm tool -name '*.[ch]' | grep -vxF -f "$scratch/checked" |
	sed 's/$/: no row of tests\/rooms.sh has it/' >>"$scratch/outside"
cat "$scratch/outside"
[ ! -s "$scratch/outside" ]
