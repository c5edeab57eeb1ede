# SPDX-License-Identifier: GPL-2.0
# A guest under load while its memory is taken away and given back; as many times 5 s as the file
# "long" says.
echo madvise >/sys/kernel/mm/transparent_hugepage/enabled
echo 1 >/sys/kernel/mm/ksm/run
exec ./api-tests --times --long="$(cat long 2>/dev/null || echo 1)" load_
