"""Where things are in a world, and how to run something and wait for it.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import pwd
import re
import shutil
import subprocess
import time

ROOT = os.environ.get("AWSROLE_ROOT") or os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get("AWSROLE_BUILD") or os.path.join(ROOT, "build")
INSIDE = os.environ.get("AWSROLE_WORLD") == "inside"
HARNESS_ONLY = bool(os.environ.get("AWSROLE_HARNESS_ONLY"))
# The logins that are tested must not inherit these.
for _name in [name for name in os.environ if name.startswith("AWSROLE_")]:
    del os.environ[_name]

RUN = "/run/awsrole"
CONFIGURATION = "/etc/awsrole/awsrole.conf"
LOG = "/var/log/world/log"
PROGRAMS = ("pam_awsrole.so", "awsrole-helper", "awsrole-aws.so")
HEX_ID = r"[0-9a-f]{32}"


def missing_programs():
    return [name for name in PROGRAMS
            if not os.path.exists(os.path.join(BUILD, name))]


def program(name):
    """The path of a built program. Where the user awsrole cannot come to the
    build folder (a tree below /root), a copy that it can reach."""
    path = os.path.join(BUILD, name)
    if reachable(path, "awsrole"):
        return path
    folder = "/var/tmp/awsrole-programs"
    os.makedirs(folder, exist_ok=True)
    for each in PROGRAMS:
        copy = os.path.join(folder, each)
        if not os.path.exists(copy):
            shutil.copy(os.path.join(BUILD, each), copy)
    return os.path.join(folder, name)


def uid(user):
    return pwd.getpwnam(user).pw_uid


def as_user(user, *command):
    """A command line that runs as `user`, without any PAM."""
    entry = pwd.getpwnam(user)
    return ["setpriv", "--reuid", str(entry.pw_uid), "--regid",
            str(entry.pw_gid), "--init-groups", "--", *command]


def reachable(path, user):
    """May `user` read `path`?"""
    return subprocess.run(as_user(user, "test", "-r", path)).returncode == 0


def run(*command, stdin="", timeout=60, env=None):
    """Run to the end: .returncode, .stdout, .stderr (text)."""
    return subprocess.run(
        list(command), input=stdin, timeout=timeout, env=env,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        encoding="utf-8", errors="replace", check=False)


def timed(*command, **more):
    """(result of run(), seconds it took)."""
    before = time.monotonic()
    result = run(*command, **more)
    return result, time.monotonic() - before


def pid_of(name):
    """The one process of that name in this world."""
    result = run("pgrep", "-x", name)
    assert len(result.stdout.split()) == 1, "%s: %r" % (name, result.stdout)
    return int(result.stdout)


def wait_for(condition, bound=10.0, what=None):
    """Wait until condition() is true; returns its value. Fails after `bound`
    seconds and says what was waited for."""
    end = time.monotonic() + bound
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError("after %g s there is still no %s" % (
                bound, what or getattr(condition, "__doc__", None)
                or getattr(condition, "__name__", condition)))
        time.sleep(0.01)


def environment(text):
    """The variables of `env` output, as a dict."""
    found = {}
    for line in text.replace("\r", "").split("\n"):
        name, equals, value = line.partition("=")
        if equals and re.match(r"[A-Za-z_]\w*\Z", name):
            found[name] = value
    return found


class Log:
    """What was logged since this object was made."""

    def __init__(self):
        self.start = os.path.getsize(LOG) if os.path.exists(LOG) else 0

    def entries(self):
        with open(LOG, encoding="utf-8") as log:
            log.seek(self.start)
            return [json.loads(line) for line in log
                    if line.endswith("\n")]

    def ours(self):
        """The entries of the module and the helper."""
        return [entry for entry in self.entries()
                if "awsrole" in entry["text"]
                or "awsrole" in entry["fields"].get("SYSLOG_IDENTIFIER", "")]

    def find(self, pattern):
        return [entry for entry in self.entries()
                if re.search(pattern, entry["text"])]

    def text(self):
        return "\n".join(
            "%s: %s" % (entry["fields"].get("SYSLOG_IDENTIFIER", "?"),
                        entry["text"]) for entry in self.entries())

    def wait(self, pattern, bound=5.0):
        """The entries that match, once there are any."""
        try:
            return wait_for(lambda: self.find(pattern), bound)
        except AssertionError:
            raise AssertionError("not in the log: %s\nthe log:\n%s"
                                 % (pattern, self.text())) from None
