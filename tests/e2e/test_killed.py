"""Whoever is killed, and whenever: nothing of the session stays.

SPDX-License-Identifier: Apache-2.0
"""
import itertools
import os
import shutil
import signal
import subprocess

import pytest

import callers
import checks
import left
import place
import recorded
import steps
from handle import PAM_SESSION_ERR, PAM_SUCCESS, Handle, stack

# What must come of it, either by itself or through the next login.
NETS = ("sweep", "the next open")


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.disarm()
    steps.no_helper_left()


def helper(*arguments):
    result = place.run(place.program("awsrole-helper"), *arguments)
    assert result.returncode == 0, result.stderr
    return result


def net(which, folder=None):
    """One of the nets of one-shot mode catches what is left."""
    if which == "sweep":
        helper("sweep")
    else:
        # Its sweep runs after the answer: only then is the helper gone.
        with Handle("bob", folder or stack()) as other:
            assert "AWSROLE_SESSION" in other.environment
            steps.no_helper_left()
            assert len(left.sessions()) == 1, left.everything()
            assert other.close() == PAM_SUCCESS
            other.end()
    steps.no_helper_left()
    assert left.everything() == []


def whole_or_closed(environment):
    """There is no third way; true where there is a session."""
    if "AWSROLE_SESSION" in environment:
        checks.environment_is_whole(environment, "alice", "sre")
        return True
    checks.failed_closed(environment)
    return False


def steps_of(run):
    """The steps that the helper takes in `run`."""
    shutil.rmtree(place.RUN, ignore_errors=True)
    steps.arm_trace()
    run()
    steps.no_helper_left()
    steps.disarm()
    found = steps.steps()
    left.clear()
    return found


@pytest.fixture
def survived(request, capsys):
    """survived(kills): prints how many kills were made good."""
    def note(kills):
        with capsys.disabled():
            print("\n%s: %d kills survived" % (request.node.name, kills))
    return note


def test_helper_killed_at_each_step_of_open_leaves_nothing(survived):
    folder = stack("timeout=10s", helper=steps.install())

    def traced():
        with Handle("alice", folder) as login:
            assert whole_or_closed(login.environment)
            assert steps.killed() is False
    plan = steps_of(traced)
    calls = [call for call, _ in plan]
    assert calls.count("fsetxattr") >= 3 and "exit_group" in calls
    kills = with_session = 0
    for (call, number), which in zip(plan, itertools.cycle(NETS)):
        shutil.rmtree(place.RUN, ignore_errors=True)
        steps.arm_kill(call, number)
        with Handle("alice", folder) as login:
            # `optional` lets in, whatever happened.
            assert login.code == PAM_SUCCESS, (call, number)
            kills += steps.killed()
            steps.disarm()
            if whole_or_closed(login.environment):
                # The whole work was done: it ends as any login does.
                with_session += 1
                if number % 2 == 0:
                    assert login.close() == PAM_SUCCESS, (call, number)
                else:
                    login.kill()
            login.end()
        net(which, folder)
    survived(kills)
    # The numbers of network calls differ a little from run to run.
    assert kills >= len(plan) - 3
    assert 0 < with_session < kills / 2


def test_helper_killed_while_it_undoes_leaves_nothing(sts, survived):
    """AWS's answer is no use: what is there of the session goes again."""
    folder = stack("timeout=10s", helper=steps.install())
    sts.fault("alter", elements={"SessionToken": None})

    def failing():
        with Handle("alice", folder) as login:
            assert login.code == PAM_SUCCESS
            checks.failed_closed(login.environment)
            login.end()
    plan = steps_of(failing)
    # From where AWS is asked on.
    plan = plan[plan.index(next(step for step in plan[::-1]
                                if step[0] == "flock")):]
    assert [call for call, _ in plan].count("unlinkat") >= 2
    kills = 0
    for call, number in plan:
        steps.arm_kill(call, number)
        failing()
        kills += steps.killed()
        steps.disarm()
        net("sweep")
    survived(kills)
    assert kills >= len(plan) - 3


def test_helper_killed_at_each_step_of_close_leaves_nothing(survived):
    folder = stack("timeout=10s", control="required", helper=steps.install())

    def opened(action):
        steps.disarm()
        with Handle("alice", folder) as login:
            assert whole_or_closed(login.environment)
            steps.no_helper_left()
            action(login)

    def traced(login):
        steps.arm_trace()
        assert login.close() == PAM_SUCCESS
        assert steps.killed() is False
    plan = steps_of(lambda: opened(traced))
    assert [call for call, _ in plan].count("unlinkat") >= 6
    results = []
    for (call, number), which in zip(plan, itertools.cycle(NETS)):
        def attempt(login):
            steps.arm_kill(call, number)
            code = login.close()
            was_killed = steps.killed()
            steps.disarm()
            assert code in (PAM_SUCCESS, PAM_SESSION_ERR)
            # Success is said only when it is gone.
            if code == PAM_SUCCESS:
                assert left.everything() == [], (call, number)
            checks.no_session(login.environment)
            results.append((was_killed, code))
            login.end()
        opened(attempt)
        net(which, folder)
    kills = sum(was_killed for was_killed, _ in results)
    survived(kills)
    assert kills >= len(plan) - 1
    assert {code for _, code in results} == {PAM_SUCCESS, PAM_SESSION_ERR}


