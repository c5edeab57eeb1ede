# SPDX-License-Identifier: GPL-2.0
# A processor that lacks what Lintel lets guests use where it can: the guests run without.
. ./check.sh

./lintel caps >caps
for control in 'enable RDTSCP' 'enable INVPCID' 'enable XSAVES/XRSTORS'; do
	check "there is no \"$control\"" grep -q "$control *fixed 0 .* 0\$" caps
done
check "nor are there EPT pages of 1 GByte" grep -q 'EPT 1-GByte pages = 0' caps
check "the guests run" sh model.sh
finish
