"""Sections of a configuration, and what a login was given by them.

SPDX-License-Identifier: Apache-2.0
"""
import os

import left
import leaks
import pam
import place
from configuration import ROLE


def rule(name, who, arn="BastionSRE", **more):
    """A [role] section; `who` is its lines of users and groups."""
    return "[role %s]\nrole_arn = %s\n%s\n%s" % (
        name, arn if arn == "none" else ROLE + arn, who,
        "".join("%s = %s\n" % each for each in more.items()))


def given(login, user="alice", **how):
    """The names of the profiles of one login, which ends again."""
    one = login(user, **how)
    if one.result == pam.IGNORE:
        assert one.environment == {} and one.messages == []
        assert left.everything() == []
        return []
    assert one.result == pam.SUCCESS
    profiles = list(leaks.profiles(one.file()))
    assert one.environment["AWS_PROFILE"] == profiles[0]
    assert one.end() == pam.SUCCESS
    return profiles


def who(one, sts, profile=None, program=("aws", "--no-cli-pager")):
    """The ARN that the real AWS CLI is told, with the login's environment
    and as its person."""
    result = place.run(
        *place.as_user("alice", *program), "sts", "get-caller-identity",
        *(("--profile", profile) if profile else ()), "--output", "text",
        "--query", "Arn", "--endpoint-url", sts.http_url,
        env=dict(one.environment, PATH=os.environ["PATH"],
                 HOME="/home/alice"))
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()
