"""What the README says to paste works as pasted.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re

import pytest

import checks
import left
import place
from configuration import CREDENTIALS_FILE, write


def blocks(language):
    path = os.path.join(place.ROOT, "README.md")
    with open(path, encoding="utf-8") as readme:
        found = re.findall(r"^```(\w*)\n(.*?)^```$", readme.read(),
                           re.S | re.M)
    return [text for name, text in found if name == language]


@pytest.fixture
def pasted(configure, sts, stacks):
    """The two files, the pam.d line, and the two policies of the README; only
    the endpoint is ours."""
    configuration, credentials = blocks("ini")
    trust, policy = map(json.loads, blocks("json"))
    lines = [line for line in blocks("") if line.startswith("session ")]
    assert lines == ["session optional pam_awsrole.so\n"]
    before = sts.state
    key_id, secret = re.findall(r"= (\S+)", credentials)
    sts.load({
        "users": [{"arn": trust["Statement"][0]["Principal"]["AWS"],
                   "keys": {key_id: secret}, "policy": policy}],
        "roles": [{"arn": policy["Statement"][0]["Resource"],
                   "trust": trust}]})
    configure.text(configuration.replace(
        "[defaults]\n", "[defaults]\nsts_endpoint = %s\n" % sts.http_url))
    write(CREDENTIALS_FILE, credentials, 0o640, "awsrole")
    stacks.line("sshd")
    yield
    sts.load(before)


def test_what_the_readme_says_to_paste_works(pasted, sshd, sts, run_awsrole):
    result = sshd.ssh("alice", "env")
    checks.environment_is_whole(place.environment(result.stdout), "alice",
                                "sre")
    left.nothing_left()
    call = sts.requests(action="AssumeRole")[0]
    assert call["status"] == 200 and call["signature"] == "ok"


def test_without_its_policy_the_caller_is_refused(pasted, sshd, sts, log):
    """So that the test above cannot pass without the two policies."""
    trust, _ = map(json.loads, blocks("json"))
    trust["Statement"][0]["Principal"]["AWS"] += "-of-another-name"
    role = "arn:aws:iam::123456789012:role/BastionSRE"
    credentials = blocks("ini")[1]
    key_id, secret = re.findall(r"= (\S+)", credentials)
    sts.load({
        "users": [{"arn": "arn:aws:iam::123456789012:user/bastion",
                   "keys": {key_id: secret}, "policy": {}}],
        "roles": [{"arn": role, "trust": trust}]})
    checks.failed_closed(place.environment(sshd.ssh("alice", "env").stdout))
    log.wait("access-denied")
