"""The world that all other tests rely on: every way in is a real one, and
passes on what a session module puts into the environment.

SPDX-License-Identifier: Apache-2.0
"""
import os

import pytest

import place
from callers import CALLERS

MARK = "session required pam_env.so readenv=0 conffile=/etc/mark.conf"


@pytest.fixture(autouse=True)
def mark():
    with open("/etc/mark.conf", "w", encoding="utf-8") as file:
        file.write("WORLD_MARK DEFAULT=seen\n")


def marked(shell, user):
    status, output = shell.do("id -un; echo $WORLD_MARK")
    assert (status, output) == (0, user + "\nseen")


@pytest.mark.parametrize("way", CALLERS)
def test_environment_of_a_session_module_reaches_the_shell(
        way, stacks, hold):
    make, file, _ = CALLERS[way]
    stacks.without(file)
    stacks.raw(file, stacks.before[file] + MARK)
    shell = hold(make("alice"))
    marked(shell, "alice")
    shell.end()


def test_sshd_gives_command_terminal_sftp_and_channels(sshd, stacks, hold):
    stacks.without("sshd")
    stacks.raw("sshd", stacks.before["sshd"] + MARK)
    assert sshd.ssh("alice", "echo $WORLD_MARK").stdout == "seen\n"
    shell = hold(sshd.shell("bob"))
    marked(shell, "bob")
    assert shell.end() == 0
    shell = hold(sshd.terminal("alice"))
    marked(shell, "alice")
    assert shell.do("test -t 0")[0] == 0
    shell.end()
    assert "Remote working directory" in sshd.sftp("alice", "pwd\n").stdout
    assert sshd.scp("/etc/hosts", "alice:copy").returncode == 0
    assert os.path.exists("/home/alice/copy")
    master = sshd.master("alice")
    assert master.ssh("echo $WORLD_MARK").stdout == "seen\n"
    marked(hold(master.shell()), "alice")
    master.end()


def test_log_collects_syslog_and_journal(log):
    place.run("logger", "-t", "awsrole-test", "by syslog")
    place.run("logger", "--journald=/dev/stdin",
              stdin="MESSAGE=by journal\nAWSROLE_X=y\n")
    assert log.wait("by syslog")[0]["via"] == "syslog"
    entry = log.wait("by journal")[0]
    assert entry["via"] == "journal"
    assert entry["fields"]["AWSROLE_X"] == "y"


def test_nothing_of_the_callers_environment_is_here():
    for name in os.environ:
        assert not name.startswith(("AWS_", "AWSROLE_"))
        assert not name.endswith("_CA_BUNDLE")
        assert not name.lower().endswith("_proxy")
        assert not name.startswith("SSL_CERT")
