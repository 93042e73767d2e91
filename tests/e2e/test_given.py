"""What a person gets by a rule, and what AWS is asked for it.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os

import pytest

import checks
import left
import leaks
import pam
import place
from configuration import ROLE, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture
from rules import given, rule, who


def test_two_profiles_are_both_assumed_and_both_work(configure, login, sts):
    configure(rule("sre", "users = alice")
              + rule("second", "users = alice", "Short", region="eu-north-1"))
    one = login()
    assert one.result == pam.SUCCESS
    assert len(sts.requests(action="AssumeRole")) == 2
    assert "(profile sre, also second)" in one.messages[0]
    for profile, role in (("sre", "BastionSRE"), ("second", "Short")):
        assert who(one, sts, profile) == checks.assumed(role, "alice@bastion")
        told = json.loads(one.file(profile + ".json"))
        assert told["Version"] == 1 and told["AccessKeyId"] == \
            leaks.profiles(one.file())[profile]["aws_access_key_id"]
    assert leaks.profiles(one.file())["second"]["region"] == "eu-north-1"
    assert one.environment["AWS_REGION"] == "eu-west-1"


def test_second_role_that_is_denied_gives_nothing_at_all(configure, login,
                                                         log, sts):
    configure(rule("sre", "users = alice")
              + rule("second", "users = alice", "Untrusting"))
    one = login()
    assert one.result == pam.SESSION_ERR
    log.wait(r"access-denied: \[role second\]: ")
    checks.failed_closed(one.environment)
    assert left.everything() == []
    leaks.remember_requests(sts)


def test_dry_run_logs_and_gives_nothing(configure, login, log, sts):
    configure(rule("r", "users = alice", dry_run="yes")
              + rule("real", "users = bob"))
    assert given(login) == []
    log.wait(r"dry run: user alice by sshd would get role %sBastionSRE as "
             r"profile r \(\[role r\]\)" % ROLE)
    assert sts.requests() == []
    assert given(login, "bob") == ["real"]


def test_line_for_the_person_is_one_and_can_be_left_out(configure, login):
    configure(rule("r", "users = alice"))
    one = login()
    assert len(one.messages) == 1
    assert "BastionSRE" in one.messages[0] and "123456789012" in \
        one.messages[0]
    assert login(options="quiet").messages == []
    assert login(flags=pam.SILENT).messages == []
    configure(rule("r", "users = alice", message="no"))
    one = login()
    assert (one.result, one.messages) == (pam.SUCCESS, [])
    configure(rule("r", "users = alice", "Untrusting"))
    assert len(login().messages) == 1
    assert login(options="quiet").messages == []
    assert login(flags=pam.SILENT).messages == []


def test_exported_keys_need_no_file_and_no_profile(configure, login, sts):
    configure(rule("r", "users = alice", export_keys="yes"))
    one = login()
    environment = dict(one.environment)
    assert "AWS_PROFILE" not in environment
    keys = leaks.profiles(one.file())["r"]
    for name in ("aws_access_key_id", "aws_secret_access_key",
                 "aws_session_token"):
        assert environment.pop(name.upper()) == keys[name]
    told = json.loads(one.file("r.json"))["Expiration"]
    assert environment.pop("AWS_SESSION_EXPIRATION") == told
    assert environment.pop("AWS_CREDENTIAL_EXPIRATION") == told
    assert set(environment) == {
        "AWS_SHARED_CREDENTIALS_FILE", "AWS_REGION", "AWS_DEFAULT_REGION",
        "AWSROLE_SESSION", "AWS_EC2_METADATA_DISABLED"}
    assert who(one, sts) == checks.assumed("BastionSRE", "alice@bastion")
    # The keys alone are enough.
    del one.environment["AWS_SHARED_CREDENTIALS_FILE"]
    assert who(one, sts) == checks.assumed("BastionSRE", "alice@bastion")
    assert one.close() == pam.SUCCESS
    assert one.now() == {}


@pytest.mark.parametrize("user_has_the_same_name", [False, True])
def test_config_of_the_session_wins_over_the_persons(
        user_has_the_same_name, configure, login, sts):
    """aws_config = session: even a profile of the same name in ~/.aws, which
    names a role, does not change who the person is."""
    configure(rule("sre", "users = alice", aws_config="session"))
    if user_has_the_same_name:
        os.makedirs("/home/alice/.aws", exist_ok=True)
        write("/home/alice/.aws/config",
              "[profile sre]\nrole_arn = %sShort\nsource_profile = sre\n"
              "region = us-east-1\n" % ROLE)
        place.run("chown", "-R", "alice:", "/home/alice/.aws")
    try:
        one = login()
        name = checks.session_of(one.environment, "alice")
        assert one.environment["AWS_CONFIG_FILE"] == "%s/%s/config" % (
            place.RUN, name)
        assert leaks.profiles(one.file("config")) == {
            "profile sre": {"region": "eu-west-1"}}
        assert place.reachable(one.environment["AWS_CONFIG_FILE"], "alice")
        assert not place.reachable(one.environment["AWS_CONFIG_FILE"], "bob")
        assert who(one, sts) == checks.assumed("BastionSRE", "alice@bastion")
    finally:
        place.run("rm", "-rf", "/home/alice/.aws")


def test_login_user_stays_the_same_across_su(configure, stacks, sts, log):
    """As after sshd: the loginuid is alice's, the session root's for bob."""
    stacks.line("su")
    configure(rule("r", "users = bob", role_session_name="{login_user}",
                   services="su"))
    result = place.run(
        "sh", "-c", "echo %d >/proc/self/loginuid && exec su bob -c env"
        % place.uid("alice"))
    environment = place.environment(result.stdout)
    checks.session_of(environment, "bob")
    assert sts.requests()[0]["parameters"]["RoleSessionName"] == "alice"
    left.nothing_left()


def test_everything_asked_arrives_as_configured(configure, login, sts):
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}
    path = configure.file("policy.json", json.dumps(policy))
    configure(rule(
        "r", "users = alice", "ops/Deploy", duration_seconds="5400",
        external_id="a=b,c:d/e@f.g-h+i_j", policy_file=path,
        policy_arns="arn:aws:iam::aws:policy/ReadOnlyAccess",
        source_identity="{user}", transitive_tags="User",
        tags="User={user}, Where={rhost}, Tty={tty}, By={service}, Uid={uid}, "
             "Why=an empty = sign"))
    one = login(rhost="192.0.2.7", tty="pts/3")
    assert one.result == pam.SUCCESS
    call, = sts.requests()
    assert (call["signature"], call["status"]) == ("ok", 200)
    asked = dict(call["parameters"])
    assert json.loads(asked.pop("Policy")) == policy
    tags = {asked.pop("Tags.member.%d.Key" % number):
            asked.pop("Tags.member.%d.Value" % number)
            for number in range(1, 7)}
    assert tags == {"User": "alice", "Where": "192.0.2.7", "Tty": "pts/3",
                    "By": "sshd", "Uid": str(place.uid("alice")),
                    "Why": "an empty = sign"}
    assert asked == {
        "Action": "AssumeRole", "Version": "2011-06-15",
        "RoleArn": ROLE + "ops/Deploy", "RoleSessionName": "alice@bastion",
        "DurationSeconds": "5400", "ExternalId": "a=b,c:d/e@f.g-h+i_j",
        "SourceIdentity": "alice", "TransitiveTagKeys.member.1": "User",
        "PolicyArns.member.1.arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}


def test_session_name_may_hold_the_session_itself(configure, login, sts):
    configure(rule("r", "users = alice", role_session_name="{session}"))
    one = login()
    assert sts.requests()[0]["parameters"]["RoleSessionName"] == \
        one.environment["AWSROLE_SESSION"].split("/")[1]


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)


def test_uid_of_awsrole_gets_nothing(configure, login, log):
    configure(roles="[role sre]\nrole_arn = %sBastionSRE\nusers = twin\n"
              % ROLE)
    with open("/etc/passwd", "a", encoding="utf-8") as file:
        file.write("twin:x:%d:%d::/tmp:/bin/sh\n"
                   % (place.uid("awsrole"), place.uid("awsrole")))
    try:
        assert login(user="twin").result == pam.SESSION_ERR
    finally:
        place.run("sed", "-i", "/^twin:/d", "/etc/passwd")
    log.wait("not-allowed.*the uid of the system user awsrole")
