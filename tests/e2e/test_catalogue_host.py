"""The catalogue of errors: what this host causes, and that with the other
half (test_catalogue.py) no code is left out.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import socket

import pytest

import checks
import left
import leaks
import pam
import place
import test_catalogue  # its codes count here too
import wire
from catalogue import PROVOKED, TABLE, logged_by_helper, provokes, refused, \
    seen
from configuration import CREDENTIALS_FILE, KEY, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login, no_loginuid  # noqa: F401  fixtures
from test_catalogue import rule

# Codes that nothing here provokes, and why.
EXCEPTIONS = {
    "none": "it is success",
    "no-memory": "the helper sets its own limits, and what it needs is far "
                 "below them: allocations fail in unit tests alone",
}
# Provoked in the tests of what they belong to.
ELSEWHERE = {
    "proxy": "test_proxy.py",
    "proxy-refused": "test_proxy.py",
    "web-token": "test_web_identity.py",
    "identity-provider": "test_web_identity.py",
    "anywhere-denied": "test_anywhere.py",
    "anywhere-not-found": "test_anywhere.py",
}
KEYS = ("[bastion]\naws_access_key_id = %s\naws_secret_access_key = %s\n"
        % KEY)


def source(text, mode=0o640):
    write(CREDENTIALS_FILE, text, mode, "awsrole")


@pytest.fixture
def passwd():
    """The text of /etc/passwd, which is as it was afterwards."""
    with open("/etc/passwd", encoding="utf-8") as file:
        before = file.read()
    yield before
    write("/etc/passwd", before)


# The source's own credentials.

@provokes("source")
def test_credentials_file_that_is_missing(configure, login, log):
    os.unlink(CREDENTIALS_FILE)
    refused(login(), log, "source",
            r"source bastion: %s does not exist" % CREDENTIALS_FILE)


@pytest.mark.parametrize("text, what", [
    (KEYS.replace("[bastion]", "[other]"), r"there is no such profile"),
    ("[bastion]\nregion = eu-west-1\n", r"it has no keys, role_arn, "),
    (KEYS.rsplit("aws_secret", 1)[0], r"without aws_secret_access_key"),
    ("[bastion]\naws_secret_access_key = %s\n" % KEY[1],
     r"without aws_access_key_id"),
    ("[bastion]\nrole_arn = arn:aws:iam::123456789012:role/Hop\n"
     "source_profile = b\n[b]\n"
     "role_arn = arn:aws:iam::123456789012:role/Hop\n"
     "source_profile = bastion\n", r"leads back to where it came from"),
    ("what = is this\n", r"credentials:1: "),
])
@provokes("source")
def test_credentials_file_with_a_mistake(text, what, configure, login, log,
                                         sts):
    source(text)
    said = refused(login(), log, "source", what)
    assert CREDENTIALS_FILE in said and "source bastion" in said
    assert sts.requests() == []


@pytest.mark.parametrize("mode, owner, what", [
    (0o644, 0, "everybody can read it"),
    (0o660, 0, "writable by others than root"),
    (0o640, 1001, "must belong to root"),
    (0o600, 0, "cannot be read by the user awsrole"),
])
@provokes("source")
def test_credentials_file_with_wrong_rights(mode, owner, what, configure,
                                            login, log, sts):
    source(KEYS)
    os.chown(CREDENTIALS_FILE, owner, 0 if mode == 0o600 else -1)
    os.chmod(CREDENTIALS_FILE, mode)
    refused(login(), log, "source", "%s .*%s" % (CREDENTIALS_FILE, what))
    assert sts.requests() == []


# Rules and names.

@provokes("no-rule")
def test_no_rule_is_no_failure(configure, login, log, sts):
    one = login("dave", options="debug")
    assert (one.result, one.environment, one.messages) == (pam.IGNORE, {}, [])
    line = log.wait("no role given: no-rule: ")[0]["text"]
    assert "user dave by sshd" in line and line.endswith(TABLE["no-rule"][1])
    seen("no-rule")
    assert left.everything() == [] and sts.requests() == []
    # Without debug there is nothing to be said about it.
    log = place.Log()
    assert login("dave").result == pam.IGNORE
    leaks.flush()
    assert log.ours() == []


@provokes("no-configuration")
def test_no_configuration_is_one_notice(configure, login, log):
    configure.remove()
    one = login()
    assert (one.result, one.environment, one.messages) == (pam.IGNORE, {}, [])
    line = log.wait("no role given: no-configuration: ")
    assert "/etc/awsrole/awsrole.conf" in line[0]["text"]
    assert line[0]["text"].endswith(TABLE["no-configuration"][1])
    leaks.flush()
    assert log.ours() == line
    seen("no-configuration")


@provokes("configuration")
def test_configuration_with_a_mistake(configure, login, log, sts):
    configure(rule(duration_seconds="13h") + "colour = green\n")
    refused(login(), log, "configuration",
            r"/etc/awsrole/awsrole\.conf:\d+: .*\(and 1 more\)")
    # Each of them has a line of its own.
    log.wait(r"^/etc/awsrole/awsrole\.conf:\d+: duration_seconds")
    log.wait(r"^/etc/awsrole/awsrole\.conf:\d+: unknown key \"colour\"")
    assert sts.requests() == []


@provokes("template")
def test_template_that_needs_who_logged_in(no_loginuid, configure, login,
                                           log, sts):
    configure(rule(role_session_name="{login_user}"))
    refused(login(), log, "template", r"\{login_user\}.*pam_loginuid")
    assert sts.requests() == []


# Who the person is. A program between module and helper changes the world
# after the module looked and before the helper looks.

@provokes("unknown-user")
def test_user_whom_only_the_login_process_knows(configure, login, log,
                                                passwd):
    script = wire.helper_script(
        "#!/bin/sh\nsed -i /^alice:/d /etc/passwd\nexec HELPER \"$@\"\n")
    refused(login(helper=script), log, "unknown-user",
            r"there is no user alice")


def test_user_who_is_unknown_everywhere(configure, login, log):
    one = login("mallory")
    assert (one.result, one.messages) == (pam.USER_UNKNOWN, [])
    log.wait(r'no role for user "mallory": user "mallory" is unknown')
    checks.failed_closed(one.environment)


@provokes("directory")
def test_directory_that_tells_another_uid(configure, login, log, passwd,
                                          sts):
    uid = place.uid("alice")
    script = wire.helper_script(
        "#!/bin/sh\nsed -i 's/^alice:x:%d:/alice:x:4711:/' /etc/passwd\n"
        "exec HELPER \"$@\"\n" % uid)
    refused(login(helper=script), log, "directory",
            r"user alice has uid 4711 here and %d in the login process"
            % uid)
    assert sts.requests() == []


@provokes("no-user-awsrole")
def test_host_without_the_user_awsrole(configure, login, log, passwd):
    write("/etc/passwd", "".join(
        line for line in passwd.splitlines(True)
        if not line.startswith("awsrole:")))
    refused(login(), log, "no-user-awsrole", "awsrole")


# /run/awsrole.

@pytest.fixture
def other_run(run_awsrole):
    """Whatever a test mounts or puts over /run/awsrole goes again."""
    place.run(place.program("awsrole-helper"), "sweep")
    yield
    if os.path.ismount(place.RUN):
        assert place.run("umount", place.RUN).returncode == 0
    os.chmod(place.RUN, 0o711)


@provokes("session-files")
def test_run_folder_that_others_can_write(configure, other_run, login, log,
                                          sts):
    os.chmod(place.RUN, 0o777)
    refused(login(), log, "session-files",
            r"/run/awsrole belongs to uid \d+ with mode 0777")
    assert sts.requests() == []


@provokes("session-files")
def test_run_folder_that_is_full(configure, other_run, login, log):
    place.run("mount", "-t", "tmpfs", "-o", "mode=755,nr_inodes=2",
              "tmpfs", place.RUN)
    refused(login(), log, "session-files", r"/run/awsrole.*No space left")


@provokes("no-acl")
def test_run_folder_without_acls(configure, other_run, login, log):
    assert place.run("mount", "-t", "ramfs", "ramfs",
                     place.RUN).returncode == 0
    refused(login(), log, "no-acl", r"ACL")


# Module and helper.

@provokes("protocol")
def test_helper_that_is_older_than_the_module(configure, login, log):
    """The program between turns the module's protocol into a newer one."""
    script = wire.helper_script("""\
#!/usr/bin/python3
import socket, subprocess
module = socket.socket(fileno=0)
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
request = module.recv(65536)
assert request.startswith(b"protocol=1\\0")
subprocess.Popen(["HELPER", "--connection"], stdin=theirs, env={})
theirs.close()
ours.send(request.replace(b"protocol=1", b"protocol=2", 1))
module.send(ours.recv(1 << 18))
module.recv(1)
""")
    one = login(helper=script)
    assert one.result == pam.SESSION_ERR
    assert one.messages == [TABLE["protocol"][0]]
    log.wait(r'no role for user "alice": protocol: .*newer.*%s\Z'
             % re.escape(TABLE["protocol"][1]))
    logged_by_helper(log, "protocol", "newer")
    checks.failed_closed(one.environment)
    assert left.everything() == []


