"""AssumeRoleWithWebIdentity of the local STS, by botocore's own client.

SPDX-License-Identifier: Apache-2.0
"""
import botocore.session
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from clients import FORM, ROLE, form, post, session_client

TOKEN = "eyJhbGciOiJub25lIn0."


def client(sts):
    return botocore.session.Session().create_client(
        "sts", region_name="eu-west-1", endpoint_url=sts.http_url,
        config=Config(signature_version=UNSIGNED,
                      retries={"max_attempts": 0, "mode": "standard"}))


def assume(sts, token, role="Web", **more):
    return client(sts).assume_role_with_web_identity(
        RoleArn=ROLE + role, RoleSessionName="login",
        WebIdentityToken=TOKEN + token, **more)


def test_token_gives_the_role_without_a_signature(sts):
    answer = assume(sts, "bastion.login", DurationSeconds=43200)
    assert answer["SubjectFromWebIdentityToken"] == \
        "system:serviceaccount:bastion:login"
    assert answer["Audience"] == "sts.amazonaws.com"
    assert answer["Provider"].endswith(":oidc-provider/oidc.example.com")
    who = session_client(sts, answer).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"] == \
        "arn:aws:sts::123456789012:assumed-role/Web/login"
    record = sts.requests(action="AssumeRoleWithWebIdentity")[0]
    assert "Authorization" not in record["headers"]


def test_what_comes_after_is_role_chaining(sts):
    chained = session_client(sts, assume(sts, "bastion.login"))
    chained.assume_role(RoleArn=ROLE + "BastionSRE", RoleSessionName="login",
                        DurationSeconds=3600)
    with pytest.raises(ClientError, match="1 hour session limit"):
        chained.assume_role(RoleArn=ROLE + "BastionSRE",
                            RoleSessionName="login", DurationSeconds=3601)


@pytest.mark.parametrize("token, role, code, status", [
    ("bastion.old", "Web", "ExpiredTokenException", 400),
    ("bastion.audience", "Web", "InvalidIdentityToken", 400),
    ("bastion.rejected", "Web", "IDPRejectedClaim", 403),
    ("bastion.unreachable", "Web", "IDPCommunicationError", 400),
    ("unknown", "Web", "InvalidIdentityToken", 400),
    ("other.login", "Web", "AccessDenied", 403),
    ("bastion.login", "Short", "AccessDenied", 403),
    ("bastion.login", "None", "AccessDenied", 403),
])
def test_refusals(sts, token, role, code, status):
    with pytest.raises(ClientError) as caught:
        assume(sts, token, role)
    answer = caught.value.response
    assert answer["Error"]["Code"] == code
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == status


def test_duration_is_bound_by_the_role(sts):
    assume(sts, "bastion.login", "ShortWeb", DurationSeconds=3600)
    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration"):
        assume(sts, "bastion.login", "ShortWeb", DurationSeconds=3601)


@pytest.mark.parametrize("more", [
    {"SourceIdentity": "alice"}, {"ExternalId": "xy"},
    {"Tags.member.1.Key": "a", "Tags.member.1.Value": "b"},
    {"TransitiveTagKeys.member.1": "a"},
])
def test_what_the_call_does_not_know_is_refused(sts, more):
    body = form("AssumeRoleWithWebIdentity", RoleArn=ROLE + "Web",
                RoleSessionName="login",
                WebIdentityToken=TOKEN + "bastion.login", **more)
    status, _, answer = post(sts, body, {"Content-Type": FORM})
    assert status == 400 and b"ValidationError" in answer


@pytest.mark.parametrize("token", ["", "abc", "x" * 20001])
def test_length_of_a_token_is_checked(sts, token):
    body = form("AssumeRoleWithWebIdentity", RoleArn=ROLE + "Web",
                RoleSessionName="login", WebIdentityToken=token)
    status, _, answer = post(sts, body, {"Content-Type": FORM})
    assert status == 400 and b"webIdentityToken" in answer
