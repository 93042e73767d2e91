"""The real sshd of a world, and the real ssh, sftp and scp that use it.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pwd
import shutil
import signal
import subprocess

from held import Held
from place import run, wait_for

KEY = "/root/.ssh/id_ed25519"
CLIENT = "/root/.ssh/config"
SERVER = "/etc/ssh/sshd_config"
PEOPLE = ("root", "alice", "bob", "carol", "dave")
SFTP_SERVERS = ("/usr/lib/openssh/sftp-server",
                "/usr/libexec/openssh/sftp-server")


class Sshd:
    """One sshd on a port of the world's own loopback. Its PAM service is
    `sshd`; pam.d is read anew for each connection."""

    def __init__(self, port=22):
        self.port = port
        self.process = None
        self.made = 0

    def start(self):
        self._keys()
        sftp = [path for path in SFTP_SERVERS if os.path.exists(path)]
        _write(SERVER, """\
Port %d
ListenAddress 127.0.0.1
ListenAddress ::1
HostKey /etc/ssh/world_host_key
UsePAM yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
UseDNS no
MaxStartups 100
MaxSessions 20
Subsystem sftp %s
""" % (self.port, (sftp + ["internal-sftp"])[0]))
        self.process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D"], stdin=subprocess.DEVNULL)
        wait_for(self._answers, 10, "sshd on port %d" % self.port)

    def stop(self):
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait()
            self.process = None

    def _answers(self):
        return run("ssh-keyscan", "-T", "1", "-p", str(self.port),
                   "127.0.0.1").stdout

    def _keys(self):
        os.makedirs("/root/.ssh", mode=0o700, exist_ok=True)
        for path in (KEY, "/etc/ssh/world_host_key"):
            if not os.path.exists(path):
                run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path)
        for user in PEOPLE:
            entry = pwd.getpwnam(user)
            folder = os.path.join(entry.pw_dir, ".ssh")
            os.makedirs(folder, mode=0o700, exist_ok=True)
            keys = os.path.join(folder, "authorized_keys")
            shutil.copy(KEY + ".pub", keys)
            for path in (folder, keys):
                os.chown(path, entry.pw_uid, entry.pw_gid)
        _write(CLIENT, """\
Host *
    Port %d
    BatchMode yes
    IdentityFile %s
    IdentitiesOnly yes
    StrictHostKeyChecking no
    UserKnownHostsFile /dev/null
    GlobalKnownHostsFile /dev/null
    LogLevel ERROR
    ConnectTimeout 20
""" % (self.port, KEY))

    # What a person does.

    @staticmethod
    def command(user, *remote, options=()):
        """The command line of an ssh client."""
        return ["ssh", "-F", CLIENT, *options, user + "@127.0.0.1", *remote]

    def ssh(self, user, command, options=(), stdin="", timeout=60):
        """Run `command` there: .returncode, .stdout, .stderr."""
        return run(*self.command(user, command, options=options),
                   stdin=stdin, timeout=timeout)

    def shell(self, user, options=()):
        """A login that stays, without a terminal: `ssh host bash`."""
        return Held(self.command(user, "bash", options=options))

    def terminal(self, user, options=()):
        """An interactive login, with a terminal on both sides."""
        return Held(self.command(user, options=("-tt", *options)),
                    terminal=True)

    @staticmethod
    def sftp(user, batch):
        return run("sftp", "-q", "-F", CLIENT, "-b", "-",
                   user + "@127.0.0.1", stdin=batch)

    @staticmethod
    def sftp_client(user):
        """An sftp that stays; end() leaves it."""
        return Held(["sftp", "-F", CLIENT, user + "@127.0.0.1"])

    @staticmethod
    def scp(source, target):
        """Either is a path, or "user:path" over there."""
        def there(text):
            user, colon, path = text.partition(":")
            return "%s@127.0.0.1:%s" % (user, path) if colon else text
        return run("scp", "-q", "-F", CLIENT, there(source), there(target))

    def master(self, user):
        return Master(self, user)


class Master:
    """A ControlMaster connection that channels are opened on."""

    def __init__(self, sshd, user):
        sshd.made += 1
        self.sshd = sshd
        self.user = user
        self.socket = "/root/.ssh/master-%d" % sshd.made
        self.process = subprocess.Popen(
            sshd.command(user, options=("-N", "-M", "-S", self.socket)),
            stdin=subprocess.DEVNULL)
        wait_for(lambda: self._control("check").returncode == 0, 20,
                 "connection of the ControlMaster")

    def _control(self, what):
        return run(*self.sshd.command(
            self.user, options=("-S", self.socket, "-O", what)))

    def ssh(self, command):
        return self.sshd.ssh(self.user, command,
                             options=("-S", self.socket))

    def shell(self):
        return self.sshd.shell(self.user, options=("-S", self.socket))

    def end(self):
        self._control("exit")
        self.process.wait(20)


def _write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
