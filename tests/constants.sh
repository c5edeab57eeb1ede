#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# A constant stands once: each name that two files of core/, facts/, linux/ and sim/ define, as a macro
# or in an enum, is printed with where that is.  Not what a table's rows are made with: a macro with
# parameters that each .c file has in its own way, or one that a list undefines when it has used it.
set -u
cd "$(dirname -- "$0")/.." || exit 2

# NAME: why it is in several files.
exceptions='
ALWAYS: a word of rows, each list says of what
PIN: in core/vmcs/check_controls.c, short for the field in rows
CPU1: the same
CPU2: the same
CPU3: the same
RW: in core/emulate/opcodes.c, short for two flags in rows
HOST_NEEDS: the two platforms
host_irqlock_init: the two platforms
host_mutex_init: the two platforms
host_spin_init: the two platforms
host_srcu_init: the two platforms
host_srcu_init_brief: the two platforms
pr_fmt: asked for by the kernel
_GNU_SOURCE: asked for by the C library
'

awk -v exceptions="$exceptions" '
# A macro with parameters in a .c file is its own, unless another has the same to the letter.
function define(name, text,  key) {
	key = name
	if (text != "" && FILENAME ~ /\.c$/)
		key = name " " text
	if ((key, FILENAME) in seen)
		return
	seen[key, FILENAME]
	name_of[key] = name
	places[key] = places[key] " " FILENAME ":" FNR
	files[key]++
	if (text != "" && FILENAME ~ /\.h$/)
		in_header[name] = in_header[name] " " FILENAME ":" FNR
	else if (text != "")
		own[name] = own[name] " " FILENAME ":" FNR
}
function macro(line,  name) {
	sub(/^#[ \t]*define[ \t]+/, "", line)
	gsub(/[ \t]+/, " ", line)
	name = line
	sub(/[^A-Za-z0-9_].*/, "", name)
	define(name, substr(line, length(name) + 1, 1) == "(" ? line : "")
}
function constants(line,  part, count, i) {
	count = split(line, part, ",")
	for (i = 1; i <= count; i++)
		if (match(part[i], /^[ \t]*[A-Z][A-Z0-9_]*[ \t]*(=|$)/)) {
			gsub(/^[ \t]+|[ \t]*(=.*)?$/, "", part[i])
			define(part[i], "")
		}
}
FNR == 1 { in_enum = 0; held = "" }
{
	line = held $0
	held = ""
	gsub(/\/\*([^*]|\*+[^*\/])*\*+\//, "", line)
}
line ~ /^#.*\\$/ { held = substr(line, 1, length(line) - 1); next }
line ~ /^#[ \t]*undef/ { split(line, part); undefined[part[2]] }
line ~ /^#[ \t]*define/ { macro(line) }
line ~ /^#/ { next }
line ~ /^[ \t]*(static |const )*enum([ \t]+[a-z_0-9]+)?[ \t]*\{/ {
	in_enum = 1
	sub(/^[^{]*\{/, "", line)
}
in_enum {
	constants(line ~ /\}/ ? substr(line, 1, index(line, "}") - 1) : line)
	in_enum = line !~ /\}/
}
END {
	count = split(exceptions, line_of, "\n")
	for (i = 1; i <= count; i++)
		if (split(line_of[i], part, ":") > 1)
			excepted[part[1]]
	for (key in files) {
		name = name_of[key]
		if (name in undefined || name in excepted)
			continue
		if (files[key] > 1 || (key == name && files[name] && in_header[name] && own[name])) {
			print name ": " places[key] (key == name ? own[name] : "")
			bad = 1
		}
	}
	exit bad
}' core/*.[ch] core/*/*.[ch] facts/*.[ch] linux/*.[ch] linux/include/*.h sim/*.[ch] sim/include/*.h
