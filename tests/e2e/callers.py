"""The other programs that open a PAM session for somebody.

Each function gives a Held shell of `user`. SERVICE says which file of
/etc/pam.d holds the session line for it, and which name PAM is told.

SPDX-License-Identifier: Apache-2.0
"""
import os
import pwd
import signal
import subprocess

from held import Held
from place import as_user, wait_for


def su(user):
    return Held(["su", user])


def su_login(user):
    return Held(["su", "-", user])


def su_terminal(user):
    return Held(["su", "-", user], terminal=True)


def sudo(user, by="carol"):
    return Held(as_user(by, "sudo", "-n", "-u", user, "bash"))


def sudo_login(user, by="carol"):
    return Held(as_user(by, "sudo", "-n", "-i", "-u", user),
                terminal=True)


def login(user):
    return Held(["login", "-f", user], terminal=True)


def runuser(user):
    return Held(["runuser", user])


def runuser_login(user):
    return Held(["runuser", "-l", user])


class Cron(Held):
    """A job of Debian's cron: an @reboot line of the user's crontab, whose
    shell reads a FIFO. cron runs it as soon as it starts."""

    def __init__(self, user):
        entry = pwd.getpwnam(user)
        folder = os.path.join(entry.pw_dir, "job")
        os.makedirs(folder, exist_ok=True)
        os.chown(folder, entry.pw_uid, entry.pw_gid)
        paths = [os.path.join(folder, name) for name in ("in", "out")]
        for path in paths:
            if os.path.exists(path):
                os.unlink(path)
            os.mkfifo(path, 0o600)
            os.chown(path, entry.pw_uid, entry.pw_gid)
        self.user = user
        self.crontab = "@reboot exec bash <%s >%s 2>&1\n" % tuple(paths)
        subprocess.run(["crontab", "-u", user, "-"], check=True,
                       input=self.crontab, encoding="utf-8")
        for mark in ("/run/crond.reboot", "/run/crond.pid"):
            if os.path.exists(mark):
                os.unlink(mark)
        # Both ways, so that neither open waits for the job to begin.
        self.job_in = os.open(paths[0], os.O_RDWR)
        out = os.open(paths[1], os.O_RDWR)
        super().__init__(["/usr/sbin/cron", "-f"])
        os.close(self.out)
        self.out = out
        self.into = self.job_in

    def end(self, bound=None):
        """End the job, and cron after it. cron's own status is -SIGTERM."""
        if self.status is None:
            self.write("exit\n")
            wait_for(lambda: not _children(self.pid), bound or self.bound,
                     "end of the cron job")
            subprocess.run(["crontab", "-u", self.user, "-r"], check=False)
            os.kill(self.pid, signal.SIGTERM)
            self._wait(bound or self.bound)
        return self.status

    def _close(self):
        os.close(self.out)
        os.close(self.job_in)
        self.process.returncode = self.status
        self.process.stdin.close()
        self.process.stdout = None


def _children(pid):
    with open("/proc/%d/task/%d/children" % (pid, pid),
              encoding="ascii") as children:
        return children.read().split()


# name of the way in -> (the Held shell of a user, file in /etc/pam.d, name of
# the PAM service)
CALLERS = {
    "su": (su, "su", "su"),
    "su -": (su_login, "su", "su-l"),
    "su - on a terminal": (su_terminal, "su", "su-l"),
    "sudo": (sudo, "sudo", "sudo"),
    "sudo -i": (sudo_login, "sudo-i", "sudo-i"),
    "login": (login, "login", "login"),
    "cron": (Cron, "cron", "cron"),
    "runuser": (runuser, "runuser", "runuser"),
    "runuser -l": (runuser_login, "runuser", "runuser-l"),
}
