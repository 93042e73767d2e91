#!/bin/bash
# leaves_host_alone.sh - what happens in a world stays there.
#
# Run outside of one. Notes what the host looks like, changes much in a world,
# kills another world in the middle of its work, and compares.
#
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # commands for the world are quoted
set -eu

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd -P)
AWSROLE_WORLD_MARK=$$-$(date +%s%N)
export AWSROLE_WORLD_MARK
AWSROLE_BUILD=$(mktemp -d /tmp/leaves-host-alone.XXXXXX)
export AWSROLE_BUILD
trap 'rm -rf "$AWSROLE_BUILD"' EXIT

# Names, owners, modes, sizes and times of what a world has copies of.
look() {
    local folder

    for folder in /etc /home /root /run /var/log /var/mail /var/spool \
        /var/lib/sudo; do
        echo "== $folder"
        find "$folder" -xdev -not -path "$here/*" \
            -printf '%p %U %G %m %y %s %T@\n' 2>/dev/null | sort
    done
    echo "== /etc/passwd"
    cat /etc/passwd /etc/group /etc/shadow | sha256sum
    echo "== /dev"
    find /dev -maxdepth 1 -printf '%p %y %m\n' | sort
    echo "== mounts"
    sort /proc/self/mountinfo
    echo "== host name, network"
    hostname
    ip -brief address
}

# Processes that came out of one of our worlds.
ours() {
    grep -lsz "^AWSROLE_WORLD_MARK=$AWSROLE_WORLD_MARK\$" /proc/[0-9]*/environ |
        grep -v "^/proc/\($$\|$BASHPID\|self\)/" |
        while read -r path; do
            grep -qsz '^AWSROLE_WORLD=inside$' "$path" && echo "$path"
        done || true
}

look >"$AWSROLE_BUILD/before"

status=0
"$here/enter" bash -c '
    set -e
    useradd -m mallory
    rm /home/alice/.bashrc
    mkdir -p /etc/awsrole /run/awsrole/records
    echo x >/etc/pam.d/sshd
    echo x >/root/left
    echo x >/var/log/left
    echo x >/tmp/left-by-a-world
    logger "a line that belongs to the world"
    hostname elsewhere
    ip address add 169.254.169.254/32 dev lo
    mkdir /mnt/more && mount -t tmpfs tmpfs /mnt/more
    setsid sleep 1000 &
    exit 41' || status=$?
if [ "$status" -eq 77 ]; then
    exit 77
fi
if [ "$status" -ne 41 ]; then
    echo "enter gave $status, not the status of its command (41)" >&2
    exit 1
fi

# Killed from outside: the world goes too.
"$here/enter" bash -c 'touch "$AWSROLE_BUILD/up"; sleep 1000' &
world=$!
for ((i = 0; i < 1000; i++)); do
    [ ! -e "$AWSROLE_BUILD/up" ] || break
    sleep 0.01
done
[ -e "$AWSROLE_BUILD/up" ]
if [ -z "$(ours)" ]; then
    echo "the world's processes cannot be told from others" >&2
    exit 1
fi
kill -KILL $world
wait $world 2>/dev/null || true
for ((i = 0; i < 500; i++)); do
    [ -n "$(ours)" ] || break
    sleep 0.01
done
if [ -n "$(ours)" ]; then
    echo "processes of a world are left: $(ours)" >&2
    exit 1
fi
if [ -e /tmp/left-by-a-world ]; then
    echo "/tmp/left-by-a-world is left" >&2
    exit 1
fi
look >"$AWSROLE_BUILD/after"
if ! diff "$AWSROLE_BUILD/before" "$AWSROLE_BUILD/after"; then
    echo "a world changed the host (see the lines above)" >&2
    exit 1
fi
echo "the host is as it was"