@provokes("internal")
def test_helper_without_its_network_part(configure, login, log):
    folder = os.path.dirname(wire.helper_script(""))
    copy = os.path.join(folder, "awsrole-helper")
    place.run("cp", place.program("awsrole-helper"), copy)
    try:
        refused(login(helper=copy), log, "internal",
                r"cannot load \S*awsrole-aws\.so")
    finally:
        os.unlink(copy)


@provokes("not-allowed")
def test_person_at_the_modules_place(configure, run_awsrole, log, sts):
    connection = wire.Wire(euid=place.uid("bob"))
    reply = connection.ask(**wire.opening("alice"))
    assert reply["status"] == ["error"] and reply["code"] == ["not-allowed"]
    assert reply["message"] == [TABLE["not-allowed"][0]]
    logged_by_helper(log, "not-allowed",
                     r"uid %d may not open" % place.uid("bob"))
    connection.hang_up()
    assert left.everything() == [] and sts.requests() == []


@provokes("not-allowed")
def test_person_who_closes_the_session_of_another(configure, login, log):
    one = login()
    connection = wire.Wire(euid=place.uid("bob"))
    reply = connection.ask(verb="close", uid=place.uid("alice"),
                           session=one.environment["AWSROLE_SESSION"],
                           timeout_ms=1000)
    assert reply["code"] == ["not-allowed"]
    logged_by_helper(log, "not-allowed", "uid %d" % place.uid("bob"))
    connection.hang_up()
    assert left.sessions() == [one.environment["AWSROLE_SESSION"]]


