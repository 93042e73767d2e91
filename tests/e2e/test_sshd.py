"""A person logs in through the real sshd, works as the role, logs out.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re

import pytest

import checks
import left
import place
from configuration import ROLE


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd")


def test_command_has_its_role_and_leaves_nothing(sshd, sts, log):
    result = sshd.ssh("alice", "env; cat $AWS_SHARED_CREDENTIALS_FILE")
    assert result.returncode == 0
    assert result.stderr == ""  # nothing that a script would stumble over
    name = checks.environment_is_whole(
        place.environment(result.stdout), "alice", "sre")
    assert "[sre]" in result.stdout
    left.nothing_left()
    line = log.wait("session %s opened" % name)[0]["text"]
    call = sts.requests(action="AssumeRole")[0]
    assert call["request_id"] in line
    assert ROLE + "BastionSRE" in line and "127.0.0.1" in line


def test_shell_without_terminal(sshd, sts, hold):
    shell = hold(sshd.shell("alice"))
    checks.everything_of_a_session(shell, "alice", sts)
    assert shell.end() == 0
    left.nothing_left()


def test_terminal_shows_one_line_and_has_its_role(sshd, sts, hold):
    shell = hold(sshd.terminal("alice"))
    greeting = shell.read_until(r"AWS: [^\n]*\n")[0]
    assert re.search(r"role BastionSRE .*123456789012.* until .*sre",
                     greeting), greeting
    checks.everything_of_a_session(shell, "alice", sts)
    shell.end()
    left.nothing_left()


def test_sftp_and_scp_work_as_without_and_leave_nothing(
        sshd, sts, tmp_path):
    there = tmp_path / "there"
    there.write_text("some text\n")
    result = sshd.sftp("alice", "put %s fetched\nls\nbye\n" % there)
    assert result.returncode == 0, result.stderr
    assert "fetched" in result.stdout
    assert len(sts.requests(action="AssumeRole")) == 1
    left.nothing_left()
    assert sshd.scp(str(there), "alice:copied").returncode == 0
    back = tmp_path / "back"
    result = sshd.scp("alice:copied", str(back))
    assert (result.returncode, result.stderr) == (0, "")
    assert back.read_text() == "some text\n"
    left.nothing_left()


def test_sftp_server_has_the_environment_too(sshd, hold):
    client = hold(sshd.sftp_client("alice"))
    client.write("pwd\n")
    client.read_until("Remote working directory")
    with open("/proc/%s/environ" % place.pid_of("sftp-server"),
              encoding="utf-8") as file:
        environment = place.environment(file.read().replace("\0", "\n"))
    checks.environment_is_whole(environment, "alice", "sre")
    client.end()


def test_channels_of_one_connection_share_one_session(sshd, sts, hold):
    master = sshd.master("alice")
    shells = [hold(master.shell()) for _ in range(3)]
    names = {checks.environment_is_whole(shell.environment(), "alice", "sre")
             for shell in shells}
    assert len(names) == 1
    assert left.sessions() == sorted(names)
    assert len(sts.requests(action="AssumeRole")) == 1
    for shell in shells:
        assert shell.end() == 0
        assert left.sessions() == sorted(names)  # the connection lives on
    master.end()
    left.nothing_left()


def test_two_connections_of_one_person_are_two_sessions(sshd, sts, hold):
    first, second = (hold(sshd.shell("alice")) for _ in range(2))
    one, two = (checks.environment_is_whole(shell.environment(), "alice",
                                            "sre")
                for shell in (first, second))
    assert one != two
    assert left.sessions() == sorted([one, two])
    first.end()
    checks.gone(one)
    checks.person_can_only_read(second, two)
    assert checks.who_am_i(second, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    second.end()
    left.nothing_left()


def test_two_people_do_not_reach_each_other(sshd, sts, hold):
    alice, bob = hold(sshd.shell("alice")), hold(sshd.shell("bob"))
    hers = checks.everything_of_a_session(alice, "alice", sts)
    his = checks.everything_of_a_session(bob, "bob", sts, "short", "Short")
    for shell, other in ((alice, his), (bob, hers)):
        folder = "%s/%s" % (place.RUN, other)
        for command in ("cat %s/credentials", "cat %s/session.json",
                        "ls %s", "ls $(dirname %s)", "rm -rf %s",
                        "cd %s && cat short.json sre.json"):
            status, output = shell.do(command % folder)
            assert status != 0, output
            assert "ASIA" not in output and "credentials\n" not in output
        assert shell.do("AWS_SHARED_CREDENTIALS_FILE=%s/credentials aws sts "
                        "get-caller-identity --endpoint-url %s"
                        % (folder, sts.http_url))[0] != 0
    alice.end()
    checks.gone(hers)
    assert checks.who_am_i(bob, sts) == checks.assumed("Short",
                                                       "bob@bastion")
    bob.end()
    left.nothing_left()


def test_many_logins_at_once_each_get_their_own(sshd, sts, hold):
    shells = [(user, hold(sshd.shell(user)))
              for user in ("alice", "bob", "carol") * 3]
    names = [checks.session_of(shell.environment(), user)
             for user, shell in shells]
    assert len(set(names)) == len(shells)
    assert left.sessions() == sorted(names)
    for _, shell in shells:
        shell.end()
    left.nothing_left()


def test_client_that_is_killed_leaves_nothing(sshd, hold):
    shell = hold(sshd.shell("alice"))
    name = checks.session_of(shell.environment(), "alice")
    shell.kill()
    checks.gone(name)


def test_background_program_does_not_keep_the_session(sshd, hold):
    shell = hold(sshd.shell("alice"))
    name = checks.session_of(shell.environment(), "alice")
    status, pid = shell.do("nohup sleep 600 >/dev/null 2>&1 </dev/null & "
                           "echo $!")
    assert status == 0
    shell.end()
    checks.gone(name)
    os.kill(int(pid), 9)


def test_login_that_no_rule_matches_asks_nobody(sshd, sts):
    result = sshd.ssh("dave", "env")
    assert result.returncode == 0
    checks.no_session(place.environment(result.stdout))
    assert sts.requests() == []
    assert left.everything() == []


def test_group_of_the_directory_gives_the_role(sshd, configure):
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
groups = sre
""" % ROLE)
    checks.environment_is_whole(
        place.environment(sshd.ssh("dave", "env").stdout), "dave", "sre")
    checks.no_session(place.environment(sshd.ssh("alice", "env").stdout))


def test_without_configuration_logins_are_as_before(
        sshd, configure, sts, log):
    configure.remove()
    result = sshd.ssh("alice", "env")
    assert result.returncode == 0
    checks.no_session(place.environment(result.stdout))
    assert sts.requests() == []
    log.wait("awsrole.conf")
