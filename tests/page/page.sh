#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# page.sh LINTEL: the page of `lintel matrix' in a browser (Chromium, 120 MB to download): page.js uses
# it, on a wide and on a narrow window; and the page as text.
set -u
lintel=$(realpath -- "$1")
cd "$(dirname -- "$0")/../.." || exit 2
lab/deps.sh chromium tidy || exit 2

. tests/lab/payload/check.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
page=$work/page.html

is_tidy() {
	! tidy -e -q "$1" 2>&1 | grep .
}

# browse WIDTH: page.js on the page in a window of that width.
browse() {
	sed '/<\/body>/d; /<\/html>/d' "$page" >"$work/$1.html"
	{
		echo '<script>'
		cat tests/page/page.js
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

check "the page is written" "$lintel" matrix -o "$page"
check "it is well-formed" is_tidy "$page"
check "it works in a wide window" browse 1400
check "without a word on the console" console_is_silent
check "it works in a narrow window" browse 500
check "without a word on the console" console_is_silent
finish
