#!/usr/bin/env bash
# Asterisk 22 in a chroot of its own, since Debian 12 has no Asterisk.
#
#   asterisk.sh make               build the chroot where it is missing, mount what it needs (root)
#   asterisk.sh run CONFIG [...]   become `asterisk -f -C CONFIG ...` inside it; the caller ends it by its process id
#
# ASTERISK_ROOT names the folder (default /var/cache/infoline-asterisk). CONFIG is a path as seen inside the chroot.
set -euo pipefail

root=${ASTERISK_ROOT:-/var/cache/infoline-asterisk}
mirror=${DEBIAN_MIRROR:-http://deb.debian.org/debian}
release=forky

mount_if_missing() {  # kind, place
    mountpoint -q "$root/$2" && return 0
    if [ "$1" = proc ]; then mount -t proc proc "$root/$2"; else mount --bind "/$2" "$root/$2"; fi
}

installed() {  # wholly, not just unpacked by a build that was cut short
    grep -A1 -x 'Package: asterisk' "$root/var/lib/dpkg/status" 2>/dev/null | grep -qx 'Status: install ok installed'
}

make_root() {
    if ! installed; then
        echo "asterisk.sh: building $root (about two minutes)" >&2
        mkdir -p "$root"
        # debootstrap of Debian 12 does not know the release yet; its steps are those of sid
        [ -e "/usr/share/debootstrap/scripts/$release" ] || ln -sf sid "/usr/share/debootstrap/scripts/$release"
        # "debootstrap" inside the folder is left behind by a build that was cut short
        if [ ! -x "$root/usr/bin/apt-get" ] || [ -d "$root/debootstrap" ]; then
            debootstrap --variant=minbase "$release" "$root" "$mirror" >&2
        fi
        mount_if_missing proc proc
        mount_if_missing bind dev
        cp /etc/resolv.conf "$root/etc/resolv.conf"
        printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"  # nothing is to start by itself in here
        chmod 755 "$root/usr/sbin/policy-rc.d"
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C
        # the signed lists of a mirror snapshot may be past their date
        chroot "$root" apt-get -q -o Acquire::Check-Valid-Until=false update >&2
        chroot "$root" apt-get -q -y --no-install-recommends install asterisk >&2
    fi
    mount_if_missing proc proc
    mount_if_missing bind dev
    chroot "$root" asterisk -V
}

case ${1:-} in
    make) make_root ;;
    run) shift; exec chroot "$root" asterisk -f -C "$@" ;;
    *) sed -n '2,7p' "$0" | cut -c3- >&2; exit 64 ;;
esac
