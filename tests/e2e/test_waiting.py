"""The helper's process, while it waits on AWS.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import os
import re
import signal

import pytest

import checks
import place
import steps
from handle import Handle, stack
from place import as_user, run, uid
from states import all_ignored, least_important


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.no_helper_left()


def everything_that_could_be_inherited():
    secret = os.open("/etc/shadow", os.O_RDONLY)
    for number in range(20, 40):
        os.dup2(secret, number, inheritable=True)
    os.environ.update(AWS_PROFILE="inherited", LD_PRELOAD="inherited")
    # Less than it began with is for CAP_SYS_RESOURCE alone.
    for score in ("-1000", "500"):
        with contextlib.suppress(PermissionError), open(
                "/proc/self/oom_score_adj", "w", encoding="ascii") as file:
            file.write(score)
            file.flush()
            break
    os.chdir("/etc")
    all_ignored()
    least_important()


@pytest.fixture
def waiting(sts):
    """(pid of a helper that waits, the Handle that waits for it)."""
    sts.fault("hang")
    with Handle("alice", stack("timeout=20s"), wait=False,
                before=everything_that_could_be_inherited) as login:
        sts.wait_for_requests(1)
        pid = place.pid_of("awsrole-helper")
        yield pid, login
        os.kill(pid, signal.SIGKILL)
        checks.failed_closed(login.opened().environment)
    sts.clear()
    assert run(place.program("awsrole-helper"), "sweep").returncode == 0


def proc(pid, name):
    with open("/proc/%d/%s" % (pid, name), encoding="utf-8") as file:
        return file.read()


def test_waiting_helper_holds_no_right(waiting):
    pid, _ = waiting
    status = dict(line.split(":\t", 1) for line in
                  proc(pid, "status").splitlines())
    assert set(status["Uid"].split()) == {str(uid("awsrole"))}
    assert "0" not in status["Gid"].split()
    assert status["Groups"].split() == []
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[name], 16) == 0, name
    assert status["NoNewPrivs"] == "1"
    # Not dumpable: what shows its memory belongs to root.
    assert os.stat("/proc/%d/environ" % pid).st_uid == 0


def test_waiting_helper_inherited_nothing(waiting):
    pid, login = waiting
    assert proc(pid, "environ") == ""
    assert os.readlink("/proc/%d/cwd" % pid) == "/"
    stat = proc(pid, "stat").rpartition(")")[2].split()
    assert stat[3] == str(pid), "the session id"
    assert stat[4] == "0", "the terminal"
    assert stat[16] == "0", "nice"
    assert os.sched_getscheduler(pid) == os.SCHED_OTHER
    assert proc(pid, "oom_score_adj") == "0\n"
    status = dict(line.split(":\t", 1) for line in
                  proc(pid, "status").splitlines())
    assert int(status["SigBlk"], 16) == 0
    ignored = 1 << signal.SIGPIPE - 1 | 1 << signal.SIGXFSZ - 1
    assert int(status["SigIgn"], 16) == ignored
    # libcurl's own are a socket and what wakes it.
    allowed = (r"/dev/null|socket:.*|pipe:.*|anon_inode:.*|"
               r"/run/awsrole(/records(/.*)?)?")
    targets = [os.readlink("/proc/%d/fd/%s" % (pid, fd))
               for fd in os.listdir("/proc/%d/fd" % pid)]
    assert all(re.fullmatch(allowed, target) for target in targets), targets
    assert len(targets) < 12
    # The login program is as it was.
    assert proc(login.pid, "oom_score_adj") in ("-1000\n", "500\n")


@pytest.mark.parametrize("who", ["alice", "carol", "nobody"])
def test_waiting_helper_is_out_of_reach_of_people(who, waiting):
    pid, _ = waiting
    for name in ("CONT", "USR1", "TERM", "KILL"):
        result = run(*as_user(who, "/bin/kill", "-" + name, str(pid)))
        assert "not permitted" in result.stderr
    result = run(*as_user(who, "strace", "-p", str(pid)), timeout=10)
    assert "not permitted" in result.stderr, result.stderr
    for name in ("environ", "maps", "mem", "auxv", "syscall"):
        result = run(*as_user(who, "cat", "/proc/%d/%s" % (pid, name)))
        assert result.stdout == "" and result.returncode != 0
    assert proc(pid, "comm") == "awsrole-helper\n"


def test_waiting_helper_is_not_read_by_others_of_its_own_uid(waiting):
    pid, _ = waiting
    result = run(*as_user("awsrole", "strace", "-p", str(pid)), timeout=10)
    assert "not permitted" in result.stderr
    assert run(*as_user("awsrole", "cat", "/proc/%d/mem" % pid)).stdout == ""
