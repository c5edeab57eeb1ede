#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# page.sh LINTEL: the page of `lintel matrix' in a browser (Chromium, 120 MB to download): page.js uses
# it, on a wide and on a narrow window; and the page as text.
set -u
lintel=$(realpath -- "$1")
cd "$(dirname -- "$0")/../.." || exit 2
. tests/tool/report.sh
lab/deps.sh chromium tidy || exit 2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
page=$work/page.html

is_tidy() {
	! tidy -e -q "$1" 2>&1 | grep .
}

# Nothing is fetched, whatever it is called.
stands_alone() {
	! grep -nE '(src|href|action|srcset|data)="?[^"d]|url\(|@import|import\(|fetch\(|XMLHttp' "$page"
}

# Each processor that was recorded has its column, with its name.
has_all() {
	recorded=$(cat data/cpus/*.msr | awk '/^\[/ { sets++ } END { print sets + 0 }')
	files=$(grep -L '^\[' data/cpus/*.msr | wc -l)
	[ "$(grep -c '^<th scope="col" class="c[0-9]' "$page")" -eq $((recorded + files)) ]
}

# browse WIDTH: page.js on the page in a window of that width.
browse() {
	sed '/<\/body>/d; /<\/html>/d' "$page" >"$work/$1.html"
	{
		echo '<script>'
		cat tests/tool/page.js
		echo '</script></body></html>'
	} >>"$work/$1.html"
	timeout 300 chromium --headless --no-sandbox --disable-gpu --enable-logging=stderr --v=0 \
		--user-data-dir="$work/profile" --window-size="$1,900" --virtual-time-budget=20000 \
		--dump-dom "file://$work/$1.html" >"$work/dom" 2>"$work/log"
	sed -n '/<pre id="result">/,/<\/pre>/p' "$work/dom" | sed 's/<[^>]*>//g' | grep . |
		tee "$work/result"
	[ "$(grep -c '^ok ' "$work/result")" -gt 15 ] && ! grep -q '^not ok' "$work/result"
}

console_is_silent() {
	! grep CONSOLE "$work/log"
}

# What a recording says is text, whatever it looks like.
hostile() {
	sed 's|^# cpu:.*|# cpu: <script>document.title="x"</script><img src=x onerror=y> \&amp; "q"|' \
		data/cpus/Skylake_00506E3.msr >"$work/<b>.msr"
	"$lintel" matrix "$work/<b>.msr" >"$work/hostile.html" &&
		! grep -qE '<script>d|<img|<b>\.msr' "$work/hostile.html" &&
		grep -q '&lt;script&gt;document' "$work/hostile.html" && is_tidy "$work/hostile.html"
}

check "the page is written" "$lintel" matrix -o "$page"
check "it is well-formed" is_tidy "$page"
check "it needs nothing else" stands_alone
check "it has all recorded processors" has_all
check "a recording cannot put HTML in it" hostile
check "it works in a wide window" browse 1400
check "without a word on the console" console_is_silent
check "it works in a narrow window" browse 500
check "without a word on the console" console_is_silent
finish
