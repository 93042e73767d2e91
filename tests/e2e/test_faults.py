"""AWS misbehaves: no login is held up, none is lost, none gets half a role.

SPDX-License-Identifier: Apache-2.0
"""
import statistics

import pytest

import checks
import left
import place
from configuration import KEY, ROLE

LIMIT = 1.0    # seconds: timeout=
SLACK = 0.2    # seconds beyond it

# fault of the local STS -> what the log calls it
REFUSED = {
    "throttle": "throttled",
    "error_500": "aws-failure",
    "error_503": "aws-failure",
    "expired": "expired-key",
    "denied": "access-denied",
    "error": "validation",
    "empty": "bad-answer",
    "redirect": "bad-answer",
    "captive_portal": "bad-answer",
    "garbage_body": "bad-answer",
    "hang": "aws-timeout",
    "drip": "aws-timeout",
    "truncated": "bad-answer",
    "cut_xml": "bad-answer",
    "garbage": "bad-answer",
    "endless_body": "bad-answer",
    "endless_headers": "bad-answer|aws-timeout",
    "close": "unreachable|bad-answer",
    "hang_connect": "aws-timeout",
    "close_connect": "unreachable|bad-answer",
    "entities": "bad-answer",
    "large": "bad-answer",
}
HARMLESS = ("skewed_date", "no_date", "fractional", "shuffled", "delay",
            "errors_element", "alter")


@pytest.fixture(autouse=True)
def quiet(configure, run_awsrole):
    pass


@pytest.fixture(scope="module")
def plain_login():
    """Seconds that `su alice -c env` takes without the module: the slowest
    of a few, since what is measured later is one login too."""
    place.run("su", "alice", "-c", "env")
    return max(place.timed("su", "alice", "-c", "env")[1] for _ in range(5))


def su():
    return place.timed("su", "alice", "-c", "env")


def test_every_kind_of_the_local_sts_is_tried(sts):
    assert set(sts.status()["kinds"]) == set(REFUSED) | set(HARMLESS)


@pytest.mark.parametrize("kind", REFUSED)
def test_optional_lets_in_and_fails_closed(kind, sts, stacks, log,
                                           plain_login):
    stacks.line("su", "timeout=%ds" % LIMIT)
    sts.fault(kind)
    result, seconds = su()
    assert seconds < LIMIT + SLACK + plain_login
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    left.nothing_left()
    line = log.wait(r'no role for user "alice": (%s):' % REFUSED[kind])
    assert KEY[1] not in log.text()
    assert "BastionSRE" in line[0]["text"] or "127.0.0.1" in line[0]["text"]


@pytest.mark.parametrize("kind", REFUSED)
def test_required_refuses(kind, sts, stacks, plain_login):
    stacks.line("su", "timeout=%ds" % LIMIT, control="required")
    sts.fault(kind)
    result, seconds = su()
    assert seconds < LIMIT + SLACK + plain_login
    assert result.returncode != 0
    assert "AWS_" not in result.stdout
    left.nothing_left()


@pytest.mark.parametrize("kind", ["skewed_date", "no_date", "fractional",
                                  "shuffled"])
def test_harmless_change_gives_the_role(kind, sts, stacks):
    stacks.line("su", control="required")
    sts.fault(kind)
    result, _ = su()
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    left.nothing_left()


def test_slow_answer_in_time_gives_the_role(sts, stacks):
    stacks.line("su", "timeout=5s", control="required")
    sts.fault("delay", ms=1500)
    result, seconds = su()
    assert seconds > 1.5
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    left.nothing_left()


def test_error_of_another_shape_is_understood(configure, sts, stacks, log):
    stacks.line("su")
    configure(roles="[role u]\nrole_arn = %sUntrusting\nusers = alice\n"
              % ROLE)
    sts.fault("errors_element")
    result, _ = su()
    checks.failed_closed(place.environment(result.stdout))
    log.wait(r'no role for user "alice": access-denied:.*Untrusting')


@pytest.mark.parametrize("element", ["AccessKeyId", "SecretAccessKey",
                                     "SessionToken", "Expiration"])
def test_answer_without_a_needed_element_is_no_answer(element, sts, stacks,
                                                      log):
    stacks.line("su")
    sts.fault("alter", elements={element: None})
    result, _ = su()
    checks.failed_closed(place.environment(result.stdout))
    left.nothing_left()
    log.wait(r'no role for user "alice": bad-answer:')


@pytest.mark.parametrize("value", ["x\n[default]\naws_access_key_id = y",
                                   "a\rb", "a\"b", "a\\b", " a"])
def test_answer_that_would_break_a_file_is_no_answer(value, sts, stacks):
    stacks.line("su")
    sts.fault("alter", elements={"SessionToken": value})
    result, _ = su()
    environment = place.environment(result.stdout)
    if "AWSROLE_SESSION" not in environment:
        checks.failed_closed(environment)
    else:
        # Only blanks at its ends may have been taken for layout.
        assert value.strip() == value.strip("\n\r\"\\ ")
    left.nothing_left()


def test_sts_that_is_down_is_named(sts, stacks, log, plain_login):
    stacks.line("su", "timeout=%ds" % LIMIT)
    sts.stop()
    result, seconds = su()
    assert seconds < LIMIT + SLACK + plain_login
    checks.failed_closed(place.environment(result.stdout))
    left.nothing_left()
    log.wait(r'no role for user "alice": unreachable:.*127\.0\.0\.1')


def test_ssh_login_through_a_hanging_sts(sshd, sts, stacks, log):
    """The same through the real sshd, beside the same login without."""
    stacks.without("sshd")
    usual = [place.timed(*sshd.command("alice", "env"))[1]
             for _ in range(5)]
    sts.fault("hang")
    stacks.line("sshd", "timeout=%ds" % LIMIT)
    result, seconds = place.timed(*sshd.command("alice", "env"))
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    assert seconds < LIMIT + SLACK + max(usual) + \
        statistics.pstdev(usual)
    log.wait(r'no role for user "alice": aws-timeout:')
    stacks.line("sshd", "timeout=%ds" % LIMIT, control="required")
    result, seconds = place.timed(*sshd.command("alice", "env"))
    assert result.returncode == 254
    assert seconds < LIMIT + SLACK + max(usual) + \
        statistics.pstdev(usual)


def test_on_failure_open_leaves_the_environment_alone(sts, stacks):
    stacks.line("su", "on_failure=open")
    sts.fault("denied")
    result, _ = su()
    checks.no_session(place.environment(result.stdout))
