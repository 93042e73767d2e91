"""A host whose clock is wrong: here AWS's is set, which is the same.

SPDX-License-Identifier: Apache-2.0
"""
import time

import pytest

import checks
import left
import place
from callers import su, su_terminal
from configuration import ROLE

DAY = 24 * 3600
HOUR = 3600
ROUND = 10    # seconds that a login and two clocks may differ by


@pytest.fixture(autouse=True)
def quiet(stacks, configure, run_awsrole, sts):
    stacks.line("su")
    yield
    sts.set(clock_offset=0)


def by_tls(configure, sts, more=""):
    with open(sts.ca_file, encoding="ascii") as authority:
        path = configure.file("ca.pem", authority.read())
    configure(roles="""
[role sre]
role_arn = %sBastionSRE
users = alice
sts_endpoint = %s
ca_bundle = %s
%s""" % (ROLE, sts.https_url, path, more))


def record(name):
    path = "%s/records/%s" % (place.RUN, name.replace("/", "."))
    with open(path, encoding="utf-8") as file:
        return dict(line.rstrip("\n").split("=", 1) for line in file)


def boottime():
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@pytest.mark.parametrize("offset", [DAY, -DAY, 600, -600])
def test_wrong_clock_is_survived_under_tls(offset, configure, sts, log, hold):
    by_tls(configure, sts)
    sts.set(clock_offset=offset)
    shell = hold(su("alice"))
    name = checks.environment_is_whole(shell.environment(), "alice", "sre")
    # Refused once, asked once more.
    calls = sts.requests(action="AssumeRole")
    assert [call["status"] for call in calls] == [403, 200]
    assert calls[0]["signature"] == "SignatureDoesNotMatch"
    line = log.wait(r"this host's clock is \d+ seconds (ahead of|behind) "
                    r"AWS's.*chrony")
    assert len(line) == 1
    words = line[0]["text"].split()
    seconds = int(words[words.index("seconds") - 1])
    assert abs(seconds - abs(offset)) < ROUND
    assert ("behind" in line[0]["text"]) == (offset > 0)
    assert line[0]["fields"]["PRIORITY"] == "4"
    # Expiry is AWS's for the reader, and this host's for the sweep.
    now, boot = time.time(), boottime()
    kept = record(name)
    assert abs(float(kept["until_wall"]) - (now + HOUR)) < ROUND
    assert abs(float(kept["until_boottime"]) - (boot + HOUR)) < ROUND
    status, text = shell.do(
        "sed 's/.*\"Expiration\":\"\\([^\"]*\\).*/\\1/' "
        "/run/awsrole/%s/sre.json | date -u -f - +%%s" % name)
    assert status == 0
    assert abs(float(text) - (now + offset + HOUR)) < ROUND
    # No sweep takes it for expired.
    place.run(place.program("awsrole-helper"), "sweep")
    assert left.sessions() == [name]
    shell.end()
    left.nothing_left()


def test_session_ends_by_awss_clock(configure, sts, hold):
    """AWS is ten minutes ahead and gives 615 s: for this host they are over
    in 615 s, not in 15 or 1215."""
    by_tls(configure, sts)
    sts.set(clock_offset=600, lifetime=615)
    try:
        shell = hold(su("alice"))
        name = checks.session_of(shell.environment(), "alice")
        now = time.time()
        assert abs(float(record(name)["until_wall"]) - (now + 615)) < ROUND
        shell.end()
    finally:
        sts.set(lifetime=None)


def test_person_is_told_that_own_calls_may_fail(configure, sts, hold):
    by_tls(configure, sts)
    for offset, told in ((-600, True), (0, False)):
        sts.set(clock_offset=offset)
        shell = hold(su_terminal("alice"))
        greeting = shell.read_until(r"AWS: you are role [^\r\n]*\r?\n")[0]
        assert ("This machine's clock is 10 minutes off" in greeting) == told
        shell.end()


def test_every_later_signature_of_the_login_is_right(configure, sts, log):
    """Two roles, the second through a hop: one refusal, one line."""
    with open(sts.ca_file, encoding="ascii") as authority:
        path = configure.file("ca.pem", authority.read())
    tls = "sts_endpoint = %s\nca_bundle = %s\nusers = alice\n" % (
        sts.https_url, path)
    configure(roles="""
[source hop]
type = role
source = bastion
role_arn = %sHop

[role sre]
role_arn = %sBastionSRE
source = bastion
%s
[role short]
role_arn = %sShort
source = hop
%s""" % (ROLE, ROLE, tls, ROLE, tls))
    sts.set(clock_offset=DAY)
    result = place.run("su", "alice", "-c", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    assert [call["status"] for call in sts.requests(action="AssumeRole")] \
        == [403, 200, 200, 200]
    assert len(log.find("this host's clock is")) == 1


def test_clock_is_never_corrected_over_plain_http(sts, log):
    sts.set(clock_offset=600)
    result = place.run("su", "alice", "-c", "env")
    checks.failed_closed(place.environment(result.stdout))
    assert len(sts.requests()) == 1
    log.wait(r'no role for user "alice": clock:')
    assert not log.find("this host's clock is")


def test_answer_without_date_corrects_nothing(configure, sts, log):
    by_tls(configure, sts)
    sts.set(clock_offset=600)
    sts.fault("no_date")
    result = place.run("su", "alice", "-c", "env")
    checks.failed_closed(place.environment(result.stdout))
    assert len(sts.requests()) == 1
    log.wait(r'no role for user "alice": clock:')


def test_date_that_does_not_help_is_tried_once(configure, sts, log):
    """The Date is wrong as well: one more request, and no third."""
    by_tls(configure, sts)
    sts.set(clock_offset=DAY)
    sts.fault("skewed_date", seconds=7200)
    result = place.run("su", "alice", "-c", "env")
    checks.failed_closed(place.environment(result.stdout))
    assert len(sts.requests()) == 2
    log.wait(r'no role for user "alice": clock:')


def test_right_clock_is_not_spoken_of(configure, sts, log):
    by_tls(configure, sts)
    sts.set(clock_offset=120)
    result = place.run("su", "alice", "-c", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    assert len(sts.requests()) == 1
    assert not log.find("this host's clock is")
