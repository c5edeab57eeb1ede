#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# bochs.sh [3.0|2.7|PROGRAM]: print the directory of an emulator, without an argument that of
# $LAB_BOCHS or else 3.0:
#   3.0, 2.7   Debian 13's and Debian 12's, unpacked in the cache with the libraries that they need and
#              started by its own loader, on whatever host; or the installed one where that is the same
#   PROGRAM    one of one's own; its BIOS is looked for in $BXSHARE and beside it, in ../share/bochs
# It holds
#   bochs      the program to run           BIOS       its BIOS image
#   version    by which snapshots know it   models     the processors that it can be
#   options    which of -rc and -debugger it knows: has it a debugger, and must that be asked for
#   commit     offsets for bochsfix.c, if they were found
set -eu
. "$(dirname -- "$0")/cache.sh"
. "$lab_dir/archive.sh"

emulators=$lab_cache/bochs
bios=BIOS-bochs-latest

# commit_offsets BINARY: for bochsfix.c, where a processor keeps RIP, the last instruction's RIP, and
# whether RSP is to be taken back: what the loop for one processor copies after its setjmp().
commit_offsets() {
	objdump -d --no-show-raw-insn --disassemble=_ZN8BX_CPU_C8cpu_loopEv "$1" 2>/dev/null | awk '
		/<_setjmp/ { jumped = 1 }
		!jumped { next }
		/movb +\$0x0,0x[0-9a-f]+\(%/ { split($NF, part, /[,(]/); cleared = part[2] }
		/mov +0x[0-9a-f]+\(%r[a-z]+\),%r[a-z]+$/ { split($NF, part, "("); loaded = part[1] }
		/mov +%r[a-z]+,0x[0-9a-f]+\(%r[a-z]+\)$/ {
			split($NF, part, /[,(]/)
			if (loaded != "" && part[2] != loaded && cleared != "") {
				print loaded, part[2], cleared
				exit
			}
		}'
}

# describe DIR VERSION BINARY: when DIR/bochs and DIR/BIOS are there, the rest.
describe() {
	"$1/bochs" --help cpu 2>&1 |
		awk '/^Supported CPU/ { list = 1; next } list && /^[a-z0-9_]+$/' >"$1/models"
	[ -s "$1/models" ] || return 1
	"$1/bochs" --help 2>&1 | sed -n 's/^ *\(-rc\|-debugger\) .*/\1/p' >"$1/options"
	commit_offsets "$3" >"$1/commit"
	echo "$2" >"$1/version"
}

# wrapper DIR COMMAND: DIR/bochs, which becomes COMMAND with the arguments that it gets.
wrapper() {
	printf '#!/bin/sh\n%s "$@"\n' "$2" >"$1/bochs"
	chmod 755 "$1/bochs"
}

# installed VERSION: print the directory of the host's own Bochs if it is of that version ("": any).
installed() {
	there=$(dpkg-query -W -f '${Version} ' bochs bochsbios 2>/dev/null) || return 1
	case $there in "${1:-${there%% *}} ${1:-${there%% *}} ") ;; *) return 1 ;; esac
	dir=$emulators/installed_${there%% *}_$maker
	[ ! -e "$dir/version" ] || return 0
	make_installed "$dir.$$" "${there%% *}" && mv -T "$dir.$$" "$dir"
}

make_installed() {
	mkdir -p "$1"
	wrapper "$1" 'exec /usr/bin/bochs-bin'
	ln -s "/usr/share/bochs/$bios" "$1/BIOS"
	describe "$1" "$2" /usr/bin/bochs-bin
}

# fetch RELEASE VERSION DIR
fetch() {
	tmp=$emulators/tmp.$$
	say "fetching Bochs $2 of Debian $1 (once)..."
	rm -rf "$tmp"
	mkdir -p "$tmp"
	# bochs-term, which is not unpacked, is the smallest of the windows that bochs depends on.
	# shellcheck disable=SC2046 # names of packages hold no spaces
	unpack "$1" "$tmp/root" bochs bochsbios $(libraries "$1" bochs bochs-term) || return 1
	lib=root/usr/lib/x86_64-linux-gnu
	# Not the name in lib64: in Debian 12 that is a link to an absolute one, the loader of this host.
	loader=$lib/ld-linux-x86-64.so.2
	[ -e "$tmp/$loader" ] || loader=root/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2
	wrapper "$tmp" "here=\$(dirname -- \"\$0\")
export BXSHARE=\$here/root/usr/share/bochs LTDL_LIBRARY_PATH=\$here/$lib/bochs/plugins
exec \"\$here/$loader\" --library-path \"\$here/$lib:\$here/root/lib/x86_64-linux-gnu:\$here/$lib/pulseaudio\" \\
	\"\$here/root/usr/bin/bochs-bin\""
	ln -s "root/usr/share/bochs/$bios" "$tmp/BIOS"
	describe "$tmp" "$2" "$tmp/root/usr/bin/bochs-bin" || return 1
	rm -rf "$3"
	mv "$tmp" "$3"
}

# is_usable LINK RELEASE: it is current, and if it leads to the installed Bochs, that is still there.
is_usable() {
	is_current "$1" "$2" || return 1
	case $(readlink "$1") in
	*/installed_*) installed "$(cat "$1/version")" ;;
	esac
}

# update LINE RELEASE
update() {
	! is_usable "$link" "$2" || return 0
	version=$(candidate "$2" bochs)
	case $version in
	"$1"*) ;;
	*) say "Debian $2 has no Bochs $1 but ${version:-none}" && return 1 ;;
	esac
	dir=$emulators/${version}_$maker
	installed "$version" || [ -e "$dir/version" ] || fetch "$2" "$version" "$dir" || return 1
	set_current "$link" "$dir"
	prune "$emulators"
}

# debian LINE RELEASE
debian() {
	maker=$(hash_of "$0")
	link=$emulators/$1_$maker
	if archive "$2" && { is_usable "$link" "$2" || locked bochs update "$1" "$2"; }; then
		dir=$(readlink -f "$link")
		return
	fi
	installed '' || fail "Bochs $1 of Debian $2 can't be had, and no Bochs is installed"
	say "Bochs $1 of Debian $2 can't be had: taking the installed Bochs, $(cat "$dir/version")"
}

# own PROGRAM
own() {
	program=$(readlink -f "$(command -v "$1")") || fail "no Bochs $1: it is 3.0, 2.7, or a program"
	for share in "${BXSHARE:-/nonexistent}" "$(dirname "$program")/../share/bochs" /usr/share/bochs; do
		[ ! -e "$share/$bios" ] || break
	done
	[ -e "$share/$bios" ] || fail "no $bios for $1: not in \$BXSHARE, ../share/bochs, /usr/share/bochs"
	version="$program $(hash_of "$program" "$share/$bios")"
	dir=$emulators/own_$(echo "$version" | hash_of -)
	[ ! -e "$dir/version" ] || return 0
	mkdir -p "$dir.$$"
	wrapper "$dir.$$" "exec '$program'"
	ln -s "$(readlink -f "$share/$bios")" "$dir.$$/BIOS"
	describe "$dir.$$" "$version" "$program" || fail "$1 does not answer as Bochs does"
	mv -T "$dir.$$" "$dir"
}

mkdir -p "$emulators"
bochs=${1:-${LAB_BOCHS:-3.0}}
case $bochs in
3.0) debian 3.0 trixie ;;
2.7) debian 2.7 bookworm ;;
*) own "$bochs" ;;
esac
touch "$dir"
echo "$dir"
