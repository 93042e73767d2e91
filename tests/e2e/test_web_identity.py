"""The helper comes to AWS with a token that another service rotates.

SPDX-License-Identifier: Apache-2.0
"""
import os

import pytest

import checks
import left
import place
from configuration import ROLE, write
from sources import with_profile, with_source

TOKEN_FILE = "/var/tmp/tokens/token"
TOKEN = "eyJhbGciOiJub25lIn0.%s"
DIRECT = """
[role web]
role_arn = %sWeb
users = alice
duration_seconds = 8h
direct = yes

[role short]
role_arn = %sShortWeb
users = bob
duration_seconds = 8h
direct = yes
""" % (ROLE, ROLE)


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd", "timeout=4s")
    yield
    for path in (TOKEN_FILE, TOKEN_FILE + ".data"):
        if os.path.lexists(path):
            os.unlink(path)


def token(name, end="\n"):
    """A token of the state (tests/sts/example.py) into the file."""
    write(TOKEN_FILE, TOKEN % name + end, 0o640, "awsrole")


def use(configure, direct=True, defaults=""):
    source = "type = web-identity\ntoken_file = " + TOKEN_FILE
    if direct:
        with_source(configure, source, DIRECT, defaults)
    else:
        with_source(configure, source + "\nrole_arn = %sWeb\n"
                    "role_session_name = host-{user}" % ROLE)


def works(sshd, sts, hold, user="alice", profile="sre", role="BastionSRE"):
    shell = hold(sshd.shell(user))
    checks.environment_is_whole(shell.environment(), user, profile)
    assert checks.who_am_i(shell, sts) == checks.assumed(
        role, user + "@bastion")
    assert shell.end() == 0
    left.nothing_left()


def fails(sshd, log, *patterns):
    result = sshd.ssh("alice", "env")
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    for pattern in patterns:
        assert TOKEN % "" not in log.wait(pattern)[0]["text"]
    left.nothing_left()


def test_token_as_a_source(sshd, sts, hold, configure):
    token("bastion.login")
    use(configure, direct=False)
    works(sshd, sts, hold)
    first, second = [request for request in sts.requests()
                     if request["action"] != "GetCallerIdentity"]
    assert first["action"] == "AssumeRoleWithWebIdentity"
    assert first["role_session_name"] == "host-alice"
    assert "Authorization" not in first["headers"]
    assert second["action"] == "AssumeRole"
    # Role chaining: never more than an hour is asked for.
    assert second["parameters"]["DurationSeconds"] == "3600"


def test_token_takes_the_role_directly(sshd, sts, hold, configure):
    token("bastion.login")
    use(configure)
    works(sshd, sts, hold, profile="web", role="Web")
    first = sts.requests()[0]
    assert first["action"] == "AssumeRoleWithWebIdentity"
    # No role chaining: all eight hours.
    assert first["parameters"]["DurationSeconds"] == "28800"
    assert sts.requests(action="AssumeRole") == []


def test_direct_role_of_one_hour_gives_an_hour(sshd, sts, hold, configure):
    token("bastion.login")
    use(configure)
    works(sshd, sts, hold, "bob", "short", "ShortWeb")
    assert [request["parameters"].get("DurationSeconds") for request in
            sts.requests(action="AssumeRoleWithWebIdentity")] \
        == ["28800", "3600"]


def test_policy_goes_with_a_direct_role(sshd, sts, configure):
    token("bastion.login")
    policy = configure.file("policy.json", '{"Version": "2012-10-17", '
                            '"Statement": [{"Effect": "Deny", "Action": '
                            '"iam:*", "Resource": "*"}]}')
    with_source(configure, "type = web-identity\ntoken_file = " + TOKEN_FILE,
                DIRECT + "policy_file = " + policy)
    result = sshd.ssh("bob", "env")
    checks.session_of(place.environment(result.stdout), "bob")
    assert "Statement" in sts.requests()[0]["parameters"]["Policy"]


def test_rotated_token_behind_links_is_read_anew(
        sshd, sts, hold, configure):
    token("bastion.old")
    os.rename(TOKEN_FILE, TOKEN_FILE + ".data")
    os.symlink("token.data", TOKEN_FILE)
    use(configure)
    result = sshd.ssh("alice", "env")
    checks.failed_closed(place.environment(result.stdout))
    write(TOKEN_FILE + ".data", TOKEN % "bastion.login", 0o640, "awsrole")
    works(sshd, sts, hold, profile="web", role="Web")


def test_token_of_a_profile(sshd, sts, hold, configure):
    token("bastion.login")
    with_profile(configure, "role_arn = %sWeb\nrole_session_name = host\n"
                 "web_identity_token_file = %s" % (ROLE, TOKEN_FILE))
    works(sshd, sts, hold)
    first = sts.requests()[0]
    assert first["action"] == "AssumeRoleWithWebIdentity"
    assert first["role_session_name"] == "host"


@pytest.mark.parametrize("name, code, told", [
    ("bastion.old", "web-token", r"the token has expired that asked for .*role/Web .*"
     r"ExpiredTokenException.*date/time.*token_file"),
    ("bastion.audience", "web-token",
     r"does not accept the token .*InvalidIdentityToken"
     r".*Incorrect token audience.*audience"),
    ("bastion.rejected", "web-token",
     r"does not accept the token .*IDPRejectedClaim"),
    ("bastion.unknown", "web-token",
     r"does not accept the token .*InvalidIdentityToken"),
    ("bastion.unreachable", "identity-provider",
     r"does not reach the identity provider .*"
     r"IDPCommunicationError.*OIDC"),
    ("other.login", "access-denied",
     r"does not allow sts:AssumeRoleWithWebIdentity on .*"
     r"role/Web .*AccessDenied"),
])
def test_refused_token_is_told(sshd, log, configure, name, code, told):
    token(name)
    use(configure)
    fails(sshd, log, r"%s: .*\[source host\].*with the token of %s.*%s"
          % (code, TOKEN_FILE, told))


def test_file_that_is_missing_is_told(sshd, log, configure, sts):
    use(configure)
    fails(sshd, log, r"\[source host\].*%s cannot be read: No such file"
          % TOKEN_FILE)
    assert sts.requests() == []


@pytest.mark.parametrize("text, told", [
    ("", r"holds 0 characters; a token of 4 to 20000"),
    ("abc\n", r"holds 3 characters"),
    ("x" * 20001, r"holds 20001 characters"),
    (TOKEN % "bastion.login" + "\nmore\n", r"holds a space, a line end"),
])
def test_file_that_holds_no_token_is_told(
        sshd, log, configure, sts, text, told):
    write(TOKEN_FILE, text, 0o640, "awsrole")
    use(configure)
    fails(sshd, log, r"\[source host\].*token file %s %s"
          % (TOKEN_FILE, told))
    assert sts.requests() == []


def test_what_a_token_cannot_carry_is_told_when_read(
        sshd, log, configure, sts):
    token("bastion.login")
    use(configure, defaults="tags = team=ops")
    fails(sshd, log, r"awsrole.conf:\d+: direct = yes .* cannot give tags "
          r"\(.*awsrole.conf:\d+\)")
    assert sts.requests() == []
