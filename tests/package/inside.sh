# SPDX-License-Identifier: GPL-2.0
# In a fresh root, whose /build has the tree: build, look at, install, use and remove the packages.
set -eu
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
kernel=$(basename "$(ls -d /usr/src/linux-headers-*-amd64 | tail -n 1)")
kernel=${kernel#linux-headers-}

# All files but those that installing anything changes, or building any module: indices, keys.
files() {
	find / -xdev \( -path /build -o -path /proc -o -path /tmp -o -path /var/log -o -path /var/cache \
		-o -path /var/lib/dpkg -o -path /var/lib/apt -o -name 'modules.*' -o -path '/var/lib/dkms/mok.*' \) \
		-prune -o -print | sort
}

cd /build/lintel
dpkg-buildpackage -b -us -uc
echo "ok - the packages build"
version=$(cat VERSION)
cd /build
lintian --allow-root --tag-display-limit 0 ./*.changes >lintian.log || true
cat lintian.log
! grep '^E:' lintian.log
echo "ok - lintian has no error"
files >before
apt-get -q -y -o Acquire::Languages=none install ./lintel_*.deb ./lintel-dkms_*.deb
lintel --version | grep -qx "lintel $version"
[ -e /usr/share/man/man1/lintel.1.gz ] && [ -e /usr/share/bash-completion/completions/lintel ]
echo "ok - the command is installed"
dkms install "lintel/$version" -k "$kernel"
modinfo -k "$kernel" -F version lintel | grep -qx "$version"
echo "ok - DKMS builds the module for $kernel"
modinfo -k "$kernel" -F signer lintel | grep .
echo "ok - DKMS signs it with this machine's key"
apt-get -q -y purge lintel lintel-dkms
files >after
diff before after
echo "ok - removed, nothing is left"
