"""sts_regions: the next Region answers where one does not.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import checks
import left
import place
from regional import (ALIVE, DEAD, HANGING, regional, rule,  # noqa: F401
                      sts_on_443)

LIMIT = 3.0    # seconds: timeout=
SLACK = 0.2    # seconds beyond it
THREE = "sts_regions = eu-west-1, eu-central-1, us-east-1\n"


@pytest.fixture(autouse=True)
def quiet(stacks, configure, run_awsrole):
    stacks.line("su", "timeout=%ds" % LIMIT)


def su():
    result, seconds = place.timed("su", "alice", "-c", "env")
    return place.environment(result.stdout), seconds


def answered(regional, region):
    calls = regional.sts.requests(action="AssumeRole")
    assert calls[-1]["status"] == 200 and calls[-1]["signature"] == "ok"
    assert calls[-1]["server_name"] == "sts.%s.amazonaws.com" % region
    assert calls[-1]["region"] == region
    return calls


def test_first_region_that_lives_is_the_only_one_asked(
        regional, configure, log):
    regional.lead(eu_west_1=ALIVE, eu_central_1=ALIVE, us_east_1=ALIVE)
    rule(configure, regional.sts.ca_file, THREE)
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    assert len(answered(regional, "eu-west-1")) == 1
    entry = log.wait(r"^session \d+/.* opened for user alice")[0]
    assert entry["fields"]["AWSROLE_STS_REGION"] == "eu-west-1"


@pytest.mark.parametrize("state", ["dead", "hanging", "without a name"])
def test_dead_first_region_costs_its_part_and_no_login(
        state, regional, configure, log):
    regional.lead(eu_central_1=ALIVE, us_east_1=ALIVE, **(
        {} if state == "without a name" else
        {"eu_west_1": DEAD if state == "dead" else HANGING}))
    rule(configure, regional.sts.ca_file, THREE)
    environment, seconds = su()
    checks.environment_is_whole(environment, "alice", "sre")
    assert len(answered(regional, "eu-central-1")) == 1
    if state == "hanging":
        # A third of what there was, no more.
        assert seconds < LIMIT / 2
    entry = log.wait(r"^session \d+/.* opened for user alice")[0]
    assert entry["fields"]["AWSROLE_STS_REGION"] == "eu-central-1"
    log.wait("STS in eu-central-1 answered, and in eu-west-1 it did not")


@pytest.mark.parametrize("kind", ["throttle", "error_503", "close", "hang"])
def test_region_in_trouble_is_followed_by_the_next(kind, regional, configure):
    regional.lead(eu_west_1=ALIVE, eu_central_1=ALIVE, us_east_1=ALIVE)
    rule(configure, regional.sts.ca_file, THREE)
    regional.sts.fault(kind, count=1)
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    answered(regional, "eu-central-1")


def test_region_where_sts_is_off_is_followed_by_the_next(
        regional, configure, log):
    regional.lead(eu_west_1=ALIVE, eu_central_1=ALIVE, us_east_1=ALIVE)
    rule(configure, regional.sts.ca_file, THREE)
    regional.sts.set(disabled_regions=["eu-west-1"])
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    answered(regional, "eu-central-1")
    log.wait("in eu-west-1 it did not .*not activated")


def test_refusal_is_not_taken_to_another_region(regional, configure):
    regional.lead(eu_west_1=ALIVE, eu_central_1=ALIVE, us_east_1=ALIVE)
    rule(configure, regional.sts.ca_file, THREE, role="Untrusting")
    environment, _ = su()
    checks.failed_closed(environment)
    assert len(regional.sts.requests()) == 1


def test_region_that_answered_is_asked_first_for_the_next_role(
        regional, configure):
    """A hop and the role: the dead Region is tried once."""
    regional.lead(eu_west_1=DEAD, eu_central_1=ALIVE, us_east_1=ALIVE)
    rule(configure, regional.sts.ca_file, THREE + """source = hop

[source hop]
type = role
source = bastion
role_arn = arn:aws:iam::123456789012:role/Hop
""", role="Short")
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    calls = answered(regional, "eu-central-1")
    assert [call["region"] for call in calls] == ["eu-central-1"] * 2


@pytest.mark.parametrize("where", [DEAD, HANGING])
def test_no_region_alive_ends_in_time_and_names_them(
        where, regional, configure, log):
    regional.lead(eu_west_1=where, eu_central_1=where, us_east_1=where)
    rule(configure, regional.sts.ca_file, THREE)
    environment, seconds = su()
    # A login without the module takes well below half a second.
    assert seconds < LIMIT + SLACK + 0.5
    checks.failed_closed(environment)
    line = log.wait(r'no role for user "alice": (unreachable|aws-timeout):')
    text = line[0]["text"]
    assert "eu-west-1: " in text and "eu-central-1: " in text
    assert "sts.us-east-1.amazonaws.com" in text and "attempts" in text
    left.nothing_left()
