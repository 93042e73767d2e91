"""A second STS, of other people's making: moto in its enforcing mode.

It is used where a Python can import it; no Debian package has it.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import subprocess
import urllib.request

import botocore.session
import pytest

import checks
import left
import place

PYTHONS = ("/usr/bin/python3", "/usr/local/bin/python3")
PORT = 5999
URL = "http://127.0.0.1:%d" % PORT
REGION = "eu-west-1"


def python_with_moto():
    for python in PYTHONS:
        if os.path.exists(python) and subprocess.run(
                [python, "-c", "import moto.server"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL).returncode == 0:
            return python
    return None


def trust(principal):
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "sts:AssumeRole",
         "Principal": {"AWS": principal}}]})


def answers():
    try:
        with urllib.request.urlopen(URL + "/moto-api/data.json", timeout=1):
            return True
    except OSError:
        return False


def fill():
    """A user with a key, a role that trusts it, one that trusts another."""
    iam = botocore.session.Session().create_client(
        "iam", region_name=REGION, endpoint_url=URL,
        aws_access_key_id="any", aws_secret_access_key="any")
    user = iam.create_user(UserName="bastion")["User"]["Arn"]
    key = iam.create_access_key(UserName="bastion")["AccessKey"]
    iam.put_user_policy(
        UserName="bastion", PolicyName="assume", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:*", "Resource": "*"}]}))
    roles = {}
    for name, principal in (
            ("Trusting", user),
            ("Untrusting", "arn:aws:iam::999999999999:user/other")):
        roles[name] = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=trust(principal))["Role"]["Arn"]
    return key["AccessKeyId"], key["SecretAccessKey"], roles


@pytest.fixture(scope="module")
def moto():
    python = python_with_moto()
    if python is None:
        pytest.skip("no Python here can import moto")
    server = subprocess.Popen(
        [python, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(PORT)],
        env={"PATH": "/usr/bin:/bin",
             "INITIAL_NO_AUTH_ACTION_COUNT": "1000000"},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        place.wait_for(answers, 30, "answer of moto")
        filled = fill()
        # From here on every request must be signed and allowed.
        urllib.request.urlopen(URL + "/moto-api/reset-auth", data=b"0")
        yield filled
    finally:
        server.kill()
        server.wait()


def log_in(configure, key_id, secret, role):
    configure.keys(key_id, secret)
    configure.text("""
[defaults]
region = %s
services = su
sts_endpoint = %s

[source bastion]
type = profile
profile = bastion
credentials_file = /etc/awsrole/aws/credentials

[role sre]
role_arn = %s
users = alice
""" % (REGION, URL, role))
    result = place.run("su", "alice", "-c", "env")
    assert result.returncode == 0
    left.nothing_left()
    return place.environment(result.stdout)


@pytest.fixture(autouse=True)
def line(stacks):
    stacks.line("su")


def test_moto_accepts_what_is_signed_and_trusted(moto, configure):
    key_id, secret, roles = moto
    found = log_in(configure, key_id, secret, roles["Trusting"])
    assert found["AWS_PROFILE"] == "sre"


def test_moto_refuses_a_wrong_secret(moto, configure, log):
    key_id, secret, roles = moto
    checks.failed_closed(log_in(configure, key_id, secret[::-1],
                                roles["Trusting"]))
    log.wait("bad-signature")


def test_moto_refuses_an_unknown_key(moto, configure, log):
    _, secret, roles = moto
    checks.failed_closed(log_in(configure, "AKIAUNKNOWNUNKNOWN12", secret,
                                roles["Trusting"]))
    log.wait("bad-key")


def test_moto_refuses_where_trust_is_missing(moto, configure, log):
    key_id, secret, roles = moto
    checks.failed_closed(log_in(configure, key_id, secret,
                                roles["Untrusting"]))
    log.wait("access-denied")
