"""A host that is short of something, or slow, while others are at work.

SPDX-License-Identifier: Apache-2.0
"""
import os
import signal
import socket
import subprocess

import pytest

import left
import place
import steps
from handle import PAM_SUCCESS, Handle, stack

TRACE = "/tmp/trace-of-sweep"


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.no_helper_left()


def sweep(*before):
    return place.run(*before, place.program("awsrole-helper"), "sweep")


def test_helper_ends_where_the_directory_never_answers(tmp_path):
    """A passwd file that nobody ever writes into stands for a server that
    takes the question and gives no answer: not even for `awsrole`."""
    fifo = str(tmp_path / "passwd")
    os.mkfifo(fifo)
    ours, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    helper = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c",
         "mount --bind %s /etc/passwd && exec %s --connection" % (
             fifo, place.program("awsrole-helper"))], stdin=other)
    other.close()
    try:
        assert helper.wait(20) == -signal.SIGALRM
    finally:
        helper.kill()
        ours.close()


def test_sweep_leaves_what_it_cannot_read_just_now():
    """No descriptor is free at the moment when the record is read."""
    with Handle("alice", stack()) as login:
        steps.no_helper_left()
        record = login.environment["AWSROLE_SESSION"].replace("/", ".")
        assert sweep("strace", "-qq", "-o", TRACE, "-e",
                     "trace=openat").returncode == 0
        with open(TRACE, encoding="utf-8") as file:
            opened = [number for number, line in enumerate(file, 1)
                      if record in line]
        assert len(opened) == 3  # to lock it, to read it, for its folder
        result = sweep("strace", "-qq", "-o", TRACE, "-e",
                       "inject=openat:error=ENFILE:when=%d" % opened[1])
        assert result.returncode == 1
        assert "Too many open files in system" in result.stderr
        assert left.records() == [record]
        assert os.path.exists(login.environment["AWS_SHARED_CREDENTIALS_FILE"])
        assert login.close() == PAM_SUCCESS


def test_sweeps_at_once_disturb_neither_logins_nor_each_other():
    """Each open and close of one person makes and removes the same <uid>
    folder, and ends in a sweep; two more sweeps are always on their way."""
    folder = stack()
    sweeper = "while [ ! -e %s ]; do %s sweep || exit 1; done" % (
        "/tmp/enough", place.program("awsrole-helper"))
    sweepers = [subprocess.Popen(["sh", "-c", sweeper],
                                 stderr=subprocess.PIPE) for _ in range(2)]
    try:
        for _ in range(8):
            logins = [Handle("alice", folder, wait=False) for _ in range(4)]
            for login in logins:
                assert login.opened().code == PAM_SUCCESS
                assert os.path.exists(
                    login.environment["AWS_SHARED_CREDENTIALS_FILE"])
            for login in logins:
                assert login.close() == PAM_SUCCESS
                login.end()
    finally:
        with open("/tmp/enough", "w", encoding="utf-8"):
            pass
        said = [each.communicate(timeout=20)[1] for each in sweepers]
    assert [each.returncode for each in sweepers] == [0, 0], said
    steps.no_helper_left()
    left.nothing_left()
