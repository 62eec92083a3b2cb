#!/bin/sh
# Installs the Debian packages that the tests need and this machine lacks; quick where nothing is missing.
# A test that needs another one adds it here.
set -e
packages="
chromium
curl
dbus
graphviz
iproute2
libfaketime
mount
nftables
openssh-server
procps
prometheus
python3-venv
systemd
util-linux
"
missing=
for package in $packages; do
  dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
sudo=
[ "$(id -u)" = 0 ] || sudo='sudo -n'
echo "ci-setup: installing$missing"
export DEBIAN_FRONTEND=noninteractive
# No service of the machine's own is to start because of what tests need.
policy=/usr/sbin/policy-rc.d
[ -e "$policy" ] || { printf '#!/bin/sh\nexit 101\n' | $sudo tee "$policy" >/dev/null; $sudo chmod 755 "$policy"; made=1; }
trap '[ -z "$made" ] || $sudo rm -f "$policy"' EXIT
$sudo apt-get -q update
# shellcheck disable=SC2086
$sudo apt-get -q -y -o Dpkg::Use-Pty=0 install --no-install-recommends $missing
