# SPDX-License-Identifier: GPL-2.0
# What is done in a container of container.sh.
uname -a
opened=0
while [ $opened -lt 500 ]; do
	: </dev/null && opened=$((opened + 1))
done
echo "opened $opened"
started=0
while [ $started -lt 20 ]; do
	/bin/busybox true && started=$((started + 1))
done
echo "started $started"
seq 100 | awk '{ sum += $1 } END { print sum }'
