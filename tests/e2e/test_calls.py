"""What the configuration says is what AWS is asked.

SPDX-License-Identifier: Apache-2.0
"""
import json

import pytest

import checks
import left
import place
from configuration import ROLE


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd")
    stacks.line("su")


def su(user):
    result = place.run("su", user, "-c", "env")
    return place.environment(result.stdout)


def the_call(sts):
    """The one AssumeRole, which must have been signed right."""
    calls = sts.requests(action="AssumeRole")
    assert len(calls) == 1
    assert calls[0]["signature"] == "ok" and calls[0]["status"] == 200
    return calls[0]


def test_least_configuration_asks_the_least(configure, sts):
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
users = alice
""" % ROLE)
    checks.environment_is_whole(su("alice"), "alice", "sre")
    call = the_call(sts)
    assert call["parameters"] == {
        "Action": "AssumeRole", "Version": "2011-06-15",
        "RoleArn": ROLE + "BastionSRE",
        "RoleSessionName": "alice@bastion", "DurationSeconds": "3600"}
    assert call["method"] == "POST"
    assert call["region"] == "eu-west-1"
    agent = call["headers"]["user-agent"]
    assert agent.startswith("pam_awsrole/") and "curl" not in agent


def test_everything_that_can_be_asked_arrives(sshd, configure, sts):
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}
    path = configure.file("policy.json", json.dumps(policy, indent=2))
    configure(roles="""
[role deploy]
role_arn = %sops/Deploy
users = alice
duration_seconds = 90m
role_session_name = {user}-{service}-{uid}
source_identity = {user}
tags = User={user}, From={rhost}, Team=site reliability, Host={host}
transitive_tags = User, Team
policy_file = %s
policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess, \
arn:aws:iam::123456789012:policy/Deploy
""" % (ROLE, path))
    result = sshd.ssh("alice", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "deploy")
    asked = dict(the_call(sts)["parameters"])
    assert json.loads(asked.pop("Policy")) == policy
    tags = {}
    for number in range(1, 5):
        key = asked.pop("Tags.member.%d.Key" % number)
        tags[key] = asked.pop("Tags.member.%d.Value" % number)
    assert tags == {"User": "alice", "From": "127.0.0.1",
                    "Team": "site reliability", "Host": "bastion"}
    assert asked == {
        "Action": "AssumeRole", "Version": "2011-06-15",
        "RoleArn": ROLE + "ops/Deploy", "DurationSeconds": "5400",
        "RoleSessionName": "alice-sshd-%d" % place.uid("alice"),
        "SourceIdentity": "alice",
        "TransitiveTagKeys.member.1": "User",
        "TransitiveTagKeys.member.2": "Team",
        "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess",
        "PolicyArns.member.2.arn": "arn:aws:iam::123456789012:policy/Deploy",
    }


def test_external_id_opens_what_is_closed_without(configure, sts):
    rule = "[role ext]\nrole_arn = %sExternal\nusers = alice\n" % ROLE
    configure(roles=rule)
    checks.failed_closed(su("alice"))
    left.nothing_left()
    sts.forget()
    configure(roles=rule + "external_id = bastion:42/x\n")
    checks.environment_is_whole(su("alice"), "alice", "ext")
    assert the_call(sts)["parameters"]["ExternalId"] == "bastion:42/x"


def test_login_user_is_the_one_who_logged_in(sshd, configure, sts, stacks,
                                             hold):
    stacks.line("su", first="auth sufficient pam_permit.so")
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
users = bob
services = su
role_session_name = {login_user}
""" % ROLE)
    shell = hold(sshd.shell("alice"))
    assert shell.do("su bob -c env")[0] == 0
    assert the_call(sts)["parameters"]["RoleSessionName"] == "alice"
    shell.end()


def test_several_roles_are_several_profiles_of_one_login(
        sshd, configure, sts, hold):
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
users = alice

[role short]
role_arn = %sShort
users = alice
profile = second
""" % (ROLE, ROLE))
    shell = hold(sshd.shell("alice"))
    checks.environment_is_whole(shell.environment(), "alice", "sre")
    for profile, role in (("sre", "BastionSRE"), ("second", "Short")):
        status, output = shell.do(
            "aws --no-cli-pager --profile %s sts get-caller-identity "
            "--output text --query Arn --endpoint-url %s"
            % (profile, sts.http_url))
        assert (status, output) == (
            0, checks.assumed(role, "alice@bastion"))
    shell.end()


def test_exported_keys_are_the_session_of_the_role(
        sshd, configure, sts, hold):
    configure(defaults="export_keys = yes\n")
    shell = hold(sshd.shell("alice"))
    environment = shell.environment()
    assert "AWS_PROFILE" not in environment
    assert environment["AWS_ACCESS_KEY_ID"].startswith("ASIA")
    assert environment["AWS_SESSION_EXPIRATION"] == \
        environment["AWS_CREDENTIAL_EXPIRATION"]
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    shell.end()


def test_tls_is_verified_with_the_named_authority(configure, sts, log):
    with open(sts.ca_file, encoding="ascii") as authority:
        path = configure.file("ca.pem", authority.read())
    rule = """
[role sre]
role_arn = %sBastionSRE
users = alice
sts_endpoint = %s
""" % (ROLE, sts.https_url)
    configure(roles=rule + "ca_bundle = %s\n" % path)
    checks.environment_is_whole(su("alice"), "alice", "sre")
    assert the_call(sts)["tls"] in ("TLSv1.2", "TLSv1.3")
    left.nothing_left()
    # With the system's own authorities it is a stranger.
    sts.forget()
    configure(roles=rule)
    checks.failed_closed(su("alice"))
    assert sts.requests() == []
    log.wait(r"no role for user \"alice\".*tls")
