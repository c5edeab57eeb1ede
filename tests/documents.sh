#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Every name that a document has in `...` is one of the tree: a file or folder that is there, or a word
# that code, script or data has, or one of <linux/kvm.h>.  What is the kernel's, the SDM's or another
# program's is in documents.names, with whose it is.
set -u
cd "$(dirname -- "$0")/.." || exit 2

scratch=$(mktemp -d) || exit 2
trap 'rm -rf "$scratch"' EXIT
LC_ALL=C
export LC_ALL

sources() {
	git ls-files | grep -v '\.md$' | grep -vx 'tests/documents.names'
}

# What stands between two backquotes, one a line, with its document before it.
git ls-files '*.md' | xargs grep -o '`[^`]*`' | sed 's/:`/ /; s/`$//' | sort -u >"$scratch/quoted"

sources | xargs -d '\n' cat /usr/include/linux/kvm.h | grep -aoE '[A-Za-z_][A-Za-z0-9_]*' |
	sort -u >"$scratch/words"
sed 's/[[:space:]].*//; /^#/d; /^$/d' tests/documents.names | sort -u >"$scratch/others"

# A word, with () or without; or the end of one of <linux/kvm.h>'s or a control's constants.
awk '$2 ~ /^[A-Za-z_][A-Za-z0-9_]*(\(\))?$/ && NF == 2 { sub(/\(\)$/, "", $2); print $2, $1 }' \
	"$scratch/quoted" | sort -u >"$scratch/names"
# A path below the tree.  build/ is what make leaves; capitals stand for something.
awk '$2 ~ /^[a-z][A-Za-z0-9_.-]*(\/[A-Za-z0-9_.-]+)+\/?$/ && NF == 2 && $2 !~ /^build\// { print $2, $1 }' \
	"$scratch/quoted" | sort -u >"$scratch/paths"

join -v 1 "$scratch/names" "$scratch/words" | join -v 1 - "$scratch/others" |
	while read -r name document; do
		grep -qE "[A-Z0-9]_$name\$" "$scratch/words" ||
			echo "$document: \`$name\` is nowhere in the tree"
	done >"$scratch/lost"
join -v 1 "$scratch/paths" "$scratch/others" | while read -r path document; do
	[ -e "$path" ] || echo "$document: \`$path\` is not there"
done >>"$scratch/lost"
# `name`, `name` in `path`: there it is; and so with the last name of a line that ends with a path.
{
	git ls-files '*.md' | xargs grep -oE '(`[A-Za-z_0-9]+(\(\))?`(, | and ))*`[A-Za-z_0-9]+(\(\))?` in `[a-z][^` ]*\.[chS]`' |
		sed 's/(\?)\?//g; s/ in `/ /; s/`//g; s/,//g; s/ and / /g; s/:/ /' | awk '{ for (i = 2; i < NF; i++) print $1, $NF, $i }'
	git ls-files '*.md' | xargs grep -E '^[[:space:]].* [a-z]+/[a-z0-9_/]+\.[chS]$' |
		sed 's/:/ /' | awk '$(NF - 1) ~ /^[a-z_0-9]+$/ { print $1, $NF, $(NF - 1) }'
} | while read -r document path name; do
	grep -qw "$name" "$path" 2>/dev/null || echo "$document: \`$name\` is not in $path"
done >>"$scratch/lost"
# A line of documents.names that nobody needs is wrong too.
cut -d ' ' -f 1 "$scratch/names" "$scratch/paths" | sort -u | join -v 2 - "$scratch/others" |
	sed 's/.*/tests\/documents.names: no document has `&`/' >>"$scratch/lost"
cat "$scratch/lost"
[ ! -s "$scratch/lost" ]
