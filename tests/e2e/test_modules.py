"""A helper that is missing or mad, and what others do around the module:
through the real sshd, su and sudo.

SPDX-License-Identifier: Apache-2.0
"""
import os
import signal
import socket
import time

import pytest

import checks
import left
import place
import standins
import steps
from configuration import ROLE
from handle import FOLDER, Handle, stack
from place import as_user

LIMIT = 1.0    # seconds: timeout=
# name -> (what stands there, what the log says)
STANDINS = {
    "missing": (standins.missing, "the helper is missing: .*there-is-none"),
    "not executable": (standins.not_executable,
                       "not-executable is not executable: chmod"),
    "not a program": (standins.not_a_program, "cannot execute the helper"),
    "writable by others": (standins.writable_by_others,
                           "can be written by others"),
    "crashing": (standins.crashing, "the helper ended without an answer"),
    "silent": (standins.nothing, "the helper ended without an answer"),
    "hanging": (standins.hanging, "the helper gave no answer in time"),
    "garbage": (standins.garbage, "answer"),
    "text": (standins.text, "answer"),
    "flooding": (standins.flooding, "answer"),
    "flooding with much": (standins.flooding_big, "longer than"),
    "lying": (standins.lying, "answer"),
}


@pytest.fixture(autouse=True)
def world(configure, run_awsrole):
    yield
    steps.disarm()
    _end_of_hanging()
    steps.no_helper_left()


def _end_of_hanging():
    path = FOLDER + "/pid"
    if os.path.exists(path):
        with open(path, encoding="ascii") as pid:
            os.kill(int(pid.read()), signal.SIGKILL)
        os.unlink(path)


def line(stacks, service, helper, options="", control="optional", last=""):
    """Our line with another helper."""
    stacks.without(service)
    with open("/etc/pam.d/" + service, encoding="utf-8") as file:
        before = file.read()
    stacks.raw(service, "%s\nsession %s %s helper=%s %s\n%s" % (
        before, control, place.program("pam_awsrole.so"), helper, options,
        last))


@pytest.mark.parametrize("name", STANDINS)
def test_mad_helper_lets_in_and_fails_closed(name, sshd, stacks, log, sts):
    make, said = STANDINS[name]
    line(stacks, "sshd", make(), "timeout=%ds" % LIMIT)
    result, seconds = place.timed(*sshd.command("alice", "env"))
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    log.wait('no role for user "alice": .*' + said)
    assert seconds < LIMIT + 2
    assert left.everything() == []
    assert sts.requests() == []
    _end_of_hanging()
    # Nobody of its kind is left, nor a zombie.
    place.wait_for(lambda: not standing_in(), 2, "end of the stand-in")


def standing_in():
    result = place.run("pgrep", "-af", FOLDER + "/|^/usr/bin/yes|^/bin/dd")
    return result.stdout


@pytest.mark.parametrize("name", ["missing", "crashing", "hanging",
                                  "garbage"])
def test_mad_helper_with_required_refuses(name, sshd, stacks):
    line(stacks, "sshd", STANDINS[name][0](), "timeout=%ds" % LIMIT,
         control="required")
    result = sshd.ssh("alice", "echo inside")
    assert result.returncode == 254 and "inside" not in result.stdout
    assert left.everything() == []


@pytest.mark.parametrize("name", ["missing", "crashing", "garbage"])
def test_mad_helper_leaves_root_the_role_of_the_host(name, sshd, stacks, log,
                                                     configure):
    configure(roles="[role sre]\nrole_arn = %sBastionSRE\nusers = root\n"
              % ROLE)
    line(stacks, "sshd", STANDINS[name][0](), "timeout=%ds" % LIMIT)
    result = sshd.ssh("root", "env")
    assert result.returncode == 0
    checks.no_session(place.environment(result.stdout))
    log.wait('no role for user "root": .*' + STANDINS[name][1])


@pytest.mark.parametrize("name", ["missing", "crashing", "hanging",
                                  "garbage"])
def test_mad_helper_with_on_failure_open_leaves_the_environment_alone(
        name, sshd, stacks, log):
    line(stacks, "sshd", STANDINS[name][0](),
         "timeout=%ds on_failure=open" % LIMIT)
    result = sshd.ssh("alice", "env")
    assert result.returncode == 0
    checks.no_session(place.environment(result.stdout))
    log.wait('no role for user "alice"')


@pytest.fixture
def traced():
    """The trace of one good login is there."""
    def opened(helper):
        with Handle("alice", stack(helper=helper)) as login:
            checks.environment_is_whole(login.environment, "alice", "sre")
            assert steps.killed() is False
            steps.disarm()  # the trace of the close is not wanted
            login.end()
    standins.trace_one_open(opened)


def test_helper_that_crashes_with_all_made_leaves_it_to_the_next(
        traced, sshd, stacks, log):
    line(stacks, "sshd", standins.crashing_with_its_answer())
    result = sshd.ssh("alice", "env")
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    log.wait('no role for user "alice": the helper ended without an answer')
    assert len(left.sessions()) == 1
    steps.disarm()
    checks.environment_is_whole(
        place.environment(sshd.ssh("alice", "env").stdout), "alice", "sre")
    left.nothing_left()


def test_answer_after_the_module_gave_up_is_undone_within_a_second(
        traced, sshd, stacks, log):
    line(stacks, "sshd", standins.late(1500), "timeout=%ds" % LIMIT)
    result, seconds = place.timed(*sshd.command("alice", "env"))
    assert result.returncode == 0 and seconds < LIMIT + 2
    checks.failed_closed(place.environment(result.stdout))
    log.wait('no role for user "alice": the helper gave no answer in time')
    gave_up = time.monotonic()
    log.wait("the login of user alice did not take its session .*: undone")
    left.nothing_left()
    # 0.5 s of these it was still held up.
    assert time.monotonic() - gave_up < 1.5


