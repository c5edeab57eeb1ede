#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# Tables of documents that have a row for each of something have one for each that is in the tree.  (That
# what a row names is there, documents.sh looks.)  Unit tests hold the tables of api.md, vm-entry-checks.md
# and the walkthrough, which say more of the code than names.
set -u
cd "$(dirname -- "$0")/.." || exit 2
missing=$(mktemp) || exit 2
trap 'rm -f "$missing"' EXIT

# each DOCUMENT WHAT: each line of standard input is in a row of it, by itself or in backquotes.
each() {
	while read -r name; do
		sed -n '/^|/p' "$1" | tr '`,|> ()' '\n' | grep -qxF -e "$name" ||
			echo "$1: no row for $2 $name"
	done >>"$missing"
}

git ls-files 'facts/*_list.h' 'core/*_list.h' | each docs/design.md 'the list'
{
	git ls-files | sed -n 's,^\([a-z]*/\).*,\1,p' | grep -vx -e data/ -e tests/
	git ls-files core tool tests vmm | sed -n 's,^\([a-z]*/[a-z]*/\).*,\1,p'
} | sort -u | each docs/design.md 'the folder'
git grep -hoE '^\s+host_(mutex|spinlock|irqlock|srcu)_t [a-z_]+;' -- core |
	sed 's/.* //; s/;//' | sort -u | each docs/locking.md 'the lock'
sed -n 's/^module_param[a-z_]*(\([a-z_]*\),.*/\1/p' linux/*.c | each docs/running.md 'the parameter'
git ls-files 'tests/conformance/api/*.c' | sed 's,.*/,,' | grep -vx -e harness.c -e vm.c |
	each tests/conformance/api/README.md 'the file'
sed -n 's/^\([a-z]*\))$/\1/p' tests/debug-kernel.sh | each docs/debug-kernels.md 'the kind'

cat "$missing"
[ ! -s "$missing" ]
