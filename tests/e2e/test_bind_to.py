"""bind_to arrives at STS as the session policy that it should be.

SPDX-License-Identifier: Apache-2.0
"""
import json

import pytest

import checks
import place
from configuration import ROLE

DENIAL = {
    "Effect": "Deny", "Action": "*", "Resource": "*",
    "Condition": {
        "Bool": {"aws:ViaAWSService": "false"},
        "NotIpAddress": {"aws:SourceIp": ["198.51.100.0/24"]},
        "StringNotEquals": {"aws:SourceVpc": ["vpc-0123456789abcdef0"]}}}
ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
BINDING = "bind_to = 198.51.100.0/24, vpc-0123456789abcdef0\n"


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("su")


def asked_for(configure, sts, keys):
    """The parameters of the login's one AssumeRole."""
    configure(roles="[role sre]\nrole_arn = %sBastionSRE\nusers = alice\n%s"
              % (ROLE, keys))
    result = place.run("su", "alice", "-c", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    calls = sts.requests(action="AssumeRole")
    assert len(calls) == 1 and calls[0]["status"] == 200
    return calls[0]["parameters"]


def test_binding_alone_allows_all_and_denies_elsewhere(configure, sts):
    asked = asked_for(configure, sts, BINDING)
    assert json.loads(asked["Policy"]) == {
        "Version": "2012-10-17", "Statement": [ALL, DENIAL]}
    assert len(asked["Policy"]) <= 2048


def test_binding_is_added_to_the_policy_of_a_file(configure, sts):
    policy = {"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}
    path = configure.file("policy.json", json.dumps(policy, indent=2))
    asked = asked_for(configure, sts, BINDING + "policy_file = %s\n" % path)
    assert json.loads(asked["Policy"]) == {
        "Version": "2012-10-17",
        "Statement": [policy["Statement"], DENIAL]}


def test_binding_beside_managed_policies_allows_nothing_more(configure, sts):
    asked = asked_for(
        configure, sts,
        BINDING + "policy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess\n")
    assert json.loads(asked["Policy"]) == {
        "Version": "2012-10-17", "Statement": [DENIAL]}


def test_binding_that_does_not_fit_is_refused_with_its_reason(
        configure, sts, log):
    policy = {"Statement": {"Sid": "a" * 1900, "Effect": "Allow",
                            "Action": "*", "Resource": "*"}}
    path = configure.file("policy.json", json.dumps(policy))
    configure(roles="[role sre]\nrole_arn = %sBastionSRE\nusers = alice\n"
              "policy_file = %s\n%s" % (ROLE, path, BINDING))
    result = place.run("su", "alice", "-c", "env")
    checks.failed_closed(place.environment(result.stdout))
    assert sts.requests() == []
    log.wait(r"bind_to of \[role sre\]: .* characters with that of "
             r"policy_file; AWS allows 2048")