def test_sts_slower_than_the_timeout_leaves_nothing(sshd, stacks, sts, log):
    stacks.line("sshd", "timeout=%ds" % LIMIT)
    sts.fault("delay", ms=3000)
    result, seconds = place.timed(*sshd.command("alice", "env"))
    assert result.returncode == 0 and seconds < LIMIT + 2
    checks.failed_closed(place.environment(result.stdout))
    left.nothing_left(1.0)
    steps.no_helper_left()
    log.wait('no role for user "alice": aws-timeout')


# A later module says no.

LATER = {"pam_deny": "session required pam_deny.so",
         "pam_debug": "session required pam_debug.so "
                      "open_session=perm_denied"}


# sudo runs the command though pam_open_session() says PAM_SESSION_ERR, which
# is what pam_deny says; any other code stops it too.
@pytest.mark.parametrize("service, later", [
    ("sshd", "pam_deny"), ("su", "pam_deny"), ("sshd", "pam_debug"),
    ("su", "pam_debug"), ("sudo", "pam_debug")])
def test_session_of_a_login_that_a_later_module_refuses_is_undone(
        service, later, sshd, stacks, sts, log):
    stacks.line(service, control="required", last=LATER[later])
    command = {
        "sshd": sshd.command("alice", "env"),
        "su": ["su", "alice", "-c", "env"],
        "sudo": as_user("carol", "sudo", "-n", "-u", "alice", "env")}[service]
    result = place.run(*command)
    assert result.returncode != 0
    assert "AWSROLE_SESSION" not in result.stdout
    assert len(sts.requests(action="AssumeRole")) == 1
    log.wait("session .* opened for user alice")
    log.wait("session .* removed")
    left.nothing_left()


# Whoever calls su or sudo has no say in it.

@pytest.fixture
def trap():
    """A proxy that must not be asked: how many did, and its address."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setblocking(False)
    yield listener
    with pytest.raises(BlockingIOError):
        listener.accept()
    listener.close()


@pytest.mark.parametrize("service", ["su", "sudo"])
def test_environment_of_the_caller_has_no_effect(service, trap, stacks, sts,
                                                 configure):
    with open(sts.ca_file, encoding="ascii") as authority:
        ca_bundle = configure.file("ca.pem", authority.read())
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
users = alice
sts_endpoint = %s
ca_bundle = %s
""" % (ROLE, sts.https_url, ca_bundle))
    stacks.line(service, control="required", first="auth sufficient "
                "pam_permit.so" if service == "su" else "")
    proxy = "http://127.0.0.1:%d" % trap.getsockname()[1]
    written = "/tmp/keylog"     # mode 1777: whoever writes it, may
    hostile = {
        "LD_PRELOAD": "/home/carol/evil.so", "LD_LIBRARY_PATH": "/home/carol",
        "LD_AUDIT": "/home/carol/evil.so", "GCONV_PATH": "/home/carol",
        "SSLKEYLOGFILE": written, "OPENSSL_CONF": "/home/carol/openssl.cnf",
        "OPENSSL_MODULES": "/home/carol", "OPENSSL_ENGINES": "/home/carol",
        "CURL_CA_BUNDLE": "/etc/hostname", "SSL_CERT_FILE": "/etc/hostname",
        "SSL_CERT_DIR": "/home/carol", "CURL_HOME": "/home/carol",
        "HOME": "/home/carol", "RES_OPTIONS": "debug",
        "HOSTALIASES": "/home/carol/aliases", "TMPDIR": "/home/carol",
        "AWS_ACCESS_KEY_ID": "AKIAEVIL", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_SESSION_TOKEN": "x", "AWS_PROFILE": "evil",
        "AWS_REGION": "us-west-2", "AWS_DEFAULT_REGION": "us-west-2",
        "AWS_CONFIG_FILE": "/home/carol/config",
        "AWS_SHARED_CREDENTIALS_FILE": "/home/carol/credentials",
        "AWS_ENDPOINT_URL": proxy, "AWS_ENDPOINT_URL_STS": proxy,
        "AWS_CA_BUNDLE": "/etc/hostname", "AWSROLE_SESSION": "0/" + "0" * 32,
        "MALLOC_TRACE": written, "LD_DEBUG": "all",
        "LD_DEBUG_OUTPUT": written, "GLIBC_TUNABLES": "glibc.malloc.check=3",
    }
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        hostile[name] = hostile[name.upper()] = proxy
    values = ["%s=%s" % value for value in hostile.items()]
    command = {"su": ["su", "alice", "-c"],
               "sudo": ["sudo", "-n", "-u", "alice", "sh", "-c"]}[service]
    result = place.run(*as_user(
        "carol", "env", *values, *command,
        "env; stat -c %A $AWS_SHARED_CREDENTIALS_FILE"))
    assert result.returncode == 0, result.stderr
    environment = place.environment(result.stdout)
    name = checks.session_of(environment, "alice")
    assert "-r--r-----" in result.stdout
    ours = {"AWS_PROFILE": "sre", "AWS_REGION": "eu-west-1",
            "AWS_DEFAULT_REGION": "eu-west-1",
            "AWS_SHARED_CREDENTIALS_FILE":
                "%s/%s/credentials" % (place.RUN, name)}
    assert {key: environment[key] for key in ours} == ours
    call, = sts.requests(action="AssumeRole")
    assert call["signature"] == "ok" and call["region"] == "eu-west-1"
    assert call["access_key"].startswith("AKIAIOSFODNN7")
    assert call["tls"] in ("TLSv1.2", "TLSv1.3")
    assert [each for each in os.listdir("/tmp")
            if each.startswith("keylog")] == []
    left.nothing_left()
