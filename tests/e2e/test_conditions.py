"""Hosts that are set up unusually, and logins that start from odd places.

SPDX-License-Identifier: Apache-2.0
"""
import os
import signal
import subprocess

import pytest

import checks
import left
import place
from callers import su
from configuration import ROLE
from held import Held


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("su")
    stacks.line("sshd")


@pytest.fixture
def mounted():
    """mounted(type, options): on /run/awsrole, until the test is over."""
    def mount(kind, options="rw"):
        os.makedirs(place.RUN, exist_ok=True)
        subprocess.run(["mount", "-t", kind, "-o", options, kind,
                        place.RUN], check=True)
        done.append(place.RUN)
    done = []
    yield mount
    for path in done:
        subprocess.run(["umount", path], check=True)


def env_of_su(user="alice"):
    result = place.run("su", user, "-c", "env")
    assert result.returncode == 0
    return place.environment(result.stdout)


def own(path):
    os.chown(path, place.uid("awsrole"), -1)
    os.chmod(path, 0o711)


def test_file_system_without_acls_is_refused_by_name(mounted, log):
    mounted("ramfs")
    own(place.RUN)
    checks.failed_closed(env_of_su())
    log.wait(r'no role for user "alice": no-acl:.*%s' % place.RUN)
    left.nothing_left()


def test_read_only_run_is_refused_by_name(mounted, log):
    mounted("tmpfs")
    own(place.RUN)
    subprocess.run(["mount", "-o", "remount,ro", place.RUN], check=True)
    checks.failed_closed(env_of_su())
    log.wait(r'no role for user "alice": session-files:.*%s' % place.RUN)


def test_full_run_is_refused_and_left_clean(mounted, log):
    mounted("tmpfs", "size=4k,nr_inodes=5")
    own(place.RUN)
    checks.failed_closed(env_of_su())
    log.wait(r'no role for user "alice": session-files:')
    left.nothing_left()


@pytest.mark.parametrize("owner,mode", [(0, 0o777), (1001, 0o711)],
                         ids=["that all can write", "of a person"])
def test_run_folder_of_somebody_else_is_refused(owner, mode, mounted, log,
                                                sts):
    mounted("tmpfs")
    os.chown(place.RUN, owner, -1)
    os.chmod(place.RUN, mode)
    checks.failed_closed(env_of_su())
    log.wait(r'no role for user "alice": session-files:')
    assert sts.requests() == []
    left.nothing_left()


def test_hidden_processes_change_nothing(sshd, hold):
    """/proc with hidepid=2: nobody but root sees others' processes."""
    subprocess.run(["mount", "-o", "remount,hidepid=2", "/proc"], check=True)
    try:
        shell = hold(sshd.shell("alice"))
        name = checks.environment_is_whole(shell.environment(), "alice",
                                           "sre")
        # Another login's sweep must not take what it cannot see for dead.
        other = hold(su("bob"))
        other.environment()
        other.end()
        checks.person_can_only_read(shell, name)
        assert left.sessions() == [name]
        shell.end()
        left.nothing_left()
    finally:
        subprocess.run(["mount", "-o", "remount,hidepid=0", "/proc"],
                       check=True)


def test_login_without_audit_user_fails_only_where_that_is_asked(
        stacks, configure, log):
    rule = "[role sre]\nrole_arn = %sBastionSRE\nusers = alice\n" % ROLE
    with open("/proc/self/loginuid", encoding="ascii") as file:
        if file.read().strip() != "4294967295":
            pytest.skip("the tests themselves have an audit login user")
    configure(roles=rule)
    checks.environment_is_whole(env_of_su(), "alice", "sre")
    configure(roles=rule + "role_session_name = {login_user}\n")
    checks.failed_closed(env_of_su())
    log.wait(r'no role for user "alice": template:.*login_user')
    left.nothing_left()


def in_new_pid_namespace(*command):
    return ["unshare", "--pid", "--fork", "--mount", "--mount-proc",
            "--kill-child", *command]


def test_login_inside_a_pid_namespace_and_sweeps_leave_each_other(hold):
    """Numbers of processes mean nothing across; nobody sweeps by them."""
    outer = hold(su("bob"))
    his = checks.session_of(outer.environment(), "bob")
    inner = hold(Held(in_new_pid_namespace("su", "alice")))
    hers = checks.environment_is_whole(inner.environment(), "alice", "sre")
    # Sweeps from both sides.
    place.run(place.program("awsrole-helper"), "sweep")
    place.run(*in_new_pid_namespace(place.program("awsrole-helper"),
                                    "sweep"))
    assert left.sessions() == sorted([his, hers])
    inner.end()
    checks.gone(hers)
    outer.end()


def test_odd_process_that_logs_in_gets_the_same(sts, hold, tmp_path):
    """Few descriptors and processes, no permission bits, every signal
    blocked or ignored, a working directory that is gone."""
    gone = tmp_path / "gone"
    gone.mkdir()
    script = """
import os, resource, signal, sys
os.chdir(%r); os.rmdir(%r); os.umask(0o777)
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
resource.setrlimit(resource.RLIMIT_NPROC, (30, 30))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
os.execv("/bin/su", ["su", "alice", "-c",
                     "env; cat $AWS_SHARED_CREDENTIALS_FILE"])
""" % (str(gone), str(gone))
    result = place.run("/usr/bin/python3", "-c", script)
    assert result.returncode == 0, result.stderr
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    assert "aws_session_token = " in result.stdout
    left.nothing_left()


def test_module_without_its_helper_lets_in_and_names_it(stacks, log):
    for control, status in (("optional", 0), ("required", 1)):
        stacks.line("su", control=control)
        path = "/etc/pam.d/su"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        stacks.raw("su", text.replace(place.program("awsrole-helper"),
                                      "/etc/no-helper-here"))
        result = place.run("su", "alice", "-c", "env")
        assert (result.returncode != 0) == bool(status)
        if not status:
            checks.failed_closed(place.environment(result.stdout))
        log.wait(r'no role for user "alice":.*/etc/no-helper-here')
    left.nothing_left()


def test_host_without_the_user_awsrole_says_so(log, sts):
    for name in ("passwd", "shadow"):
        path = "/etc/" + name
        with open(path, encoding="utf-8") as file:
            lines = file.readlines()
        with open(path + ".saved", "w", encoding="utf-8") as file:
            file.writelines(lines)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(line for line in lines
                            if not line.startswith("awsrole:"))
    try:
        checks.failed_closed(env_of_su())
    finally:
        for name in ("passwd", "shadow"):
            os.rename("/etc/%s.saved" % name, "/etc/" + name)
            os.chmod("/etc/" + name, 0o644 if name == "passwd" else 0o640)
    log.wait(r'no role for user "alice": no-user-awsrole:.*useradd')
    assert sts.requests() == []


def test_signal_to_the_whole_group_does_not_stop_a_close(hold):
    """Ctrl-C and a hang-up reach the caller's process group; the helper that
    closes is not part of it."""
    shell = hold(Held(["su", "-", "alice"], terminal=True))
    name = checks.session_of(shell.environment(), "alice")
    os.killpg(os.getpgid(shell.pid), signal.SIGTERM)
    checks.gone(name)
