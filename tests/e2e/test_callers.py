"""Every other way in: su, sudo, login, cron, runuser, each the real program.

SPDX-License-Identifier: Apache-2.0
"""
import os
import signal

import pytest

import checks
import left
from callers import CALLERS, login, su, sudo


@pytest.fixture
def way(request, stacks, configure):
    make, file, service = CALLERS[request.param]
    stacks.line(file)
    return make, service


@pytest.mark.parametrize("way", CALLERS, indirect=True)
def test_session_lasts_as_long_as_the_login(way, sts, hold, log):
    make, service = way
    shell = hold(make("alice"))
    name = checks.everything_of_a_session(shell, "alice", sts)
    assert left.sessions() == [name]
    assert log.wait("session %s opened for user alice by %s "
                    % (name, service))
    shell.end()
    left.nothing_left()


@pytest.mark.parametrize("way", CALLERS, indirect=True)
def test_no_rule_no_session_no_call(way, sts, hold):
    make, _ = way
    shell = hold(make("dave"))
    checks.no_session(shell.environment())
    assert sts.requests() == []
    assert left.everything() == []
    shell.end()


@pytest.mark.parametrize("way", ["su", "sudo", "login", "runuser -l"],
                         indirect=True)
def test_service_that_is_not_listed_gets_nothing(way, sts, hold, configure):
    make, _ = way
    configure(defaults="", roles="""
[role sre]
role_arn = arn:aws:iam::123456789012:role/BastionSRE
users = alice
services = sshd
""")
    shell = hold(make("alice"))
    checks.no_session(shell.environment())
    assert sts.requests() == []
    shell.end()


def test_su_inside_of_su_gives_each_a_session_of_its_own(
        stacks, configure, sts, hold):
    stacks.line("su", first="auth sufficient pam_permit.so")
    outer = hold(su("alice"))
    one = checks.session_of(outer.environment(), "alice")
    # Typed by alice: the real uid is hers, the effective one root's.
    outer.write("su bob\n")
    two = checks.session_of(outer.environment(), "bob")
    assert left.sessions() == sorted([one, two])
    checks.others_are_refused(one, ["bob"])
    checks.others_are_refused(two, ["alice"])
    outer.write("exit\n")
    checks.gone(two)
    assert checks.session_of(outer.environment(), "alice") == one
    assert left.sessions() == [one]
    outer.end()


def test_sudo_to_root_gets_nothing_unless_root_is_named(
        stacks, configure, sts, hold):
    stacks.line("sudo")
    configure(roles="""
[role everyone]
role_arn = arn:aws:iam::123456789012:role/BastionSRE
users = *
""")
    shell = hold(sudo("root"))
    checks.no_session(shell.environment())
    shell.end()
    configure(roles="""
[role named]
role_arn = arn:aws:iam::123456789012:role/BastionSRE
users = root
""")
    shell = hold(sudo("root"))
    checks.environment_is_whole(shell.environment(), "root", "named")
    shell.end()


def test_environment_of_the_invoker_changes_nothing(
        stacks, configure, sts, hold):
    """Who starts su or sudo with a hostile environment gets the same."""
    stacks.line("su", first="auth sufficient pam_permit.so")
    hostile = dict(
        os.environ, AWS_ENDPOINT_URL="http://127.0.0.1:9",
        AWS_PROFILE="x", HTTP_PROXY="http://127.0.0.1:9",
        http_proxy="http://127.0.0.1:9", ALL_PROXY="http://127.0.0.1:9",
        AWS_CA_BUNDLE="/nowhere", SSL_CERT_FILE="/nowhere",
        LD_LIBRARY_PATH="/tmp", TZ="../../x", CURL_HOME="/tmp")
    from held import Held
    from place import as_user
    shell = hold(Held(as_user("bob", "su", "-", "alice"), env=hostile))
    checks.environment_is_whole(shell.environment(), "alice", "sre")
    shell.end()


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM,
                                    signal.SIGKILL])
def test_login_that_dies_without_close_is_swept_by_the_next_open(
        number, stacks, configure, sts, hold):
    stacks.line("login")
    stacks.line("su")
    shell = hold(login("alice"))
    dead = checks.session_of(shell.environment(), "alice")
    shell.kill(number)
    # login(1) does not close the session when it is killed.
    other = hold(su("bob"))
    alive = checks.session_of(other.environment(), "bob")
    checks.gone(dead)
    assert left.sessions() == [alive]
    other.end()
