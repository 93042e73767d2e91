# people.sh - who there is in a world; sourced by inside.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# person NAME GROUPS: the host's own person of that name is not used.
person() {
    if getent passwd "$1" >/dev/null; then
        userdel -f "$1" 2>/dev/null || true
    fi
    useradd -m -U -s /bin/bash -K UMASK=077 ${2:+-G "$2"} "$1"
    # No password fits, but the account is not locked (sshd asks).
    usermod -p '*' "$1"
}

world_people() {
    local group

    for group in sre ops; do
        getent group "$group" >/dev/null || groupadd "$group"
    done
    if ! getent passwd awsrole >/dev/null; then
        useradd -r -U -M -d /nonexistent -s /usr/sbin/nologin awsrole
    fi
    person alice sudo
    person bob ''
    person carol sudo
    person dave sre,ops
}
