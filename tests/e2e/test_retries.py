"""What is asked again, how often, and that a login still ends in time.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import checks
import left
import place
from configuration import KEY
from held import Held

LIMIT = 1.0    # seconds: timeout=
SLACK = 0.2    # seconds beyond it


@pytest.fixture(autouse=True)
def quiet(configure, run_awsrole):
    pass


@pytest.fixture(scope="module")
def plain_login():
    """Seconds that `su alice -c env` takes without the module."""
    place.run("su", "alice", "-c", "env")
    return max(place.timed("su", "alice", "-c", "env")[1] for _ in range(5))


def su():
    result, seconds = place.timed("su", "alice", "-c", "env")
    return place.environment(result.stdout), seconds


@pytest.mark.parametrize("kind", ["throttle", "error_500", "error_503",
                                  "close", "close_connect"])
def test_passing_failure_is_asked_again_and_gives_the_role(kind, sts, stacks):
    stacks.line("su", control="required")
    sts.fault(kind, count=2)
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    calls = sts.requests(action="AssumeRole")
    assert calls[-1]["status"] == 200
    assert len(calls) == (1 if kind == "close_connect" else 3)
    left.nothing_left()


@pytest.mark.parametrize("kind,code", [
    ("throttle", "throttled"), ("error_503", "aws-failure")])
def test_third_failure_is_the_last(kind, code, sts, stacks, log):
    stacks.line("su")
    sts.fault(kind)
    environment, _ = su()
    checks.failed_closed(environment)
    assert len(sts.requests(action="AssumeRole")) == 3
    log.wait(r'no role for user "alice": %s:.*after 3 attempts' % code)


@pytest.mark.parametrize("kind,options", [
    ("denied", {}),
    ("error", {"status": 400, "code": "ValidationError"}),
    ("error", {"status": 403, "code": "InvalidClientTokenId"}),
    ("error", {"status": 403, "code": "SignatureDoesNotMatch"}),
    ("error", {"status": 403, "code": "RegionDisabledException"}),
    ("captive_portal", {}),
])
def test_refusal_is_asked_exactly_once(kind, options, sts, stacks):
    stacks.line("su")
    sts.fault(kind, **options)
    environment, _ = su()
    checks.failed_closed(environment)
    assert len(sts.requests()) == 1


@pytest.mark.parametrize("kind", ["error_503", "throttle", "close_connect"])
def test_failures_until_the_deadline_end_with_it(kind, sts, stacks,
                                                 plain_login):
    stacks.line("su", "timeout=%ds" % LIMIT)
    sts.fault(kind)
    for _ in range(3):
        environment, seconds = su()
        assert seconds < LIMIT + SLACK + plain_login
        checks.failed_closed(environment)
    left.nothing_left()


def test_expired_source_is_fetched_anew_and_asked_once_more(sts, stacks, log):
    stacks.line("su")
    sts.fault("expired", count=1)
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    assert len(sts.requests(action="AssumeRole")) == 2
    sts.forget()
    sts.fault("expired")
    environment, _ = su()
    checks.failed_closed(environment)
    assert len(sts.requests()) == 2
    log.wait(r'no role for user "alice": expired-key:')


def test_what_rotated_meanwhile_is_used_for_the_second_request(
        configure, sts, stacks):
    """The first answer comes late; until then the file has new keys."""
    stacks.line("su")
    configure.keys("AKIAIOSFODNN7NOBODYX", "wJalrXUtnFEMI/K7MDENG/"
                   "bPxRfiCYNOBODYXKEY")
    sts.fault("expired", when={"access_key": "AKIAIOSFODNN7NOBODYX"})
    sts.fault("delay", count=1, ms=1500)
    shell = Held(["su", "alice"])
    # The request is on record when its answer is sent; its keys were read
    # long before that.
    place.wait_for(lambda: [fault for fault in sts.status()["faults"]
                            if fault["kind"] == "delay"] == [],
                   what="request with the old keys")
    configure.keys(*KEY)
    environment = shell.environment()
    shell.end()
    checks.environment_is_whole(environment, "alice", "sre")
    calls = sts.wait_for_requests(2, action="AssumeRole")
    assert [call["access_key"] for call in calls] == [
        "AKIAIOSFODNN7NOBODYX", KEY[0]]
