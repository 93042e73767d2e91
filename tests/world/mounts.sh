# mounts.sh - the mounts and /etc of a world; sourced by inside.
#
# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0

# A folder as it is on the host, with changes that stay in memory.
overlay() {
    local upper=/mnt/upper$1 work=/mnt/work$1

    [ -d "$1" ] || return 0
    mkdir -p "$upper" "$work"
    chmod --reference="$1" "$upper"
    chown --reference="$1" "$upper"
    mount -t overlay overlay \
        -o "lowerdir=$1,upperdir=$upper,workdir=$work" "$1"
}

# A folder that begins empty.
empty() {
    [ -d "$2" ] || return 0
    mount -t tmpfs -o "mode=$1,nosuid,nodev" tmpfs "$2"
}

world_dev() {
    local node

    mkdir -p /mnt/dev
    mount -t tmpfs -o mode=755,nosuid tmpfs /mnt/dev
    for node in null zero full random urandom tty; do
        : >"/mnt/dev/$node"
        mount --bind "/dev/$node" "/mnt/dev/$node"
    done
    mkdir /mnt/dev/pts /mnt/dev/shm
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 \
        devpts /mnt/dev/pts
    mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs /mnt/dev/shm
    ln -s pts/ptmx /mnt/dev/ptmx
    ln -s /proc/self/fd /mnt/dev/fd
    ln -s fd/0 /mnt/dev/stdin
    ln -s fd/1 /mnt/dev/stdout
    ln -s fd/2 /mnt/dev/stderr
    mount --rbind /mnt/dev /dev
}

world_mounts() {
    # Everything in memory hangs below /mnt; the two real folders are held
    # there until those that may hide them are mounted.
    mount -t tmpfs -o mode=755 tmpfs /mnt
    mkdir -p /mnt/keep/root /mnt/keep/build
    mount --rbind "$AWSROLE_ROOT" /mnt/keep/root
    mount --rbind "$AWSROLE_BUILD" /mnt/keep/build

    mount -t proc -o nosuid,nodev,noexec proc /proc
    world_dev
    overlay /etc
    empty 755 /home
    empty 700 /root
    empty 755 /run
    empty 1777 /tmp
    empty 1777 /var/tmp
    empty 755 /var/log
    empty 2775 /var/mail
    empty 755 /var/spool
    empty 700 /var/lib/sudo

    mkdir -p "$AWSROLE_ROOT"
    mount --rbind /mnt/keep/root "$AWSROLE_ROOT"
    mkdir -p "$AWSROLE_BUILD"
    mount --rbind /mnt/keep/build "$AWSROLE_BUILD"
    umount -l /mnt/keep/root /mnt/keep/build

    chgrp mail /var/mail
    mkdir -p /run/sshd /run/user /run/systemd/journal /var/spool/cron/crontabs
    mkdir -m 1777 /run/lock
    mkdir -m 711 /run/sudo
    : >/run/utmp
    : >/var/log/wtmp
    : >/var/log/lastlog
    : >/var/log/btmp
    if getent group crontab >/dev/null; then
        chgrp crontab /var/spool/cron/crontabs
    fi
    chmod 1730 /var/spool/cron/crontabs

    ip link set lo up
    hostname bastion
}

# What the host's administrator set up must not reach into the world.
world_etc() {
    rm -rf /etc/environment /etc/default/locale /etc/profile.d/* \
        /etc/crontab /etc/cron.d/* /etc/cron.*ly/* /etc/sudoers.d/* \
        /etc/ssh/ssh_config.d/* /etc/ssh/sshd_config.d/* \
        /etc/nologin /etc/ld.so.preload /etc/security/limits.d/* \
        /etc/update-motd.d/* /etc/awsrole
    : >/etc/environment
    : >/etc/default/locale
    if [ "${AWSROLE_NETWORK-}" != host ]; then
        # Nobody answers there: a name that is not in hosts fails at once.
        rm -f /etc/resolv.conf
        echo 'nameserver 127.0.0.1' >/etc/resolv.conf
    fi
    cat >/etc/hosts <<EOF
127.0.0.1 localhost bastion
::1 localhost
EOF
    cat >/etc/nsswitch.conf <<EOF
passwd: files
group: files
shadow: files
hosts: files dns
services: files
protocols: files
EOF
    # Debian's stacks, without what needs a host that was booted.
    sed -i '/pam_systemd\|pam_cap/d' /etc/pam.d/common-*
    cat >/etc/sudoers <<EOF
Defaults env_reset
Defaults secure_path="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
root ALL=(ALL:ALL) ALL
%sudo ALL=(ALL:ALL) NOPASSWD: ALL
EOF
    chmod 440 /etc/sudoers
}
