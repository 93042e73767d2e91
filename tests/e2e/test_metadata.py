"""On a host that has a role of its own, nobody gets that instead of theirs.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import checks
import left
import place

ASK = ("aws sts get-caller-identity --output text --query Arn "
       "--region eu-west-1 --endpoint-url %s")
HOST = "arn:aws:iam::123456789012:user/bastion"


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd", "timeout=2s")


def test_failed_login_never_becomes_the_hosts_role(
        sshd, sts, metadata, hold):
    sts.stop()
    shell = hold(sshd.shell("alice"))
    checks.failed_closed(shell.environment())
    sts.start()
    status, output = shell.do(ASK % sts.http_url)
    assert status != 0 and "arn:" not in output, output
    assert "awsrole-unavailable" in output
    assert metadata.requests == []
    assert sts.requests() == []
    # The same client would take the host's role if it were let.
    status, output = shell.do(
        "env -u AWS_PROFILE -u AWS_SHARED_CREDENTIALS_FILE "
        "-u AWS_EC2_METADATA_DISABLED " + ASK % sts.http_url)
    assert (status, output) == (0, HOST)
    assert metadata.requests != []
    shell.end()


def test_session_that_ended_never_becomes_the_hosts_role(
        sshd, sts, metadata, hold):
    """A program that outlives its login holds names of what is gone."""
    shell = hold(sshd.shell("alice"))
    environment = checks.aws_variables(shell.environment())
    shell.end()
    left.nothing_left()
    words = ["%s=%s" % pair for pair in environment.items()]
    result = place.run(*place.as_user(
        "alice", "env", "HOME=/home/alice", *words, "sh", "-c",
        ASK % sts.http_url))
    assert result.returncode != 0 and "arn:" not in result.stdout
    assert metadata.requests == []


def test_session_does_not_ask_the_metadata_service(
        sshd, sts, metadata, hold):
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    assert metadata.requests == []
    shell.end()