def test_sweep_killed_at_each_step_is_finished_by_the_next(survived):
    script = steps.install()

    def leave():
        with Handle("alice", stack()) as login:
            steps.no_helper_left()
            login.kill()
        assert len(left.sessions()) == len(left.records()) == 1

    def traced():
        steps.disarm()
        leave()
        steps.arm_trace()
        assert place.run(script, "sweep").returncode == 0
        assert left.everything() == []
    plan = steps_of(traced)
    assert [call for call, _ in plan].count("unlinkat") >= 6
    kills = 0
    for call, number in plan:
        leave()
        steps.arm_kill(call, number)
        place.run(script, "sweep")
        kills += steps.killed()
        net("sweep")
    survived(kills)
    assert kills >= len(plan) - 1


@pytest.mark.parametrize("which", NETS)
@pytest.mark.parametrize("way", ["sshd", "su", "su - on a terminal", "sudo",
                                 "login"])
def test_kill_9_of_the_login_process_is_made_good(way, which, sshd, stacks,
                                                  hold):
    if way == "sshd":
        stacks.line("sshd")
        shell = hold(sshd.shell("alice"))
    else:
        make, file, _ = callers.CALLERS[way]
        stacks.line(file)
        shell = hold(make("alice"))
    name = checks.environment_is_whole(shell.environment(), "alice", "sre")
    steps.no_helper_left()
    pid = int(recorded.read(name)["leader_pid"])
    os.kill(pid, signal.SIGKILL)
    place.wait_for(lambda: is_over(pid), 5, "end of the login process")
    # Nobody was there to close it.
    assert left.sessions() == [name]
    net(which)
    if shell.status is None:
        shell.kill()


def is_over(pid):
    try:
        with open("/proc/%d/stat" % pid, encoding="ascii") as stat:
            return stat.read().rpartition(")")[2].split()[0] in "ZX"
    except FileNotFoundError:
        return True


def monitor_of(user):
    """The pid of sshd's process for a login that is under way."""
    return place.wait_for(
        lambda: [int(pid) for pid in place.run(
            "pgrep", "-f", r"^sshd: %s \[priv\]" % user).stdout.split()],
        10, "sshd process of " + user)[0]


@pytest.mark.parametrize("kind, options", [
    ("delay", {"ms": 600}), ("hang", {})])
def test_sigterm_to_the_sshd_monitor_during_open_leaves_nothing(
        kind, options, sshd, stacks, sts, log):
    stacks.line("sshd", "timeout=2s")
    sts.fault(kind, **options)
    client = subprocess.Popen(sshd.command("alice", "env"),
                              stdout=subprocess.PIPE, encoding="utf-8")
    sts.wait_for_requests(1)
    assert len(left.records()) == 1
    pid = monitor_of("alice")
    os.kill(pid, signal.SIGTERM)
    output, _ = client.communicate(timeout=10)
    assert "AWSROLE_SESSION" not in output and client.returncode != 0
    place.wait_for(lambda: is_over(pid), 10, "end of sshd's monitor")
    # The helper is nobody's child any more and cleans up by itself.
    left.nothing_left()
    steps.no_helper_left()
    if kind == "delay":
        log.wait("the login of user alice did not take its session")


def test_client_killed_during_open_leaves_nothing(sshd, stacks, sts, log):
    stacks.line("sshd")
    sts.fault("delay", ms=600)
    client = subprocess.Popen(sshd.command("alice", "env"),
                              stdout=subprocess.DEVNULL)
    sts.wait_for_requests(1)
    assert len(left.records()) == 1
    client.kill()
    client.wait()
    # sshd learns it only once the session is open, and then closes it.
    log.wait("session .* opened for user alice")
    log.wait("session .* removed")
    left.nothing_left()


def test_helper_killed_under_a_hanging_sts_lets_the_login_in(
        sshd, stacks, sts, log):
    stacks.line("sshd", "timeout=20s")
    sts.fault("hang")
    client = subprocess.Popen(sshd.command("alice", "env"),
                              stdout=subprocess.PIPE, encoding="utf-8")
    sts.wait_for_requests(1)
    os.kill(place.pid_of("awsrole-helper"), signal.SIGKILL)
    output, _ = client.communicate(timeout=10)
    assert client.returncode == 0
    checks.failed_closed(place.environment(output))
    log.wait('no role for user "alice": the helper ended without an answer')
    assert len(left.records()) == 1
    sts.clear()
    net("the next open")
