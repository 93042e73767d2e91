"""Every secret that a test meets, and that none of them is in the log.

SPDX-License-Identifier: Apache-2.0
"""
import configparser
import io
import json
import os
import socket
import time

import pytest

import place
from configuration import KEY

LEAST = 12          # a part of a secret of that many characters is a leak
_secrets = set()    # of the running test file


def remember(*secrets):
    """Secret keys and session tokens that may never be logged."""
    for secret in secrets:
        assert len(secret) >= LEAST, "too short to look for: %r" % secret
        _secrets.add(secret)


def remember_session(environment):
    """What the files of an open session hold."""
    name = environment.get("AWSROLE_SESSION")
    if name is None:
        return
    path = os.path.join(place.RUN, name, "credentials")
    parser = configparser.RawConfigParser()
    with open(path, encoding="utf-8") as file:
        parser.read_file(file)
    for profile in parser.sections():
        remember(parser[profile]["aws_secret_access_key"],
                 parser[profile]["aws_session_token"])


def remember_requests(sts):
    """Session tokens that requests were signed with: those of hops."""
    for record in sts.requests():
        token = (record.get("headers") or {}).get("x-amz-security-token")
        if token:
            remember(token)


def flush():
    """Wait until all that was logged before stands in the collected log."""
    mark = "leaks.py flush %d" % time.monotonic_ns()
    here = place.Log()
    for path, text in (("/dev/log", "<86>mark: %s" % mark),
                       ("/run/systemd/journal/socket", "MESSAGE=%s" % mark)):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.sendto(text.encode(), path)
    place.wait_for(lambda: len(here.find(mark)) >= 2, 10, "flush of the log")


def pieces(secret):
    """Parts of a secret that would give it away: the beginning, the end and
    some between, whatever was cut off round them."""
    last = len(secret) - LEAST
    return {secret[start:start + LEAST]
            for start in range(0, last + 1, LEAST)} | {secret[last:]}


def nothing_secret_in(log):
    """All entries of `log`, texts and fields."""
    flush()
    text = json.dumps(log.entries(), ensure_ascii=False)
    assert KEY[0] in text or "ASIA" in text, \
        "the log does not even name an access key id: is it the right one?"
    for secret in _secrets:
        for piece in pieces(secret):
            assert piece not in text, "logged: part of %s" % secret


@pytest.fixture(scope="module", autouse=True)
def module_log():
    """The log since the test file began."""
    _secrets.clear()
    remember(KEY[1])
    return place.Log()


def profiles(text):
    """A credentials or config file as {section: {key: value}}."""
    parser = configparser.RawConfigParser()
    parser.read_file(io.StringIO(text))
    return {name: dict(parser[name]) for name in parser.sections()}
