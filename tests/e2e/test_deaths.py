"""Programs die, or their logins fail after all: nothing of them stays.

SPDX-License-Identifier: Apache-2.0
"""
import os
import signal

import pytest

import checks
import left
import place
from callers import su


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd")
    stacks.line("su")


def monitor_of(user):
    """The privileged sshd process of the one connection of `user`."""
    result = place.run("pgrep", "-f", "^sshd: %s \\[priv\\]" % user)
    return int(result.stdout)


def next_login(hold):
    """Another person's login, whose helper sweeps."""
    shell = hold(su("bob"))
    name = checks.session_of(shell.environment(), "bob")
    return shell, name


@pytest.mark.parametrize("service", ["su", "sshd"])
def test_later_module_that_fails_takes_the_session_along(
        service, sshd, stacks, sts, log):
    stacks.line(service, last="session required pam_deny.so")
    if service == "su":
        result = place.run("su", "alice", "-c", "env")
    else:
        result = sshd.ssh("alice", "env")
    assert result.returncode != 0
    assert "AWSROLE_SESSION" not in result.stdout
    assert len(sts.requests(action="AssumeRole")) == 1
    left.nothing_left()
    assert log.wait(r"session \d+/\w+ opened for user alice by " + service)


def test_monitor_that_is_killed_is_swept_by_the_next_login(sshd, hold):
    shell = hold(sshd.shell("alice"))
    dead = checks.session_of(shell.environment(), "alice")
    os.kill(monitor_of("alice"), signal.SIGKILL)
    other, alive = next_login(hold)
    checks.gone(dead)
    assert left.sessions() == [alive]
    other.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_monitor_that_dies_during_open_leaves_nothing(
        number, sshd, sts, hold):
    sts.fault("hang", count=1, when={"role_session_name": "alice@bastion"})
    shell = hold(sshd.shell("alice"))
    sts.wait_for_requests(1, action="AssumeRole")
    assert len(left.records()) == 1
    os.kill(monitor_of("alice"), number)
    sts.clear()  # AWS answers after all
    left.nothing_left()
    shell.kill()
    other, alive = next_login(hold)
    assert left.sessions() == [alive]
    other.end()


def test_su_that_is_killed_during_open_leaves_nothing(sts, hold):
    sts.fault("hang", count=1)
    shell = hold(su("alice"))
    sts.wait_for_requests(1, action="AssumeRole")
    shell.kill()
    sts.clear()
    left.nothing_left()


def test_helper_that_is_killed_during_open_is_swept(sts, hold, log):
    sts.fault("hang", count=1)
    shell = hold(su("alice"))
    sts.wait_for_requests(1, action="AssumeRole")
    (dead,) = left.records()
    os.kill(place.pid_of("awsrole-helper"), signal.SIGKILL)
    # The login goes on at once, without its role.
    checks.failed_closed(shell.environment())
    log.wait('no role for user "alice"')
    other, alive = next_login(hold)
    place.wait_for(lambda: dead not in left.records(), 5,
                   "removal of record " + dead)
    assert left.sessions() == [alive]
    other.end()
    shell.end()


def test_sweep_by_hand_removes_what_is_dead_and_nothing_else(hold):
    dead, alive = hold(su("alice")), hold(su("bob"))
    checks.session_of(dead.environment(), "alice")
    name = checks.session_of(alive.environment(), "bob")
    dead.kill()
    result = place.run(place.program("awsrole-helper"), "sweep")
    assert result.returncode == 0, result.stderr
    assert left.sessions() == [name]
    assert left.records() == [name.replace("/", ".")]
    checks.person_can_only_read(alive, name)
    alive.end()


def test_session_past_its_end_is_swept_while_its_login_lives(
        sts, hold):
    sts.set(lifetime=2)
    try:
        shell = hold(su("alice"))
        name = checks.session_of(shell.environment(), "alice")
    finally:
        sts.set(lifetime=None)

    def swept():
        place.run(place.program("awsrole-helper"), "sweep")
        return name not in left.sessions()
    place.wait_for(swept, 10, "removal of the expired session")
    left.nothing_left()
    assert shell.end() == 0


def test_records_of_another_boot_and_rubbish_are_swept(hold, run_awsrole):
    shell = hold(su("alice"))
    name = checks.session_of(shell.environment(), "alice")
    record = "%s/records/%s" % (place.RUN, name.replace("/", "."))
    with open(record, encoding="utf-8") as file:
        text = file.read()
    with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
        boot = file.read().strip()
    assert boot in text
    owner = os.stat(record)
    with open(record, "w", encoding="utf-8") as file:
        file.write(text.replace(boot, "01234567-89ab-cdef-0123-456789abcdef"))
    orphan = "%s/%d/%s" % (place.RUN, place.uid("bob"), "0" * 32)
    os.makedirs(orphan)
    for path in (os.path.dirname(orphan), orphan):
        os.chown(path, owner.st_uid, owner.st_gid)
    assert place.run(place.program("awsrole-helper"),
                     "sweep").returncode == 0
    left.nothing_left()
    shell.end()
