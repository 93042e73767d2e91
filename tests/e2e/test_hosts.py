"""Hosts and login programs that are not as usual: each contract holds.

SPDX-License-Identifier: Apache-2.0
"""
import contextlib
import os
import re
import shutil
import subprocess

import pytest

import checks
import left
import place
import recorded
import steps
from configuration import ROLE
from handle import PAM_SUCCESS, Handle, stack
from held import Held
from place import as_user, run, uid
from sshd import CLIENT
from states import STATES

PAST = {"until_wall": "1000000000"}


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.no_helper_left()


def sweep():
    result = run(place.program("awsrole-helper"), "sweep")
    assert result.returncode == 0, result.stderr


@contextlib.contextmanager
def mounted(*arguments, at):
    subprocess.run(["mount", *arguments, at], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", at], check=True)


# A pid namespace.

INSIDE = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"]


@pytest.fixture(params=["su", "sshd"])
def elsewhere(request, stacks, sshd, hold):
    """A login of alice whose pids nobody out here knows."""
    if request.param == "su":
        stacks.line("su")
        yield hold(Held([*INSIDE, "su", "alice"]))
        return
    stacks.line("sshd")
    server = subprocess.Popen([*INSIDE, "/usr/sbin/sshd", "-D", "-p", "2222",
                               "-o", "PidFile=none"])
    try:
        place.wait_for(lambda: run("ssh-keyscan", "-p", "2222",
                                   "127.0.0.1").stdout, 10, "sshd")
        yield hold(Held(["ssh", "-F", CLIENT, "-p", "2222",
                         "alice@127.0.0.1", "bash"]))
    finally:
        server.kill()
        server.wait()


def test_login_in_a_pid_namespace_has_its_session(elsewhere, sts):
    name = checks.everything_of_a_session(elsewhere, "alice", sts)
    record = recorded.read(name)
    assert int(record["leader_pid_namespace"]) != os.stat(
        "/proc/self/ns/pid").st_ino
    assert elsewhere.end() == 0
    left.nothing_left()


def test_sweep_from_outside_does_not_judge_the_leader_of_a_pid_namespace(
        elsewhere, log):
    name = checks.environment_is_whole(elsewhere.environment(), "alice",
                                       "sre")
    steps.no_helper_left()
    # Out here that number is nobody's, or a stranger's.
    recorded.edit(name, leader_pid="4000000", leader_start_time="1")
    sweep()
    assert left.sessions() == [name]
    assert elsewhere.do("cat $AWS_SHARED_CREDENTIALS_FILE")[0] == 0
    recorded.edit(name, **PAST)
    sweep()
    checks.gone(name)
    log.wait("session %s .*removed: its credentials have expired" % name)


def test_sweep_inside_a_pid_namespace_does_not_judge_those_outside():
    with Handle("alice", stack()) as login:
        steps.no_helper_left()
        name = checks.environment_is_whole(login.environment, "alice", "sre")
        recorded.edit(name, leader_pid="4000000")
        result = run(*INSIDE, place.program("awsrole-helper"), "sweep")
        assert result.returncode == 0
        assert left.sessions() == [name]
        sweep()
        checks.gone(name)


# /proc, /run.

@pytest.fixture
def hidepid():
    subprocess.run(["mount", "-o", "remount,hidepid=2", "/proc"], check=True)
    # It does what its name says.
    assert run(*as_user("awsrole", "ls", "/proc/1")).returncode != 0
    yield
    subprocess.run(["mount", "-o", "remount,hidepid=0", "/proc"], check=True)


def test_hidepid_keeps_open_close_and_sweep_as_they_are(hidepid, sshd, stacks,
                                                        hold, sts):
    stacks.line("sshd", control="required")
    living = hold(sshd.shell("alice"))
    name = checks.everything_of_a_session(living, "alice", sts)
    with Handle("bob", stack()) as dead:
        steps.no_helper_left()
        dead.kill()
    assert len(left.sessions()) == 2
    sweep()
    # Who cannot be seen is alive; who is not there is dead.
    assert left.sessions() == [name]
    assert living.end() == 0
    left.nothing_left()


def without_loginuid():
    with open("/proc/self/loginuid", "r+", encoding="ascii") as file:
        if file.read() != "4294967295":
            file.write("4294967295")


def test_unset_loginuid_fails_only_the_rule_that_names_it(configure, log,
                                                          sts):
    configure(roles="""
[role named]
role_arn = %sBastionSRE
users = alice
role_session_name = {login_user}

[role short]
role_arn = %sShort
users = bob
""" % (ROLE, ROLE))
    folder = stack()
    with Handle("alice", folder, before=without_loginuid) as login:
        assert login.code == PAM_SUCCESS
        checks.failed_closed(login.environment)
    line, = log.wait('no role for user "alice"')
    assert re.search(r"login_user.*pam_loginuid", line["text"]), line["text"]
    assert left.everything() == [] and sts.requests() == []
    with Handle("bob", folder, before=without_loginuid) as login:
        name = checks.environment_is_whole(login.environment, "bob", "short")
        steps.no_helper_left()
        assert recorded.read(name)["loginuid"] == "4294967295"
        assert login.close() == PAM_SUCCESS


@pytest.mark.parametrize("there", [True, False],
                         ids=["with-folder", "without"])
def test_read_only_run_fails_only_the_login_that_a_rule_matches(
        there, stacks, log, sts):
    stacks.line("su")
    if there:
        with Handle("bob", stack()) as login:
            assert login.close() == PAM_SUCCESS
        steps.no_helper_left()
    else:
        shutil.rmtree(place.RUN, ignore_errors=True)
    sts.forget()
    with mounted("--bind", "/run", at="/run"):
        subprocess.run(["mount", "-o", "remount,bind,ro", "/run"], check=True)
        before = place.Log()
        result = run("su", "dave", "-c", "env")
        assert result.returncode == 0
        checks.no_session(place.environment(result.stdout))
        assert before.find("no role for user") == []
        result = run("su", "alice", "-c", "env")
        assert result.returncode == 0
        checks.failed_closed(place.environment(result.stdout))
        log.wait('no role for user "alice": .*[Rr]ead-only file system')
        steps.no_helper_left()
    assert left.everything() == []
    # AWS was not asked for what could not be kept.
    assert sts.requests() == []
    assert os.path.isdir(place.RUN) == there


def test_file_system_without_acls_is_refused_by_name(stacks, log):
    stacks.line("su")
    os.makedirs(place.RUN, exist_ok=True)
    with mounted("-t", "ramfs", "ramfs", at=place.RUN):
        result = run("su", "alice", "-c", "env")
        assert result.returncode == 0
        checks.failed_closed(place.environment(result.stdout))
        log.wait('no role for user "alice": no-acl: .*/run/awsrole.*ACL')
        left.nothing_left()
        steps.no_helper_left()


# The state that a login program is in: see states.py.

def exact(name, person):
    """Section 5 to the letter: modes, owners, and the ACL of every file."""
    folder = "%s/%s" % (place.RUN, name)
    files = sorted(os.listdir(folder))
    assert files == ["credentials", "session.json", "sre.json"]
    for path, mode in ((place.RUN, "711"), (place.RUN + "/records", "700"),
                       (os.path.dirname(folder), "711"), (folder, "711"),
                       (recorded.path(name), "600"),
                       *((folder + "/" + file, "440") for file in files)):
        assert run("stat", "-c", "%U:%a", path).stdout == \
            "awsrole:%s\n" % mode, path
    for file in files:
        acl = run("getfacl", "-cnp", folder + "/" + file).stdout.split()
        assert acl == ["user::r--", "user:%d:r--" % uid(person), "group::---",
                       "mask::r--", "other::---"]
        assert run(*as_user(person, "cat", folder + "/" + file)).stdout


@pytest.mark.parametrize("state", STATES)
def test_state_of_the_login_program_changes_nothing(state):
    shutil.rmtree(place.RUN, ignore_errors=True)
    folder = stack(control="required")
    with Handle("alice", folder, before=STATES[state]) as login:
        name = checks.environment_is_whole(login.environment, "alice", "sre")
        steps.no_helper_left()
        exact(name, "alice")
        assert login.close() == PAM_SUCCESS
        left.nothing_left()
        login.end()


# The same for the real programs. {} is the command.
WRAPPERS = {
    "limits": "ulimit -S -n 20; ulimit -n 20; ulimit -u 30; exec {}",
    "small stack": "ulimit -s 256; exec {}",
    "tiny stack": "ulimit -S -s 64; exec {}",
    "umask": "umask 0777; exec {}",
    "signals": "exec env --block-signal {}",
    "folder": "mkdir -p $HOME/d; cd $HOME/d; rmdir $HOME/d; exec {}",
    "descriptors": "exec {} 3<&0 4<&0 5<&0 6</etc/hostname 7>/dev/null",
    "idle": "exec nice -n 19 chrt -i 0 {}",
}


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("service", ["su", "sudo"])
def test_real_program_in_that_state_gives_the_role(service, wrapper, stacks):
    # No pam_limits, which would put right what is wrong here.
    stacks.raw(service, """
auth required pam_permit.so
account required pam_permit.so
session required %s helper=%s
""" % (place.program("pam_awsrole.so"), place.program("awsrole-helper")))
    shutil.rmtree(place.RUN, ignore_errors=True)
    command = {"su": "su alice -c env",
               "sudo": "sudo -n -u alice env"}[service]
    result = run(*as_user("carol", "env", "HOME=/home/carol", "bash", "-c",
                          WRAPPERS[wrapper].format(command)))
    assert result.returncode == 0, result.stderr
    checks.session_of(place.environment(result.stdout), "alice")
    left.nothing_left()
