"""type = instance: an EC2 instance's own role is what roles are assumed with.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import checks
import left
import place
from configuration import ROLE
from endpoints import configuration, instance, instance6  # noqa: F401

PUT = "PUT /latest/api/token"
NAME = "GET /latest/meta-data/iam/security-credentials/"
REGION = "GET /latest/meta-data/placement/region"


@pytest.fixture(autouse=True)
def line(stacks, configure, sts, run_awsrole):
    stacks.line("sshd", "timeout=8s")
    stacks.line("su", "timeout=8s")
    configure.text(configuration(sts, "type = instance"))


def su(seconds=9):
    result, took = place.timed("su", "alice", "-c", "env")
    assert result.returncode == 0 and took < seconds
    return place.environment(result.stdout)


def fails(log, *words):
    """The login fails closed; the log line has all of `words`."""
    checks.failed_closed(su())
    text = log.wait(r'no role for user "alice": source:')[0]["text"]
    for word in words:
        assert word in text, text
    assert "[source host]" in text
    left.nothing_left()
    return text


def test_login_has_its_role_through_the_instances(
        sshd, sts, instance, hold, log):
    shell = hold(sshd.shell("alice"))
    checks.everything_of_a_session(shell, "alice", sts)
    assert shell.end() == 0
    left.nothing_left()
    assert instance.paths() == [PUT, NAME, NAME + "Hop"]
    call = sts.requests(action="AssumeRole")[0]
    assert call["access_key"] == instance.credentials["AccessKeyId"]
    assert call["parameters"]["DurationSeconds"] == "3600"
    for secret in ("SecretAccessKey", "SessionToken"):
        assert instance.credentials[secret] not in log.text()


def test_token_is_asked_for_six_hours_and_sent_each_time(sts, instance):
    checks.environment_is_whole(su(), "alice", "sre")
    put, *gets = instance.requests
    assert put["headers"]["x-aws-ec2-metadata-token-ttl-seconds"] == "21600"
    assert put["headers"]["content-length"] == "0"
    assert "content-type" not in put["headers"]
    assert len(instance.tokens) == 1
    for each in gets:
        assert each["headers"]["x-aws-ec2-metadata-token"] in instance.tokens


def test_ipv6_serves_where_ipv4_is_not_there(sshd, sts, instance6, hold):
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    shell.end()
    assert {each["address"] for each in instance6.requests} == \
        {"fd00:ec2::254"}


def test_region_comes_from_the_placement_when_none_is_configured(
        configure, sts, instance):
    sts.set(region=None)
    instance.region = "eu-central-1"
    configure.text(configuration(sts, "type = instance", defaults=""))
    environment = su()
    sts.set(region="eu-west-1")
    assert environment["AWS_REGION"] == "eu-central-1"
    assert environment["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert sts.requests(action="AssumeRole")[0]["region"] == "eu-central-1"
    # The token that the Region was asked with serves for the rest too.
    assert instance.paths() == [PUT, REGION, NAME, NAME + "Hop"]


def test_region_that_is_not_known_is_named(configure, sts, instance, log):
    instance.region = None
    configure.text(configuration(sts, "type = instance", defaults=""))
    fails(log, "/latest/meta-data/placement/region", "HTTP 404",
          "set region in the configuration")


def test_no_proxy_is_ever_asked(sshd, sts, instance, stacks):
    stacks.line("su", "timeout=8s", first="session required pam_env.so "
                "readenv=0 conffile=/dev/null")
    result = place.run("env", "http_proxy=http://127.0.0.1:9",
                       "HTTP_PROXY=http://127.0.0.1:9",
                       "ALL_PROXY=http://127.0.0.1:9",
                       "su", "alice", "-c", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")


def test_token_that_is_refused_is_replaced_once(sts, instance):
    instance.fault("forget_token", count=1)
    checks.environment_is_whole(su(), "alice", "sre")
    assert instance.paths() == [PUT, NAME, PUT, NAME, NAME + "Hop"]


def test_token_that_is_always_refused_is_an_error(sts, instance, log):
    instance.fault("refuse_tokens")
    fails(log, NAME.split()[1], "HTTP 401", "a session token that was just given")
    assert instance.paths() == [PUT, NAME, PUT, NAME]


def test_credentials_past_their_date_are_tried(sts, instance):
    instance.fault("past")
    checks.environment_is_whole(su(), "alice", "sre")


def test_credentials_that_sts_calls_expired_are_named(sts, instance, log):
    instance.fault("past")
    sts.expire(instance.credentials["AccessKeyId"])
    checks.failed_closed(su())
    log.wait(r'no role for user "alice": expired-key:')


@pytest.mark.parametrize("kind", ["error_500"])
def test_failure_of_its_own_is_survived(sts, instance, kind):
    instance.fault(kind, count=1)
    checks.environment_is_whole(su(), "alice", "sre")


def test_failure_that_stays_is_named(sts, instance, log):
    instance.fault("error_500")
    fails(log, PUT.split()[1], "HTTP 500", "failure of its own")


FAULTS = {
    "disabled": ("PUT http://169.254.169.254/latest/api/token", "HTTP 403",
                 "switched off", "--http-endpoint enabled"),
    "no_version_2": ("PUT http://169.254.169.254/latest/api/token",
                     "HTTP 404", "IMDSv1 is never used"),
    "no_token_text": ("PUT http://169.254.169.254/latest/api/token",
                      "no token in it"),
    "redirect": ("PUT http://169.254.169.254/latest/api/token", "HTTP 302",
                 "look what answers there"),
    "failed": ("security-credentials/Hop", "AssumeRoleUnauthorizedAccess",
               "EC2 cannot assume the role Hop", "trust policy"),
    "garbage": ("security-credentials/Hop", "no JSON object"),
    "cut": ("security-credentials/Hop", "no JSON object"),
    "no_secret": ("security-credentials/Hop", "SecretAccessKey",
                  "is missing"),
    "bad_role": ("security-credentials/ ", "no name of a role"),
    "role_gone": ("security-credentials/Hop", "HTTP 404",
                  "trusts ec2.amazonaws.com"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_step_and_remedy(sts, instance, log, kind):
    instance.fault(kind)
    fails(log, *FAULTS[kind])
    assert sts.requests(action="AssumeRole") == []
    assert instance.credentials["SecretAccessKey"] not in log.text()


def test_instance_without_role_is_named(sts, instance, log):
    instance.role = None
    fails(log, NAME.split()[1], "HTTP 404", "no role is attached",
          "associate-iam-instance-profile")


@pytest.mark.parametrize("kind", ["hang", "hang_on_token"])
def test_silence_ends_after_a_second_and_names_the_hop_limit(
        sts, instance, log, kind):
    instance.fault(kind)
    checks.failed_closed(su(seconds=2.5))
    text = log.wait(r'no role for user "alice": source:')[0]["text"]
    assert "PUT http://169.254.169.254/latest/api/token" in text
    assert "--http-put-response-hop-limit 2" in text


def test_host_that_is_no_instance_is_named(sts, log):
    text = fails(log, "PUT http://169.254.169.254/latest/api/token",
                 "is this an EC2 instance?", "http://[fd00:ec2::254]")
    assert "firewall" in text


def test_every_fault_of_the_service_is_provoked(instance):
    assert set(instance.KINDS) == set(FAULTS) | {
        "hang", "hang_on_token", "error_500", "refuse_tokens",
        "forget_token", "past"}


def test_profile_takes_the_instances_role(configure, sts, instance, hold,
                                          sshd):
    path = configure.file("aws/config", """\
[profile via-instance]
role_arn = %sops/Deploy
credential_source = Ec2InstanceMetadata
""" % ROLE)
    configure.text(configuration(
        sts, "type = profile\nprofile = via-instance\nconfig_file = " + path,
        defaults=""))
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    assert shell.environment()["AWS_REGION"] == "eu-west-1"
    shell.end()
    calls = sts.requests(action="AssumeRole")
    assert [each["parameters"]["RoleArn"] for each in calls] == \
        [ROLE + "ops/Deploy", ROLE + "BastionSRE"]
    assert calls[0]["access_key"] == instance.credentials["AccessKeyId"]