@provokes("not-root")
def test_helper_that_a_person_starts(log):
    result = place.run(*place.as_user(
        "alice", place.program("awsrole-helper"), "sweep"))
    assert result.returncode == 1
    assert "started by uid %d. %s" % (
        place.uid("alice"), TABLE["not-root"][1]) in result.stderr
    seen("not-root")


@provokes("leader")
def test_login_process_that_is_gone(configure, run_awsrole, log, sts):
    """Its end of the connection is held by this process."""
    kept, give = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        try:
            pair = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            socket.send_fds(give, [b"x"], [each.fileno() for each in pair])
        finally:
            os._exit(0)
    _, descriptors, _, _ = socket.recv_fds(kept, 1, 2)
    os.waitpid(pid, 0)
    module, other = [socket.socket(fileno=each) for each in descriptors]
    process = wire.start_helper(other)
    assert process.wait(20) == 1
    log.wait(r"login process %d: .*%s" % (pid, re.escape(TABLE["leader"][1])))
    seen("leader")
    for each in (kept, give, module):
        each.close()
    assert left.everything() == [] and sts.requests() == []


@provokes("timeout")
def test_session_that_was_swept_before_it_was_taken(configure, run_awsrole,
                                                    log):
    connection = wire.Wire()
    reply = connection.ask(**wire.opening())
    assert reply["status"] == ["ok"]
    leaks.remember_session({"AWSROLE_SESSION": reply["session"][0]})
    # As a sweep does that finds the deadline past: folder, then record.
    left.clear()
    connection.hang_up()
    logged_by_helper(log, "timeout", "undone before it was confirmed")
    assert left.everything() == []


# All together.

def test_every_code_of_the_catalogue_is_provoked():
    assert test_catalogue.test_throttled
    assert PROVOKED.isdisjoint(EXCEPTIONS)
    assert PROVOKED | set(EXCEPTIONS) | set(ELSEWHERE) == set(TABLE)
    for code, name in ELSEWHERE.items():
        path = os.path.join(os.path.dirname(__file__), name)
        with open(path, encoding="utf-8") as file:
            assert re.search(r"\b%s\b" % code, file.read()), (code, name)


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)
