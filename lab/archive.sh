# SPDX-License-Identifier: GPL-2.0
#
# Debian's archive, one release at a time, whatever release the host is: lists of packages of its own
# for each release, in the cache; packages are unpacked there and never installed. To be sourced
# after cache.sh. RELEASE is a code name: bookworm (12), bookworm-backports, trixie (13).

archives=$lab_cache/archive

# Lists are read again after this many days; a package that is gone from the archive asks for it too.
archive_days=7

host_release() (
	# shellcheck source=/dev/null
	. /etc/os-release
	echo "${VERSION_CODENAME-}"
)

# in_archive RELEASE COMMAND... : an apt command that sees this release alone, and no installed package.
in_archive() {
	APT_CONFIG=$archives/$1/apt.conf
	shift
	APT_CONFIG=$APT_CONFIG "$@"
}

# archive_sources RELEASE: lines for sources.list: those that the host's apt has for its own release,
# with RELEASE in its place.
archive_sources() {
	case $1 in
	*-backports) other='' ;;
	*) other='|-updates|-security' ;;
	esac
	for keys in /usr/share/keyrings/debian-archive-keyring.*; do :; done
	# shellcheck disable=SC2016 # apt's own variables
	apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
		awk -v suite="^($(host_release)|stable|oldstable)($other)\$" -v release="$1" -v keys="$keys" '
			$3 == "main" && $2 ~ suite {
				which = $2
				sub(/^[^-]*/, release, which)
				print "deb [signed-by=" keys "] " $1, which, "main"
			}' | sort -u
}

archive_configure() {
	dir=$archives/$1
	mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
	archive_sources "$1" >"$dir/sources.list"
	[ -s "$dir/sources.list" ] ||
		fail "no source of Debian's packages: apt's sources name neither $(host_release) nor stable, component main"
	cat >"$dir/apt.conf" <<END
Dir::Etc::sourcelist "$dir/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "$dir/lists";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
APT::Sandbox::User "root";
Acquire::Languages "none";
END
}

# archive_update RELEASE: read its lists anew. False, with apt's words, when that fails.
archive_update() {
	say "reading Debian's lists of packages of $1..."
	archive_configure "$1"
	touch "$archives/$1/checked"
	in_archive "$1" apt-get -qq -o APT::Update::Error-Mode=any update >"$archives/$1/log" 2>&1 || {
		sed 's/^/lab: /' "$archives/$1/log" >&2
		return 1
	}
	: >"$archives/$1/complete"
}

archive_is_fresh() {
	[ -e "$archives/$1/complete" ] &&
		[ -n "$(find "$archives/$1/checked" -mtime "-$archive_days" 2>/dev/null)" ]
}

archive_refresh() {
	! archive_is_fresh "$1" || return 0
	archive_update "$1" && return 0
	[ -e "$archives/$1/complete" ] || return 1
	say "going on with the lists of $1 that were read before"
}

# archive RELEASE: see to it that its lists are there. False when they can't be had.
archive() {
	archive_is_fresh "$1" || locked "archive.$1" archive_refresh "$1"
}

# candidate RELEASE PACKAGE: the version that apt would take; empty if it knows none.
candidate() {
	in_archive "$1" apt-cache show --no-all-versions "$2" 2>/dev/null |
		sed -n 's/^Version: //p' | head -n 1
}

# depends RELEASE PACKAGE PATTERN: names of its dependencies that match PATTERN.
depends() {
	in_archive "$1" apt-cache show --no-all-versions "$2" 2>/dev/null |
		sed -n 's/^Depends: //p' | tr ',|' '\n' | sed 's/^ *//; s/ .*//' |
		grep -x -e "$3" | sort -u
}

# libraries RELEASE PACKAGE...: names of the packages with the libraries that these need, directly and not.
libraries() {
	release=$1
	shift
	in_archive "$release" apt-get -qs --no-install-recommends install "$@" |
		sed -n 's/^Inst \(lib[^ ]*\) .*/\1/p' |
		grep -vE -e '-(data|common|common-data|bin|modules|runtime|systemd)$'
}

# watch_download DIR MB: say now and then how much of it is there, until killed.
watch_download() {
	while sleep 3; do
		say "  $(($(du -sk "$1" | cut -f1) / 1024)) of $2 MB"
	done
}

download() {
	release=$1 debs=$2
	shift 2
	mkdir -p "$debs"
	cd "$debs" || return 1
	size=$(in_archive "$release" apt-get -qq --print-uris download "$@" |
		awk '{ sum += $3 } END { printf "%d", sum / 1048576 + 0.5 }')
	watch_download "$debs" "$size" &
	watcher=$!
	downloaded=0
	in_archive "$release" apt-get -qq download "$@" >log 2>&1 || downloaded=$?
	kill "$watcher"
	wait "$watcher" 2>/dev/null || true
	return $downloaded
}

# unpack RELEASE INTO PACKAGE...: download packages, unpack them into INTO, install nothing. False, with
# apt's words, when they can't be had.
unpack() {
	release=$1 into=$2
	shift 2
	(download "$release" "$into/debs" "$@") || {
		# What the lists name may have left the archive since.
		locked "archive.$release" archive_update "$release" &&
			(download "$release" "$into/debs" "$@") || {
			[ ! -e "$into/debs/log" ] || sed 's/^/lab: /' "$into/debs/log" >&2
			return 1
		}
	}
	for deb in "$into"/debs/*.deb; do
		dpkg -x "$deb" "$into" || return 1
	done
	rm -r "$into/debs"
}

# release_of 12|13: its code name; nothing for another.
release_of() {
	case $1 in
	12) echo bookworm ;;
	13) echo trixie ;;
	esac
}

# kernel_release 6.1|6.12: the release whose kernel that is, with headers that this host's C library
# can run the programs of: Debian 12 takes 6.12 from its backports.
kernel_release() {
	case $1-$(host_release) in
	6.1-*) echo bookworm ;;
	6.12-bookworm) echo bookworm-backports ;;
	*) echo trixie ;;
	esac
}
