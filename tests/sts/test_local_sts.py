"""The local STS answers as AWS's does: good calls and refused ones.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import http.client
import json
import shutil
import subprocess
import time

import pytest
from botocore.exceptions import ClientError

from clients import (KEY, ROLE, SECRET, client, form, post, session_client,
                     signed)


def refused(call, *arguments, **parameters):
    """(code, status, message) of the ClientError that `call` must raise."""
    with pytest.raises(ClientError) as caught:
        call(*arguments, **parameters)
    answer = caught.value.response
    return (answer["Error"]["Code"],
            answer["ResponseMetadata"]["HTTPStatusCode"],
            answer["Error"]["Message"])


def assume(sts, role="BastionSRE", name="alice", via=None, **more):
    arn = role if role.startswith("arn:") else ROLE + role
    return (via or client(sts)).assume_role(
        RoleArn=arn, RoleSessionName=name, **more)


# Good calls

@pytest.mark.parametrize("secure", [False, True])
def test_a_user_and_its_role_session_learn_who_they_are(sts, secure):
    caller = client(sts, secure=secure)
    who = caller.get_caller_identity()
    assert who["Arn"] == "arn:aws:iam::123456789012:user/bastion"
    assert who["UserId"].startswith("AIDA")
    answer = assume(sts, "ops/Deploy", via=caller)
    assert answer["AssumedRoleUser"]["Arn"] == \
        "arn:aws:sts::123456789012:assumed-role/Deploy/alice"
    who = session_client(sts, answer, secure=secure).get_caller_identity()
    assert who["Arn"] == answer["AssumedRoleUser"]["Arn"]
    assert who["UserId"] == answer["AssumedRoleUser"]["AssumedRoleId"]
    assert who["UserId"].startswith("AROA")
    assert sts.requests()[-1]["tls"] == ("TLSv1.3" if secure else None)


@pytest.mark.parametrize("seconds", [900, 3600, 43200])
def test_credentials_last_as_long_as_asked(sts, seconds):
    found = assume(sts, DurationSeconds=seconds)["Credentials"]
    left = found["Expiration"] - datetime.datetime.now(datetime.timezone.utc)
    assert seconds - 10 < left.total_seconds() <= seconds
    assert found["AccessKeyId"].startswith("ASIA")
    assert len(found["SecretAccessKey"]) == 40


def test_every_parameter_arrives_and_is_recorded(sts):
    policy = json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
    answer = assume(
        sts, "ops/Deploy", Policy=policy, SourceIdentity="alice",
        PolicyArns=[{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        Tags=[{"Key": "Zürich", "Value": "a b+c"},
              {"Key": "empty", "Value": ""}],
        TransitiveTagKeys=["empty"], ExternalId="x:/y", DurationSeconds=1000)
    assert answer["SourceIdentity"] == "alice"
    assert 0 < answer["PackedPolicySize"] <= 100
    record = sts.requests()[-1]
    assert record["signature"] == "ok"
    assert record["access_key"] == KEY
    assert record["region"] == "eu-west-1"
    assert record["headers"]["user-agent"].startswith("Botocore/")
    sent = record["parameters"]
    assert sent["Policy"] == policy
    assert sent["Tags.member.1.Key"] == "Zürich"
    assert sent["Tags.member.1.Value"] == "a b+c"
    assert sent["Tags.member.2.Value"] == ""
    assert sent["TransitiveTagKeys.member.1"] == "empty"
    assert (sent["SourceIdentity"], sent["ExternalId"],
            sent["DurationSeconds"]) == ("alice", "x:/y", "1000")


def test_json_is_answered_to_who_accepts_it(sts):
    body = form("AssumeRole", RoleArn=ROLE + "Short", RoleSessionName="bob")
    status, _, text = post(sts, body, dict(signed(sts, body),
                                           Accept="application/json"))
    assert status == 200
    found = json.loads(text)["AssumeRoleResponse"]["AssumeRoleResult"]
    assert found["Credentials"]["Expiration"] > time.time()
    assert found["SourceIdentity"] is None
    status, _, text = post(sts, form(), {"Accept": "application/json"})
    assert json.loads(text)["Error"]["Code"] == "MissingAuthenticationToken"


def test_one_connection_serves_many_calls(sts):
    connection = http.client.HTTPConnection("127.0.0.1", sts.http_port)
    for _ in range(5):
        connection.request("POST", "/", form(), signed(sts, form()))
        answer = connection.getresponse()
        assert answer.status == 200 and answer.read()
    connection.close()
    assert len({record["connection"] for record in sts.requests()}) == 1


@pytest.mark.skipif(not shutil.which("curl"), reason="no curl here")
@pytest.mark.parametrize("trust", [["--cacert", "ca_file"],
                                   ["--capath", "ca_path"]])
def test_curl_signs_and_trusts_the_ca_in_both_forms(sts, trust):
    done = subprocess.run(
        ["curl", "-q", "-sS", trust[0], getattr(sts, trust[1]),
         "--aws-sigv4", "aws:amz:eu-west-1:sts", "-u", KEY + ":" + SECRET,
         "--resolve", "sts.eu-west-1.amazonaws.com:%d:127.0.0.1"
         % sts.https_port, "-d", form(),
         "https://sts.eu-west-1.amazonaws.com:%d/" % sts.https_port],
        check=True, stdout=subprocess.PIPE, timeout=20)
    assert b"user/bastion</Arn>" in done.stdout
    assert sts.requests()[-1]["server_name"] == "sts.eu-west-1.amazonaws.com"


# Signatures

def test_keys_that_are_unknown_inactive_or_without_token_are_invalid(sts):
    found = assume(sts)["Credentials"]
    for key, secret, token in (
            ("AKIAAAAAAAAAAAAAAAAA", SECRET, None),
            ("AKIAIOSFODNN7INACTIV",
             "wJalrXUtnFEMI/K7MDENG/bPxRfiCYINACTIVKEY", None),
            (found["AccessKeyId"], found["SecretAccessKey"], None),
            (found["AccessKeyId"], found["SecretAccessKey"], "dG9rZW4="),
            (KEY, SECRET, found["SessionToken"])):
        caller = client(sts, key, secret, token)
        assert refused(caller.get_caller_identity) == (
            "InvalidClientTokenId", 403,
            "The security token included in the request is invalid.")


def test_a_wrong_secret_is_a_mismatch_that_quotes_the_request(sts):
    caller = client(sts, secret=SECRET[:-1] + "x")
    code, status, text = refused(caller.get_caller_identity)
    assert (code, status) == ("SignatureDoesNotMatch", 403)
    assert text.startswith("The request signature we calculated does not")
    assert "The Canonical String for this request should have been" in text
    assert sts.requests()[-1]["signature"] == "SignatureDoesNotMatch"
    sts.set(show_canonical=False)
    assert "Canonical" not in refused(caller.get_caller_identity)[2]


def test_a_body_or_header_changed_after_signing_is_a_mismatch(sts):
    headers = signed(sts, form())
    assert post(sts, form(), headers)[0] == 200
    assert b"SignatureDoesNotMatch" in post(sts, form() + "&A=", headers)[2]
    assert b"must be a 'SignedHeader'" in post(
        sts, form(), dict(headers, **{"X-Amz-Other": "1"}))[2]


@pytest.mark.parametrize("offset", [0, 3600])
def test_a_clock_more_than_five_minutes_off_is_refused(sts, offset):
    sts.set(clock_offset=offset)
    assert post(sts, form(), signed(sts, form(), offset - 290))[0] == 200
    assert post(sts, form(), signed(sts, form(), offset + 290))[0] == 200
    status, headers, text = post(sts, form(),
                                 signed(sts, form(), offset - 320))
    assert status == 403 and b"Signature expired: 20" in text
    assert b" is now earlier than " in text and b" - 5 min.)" in text
    date = datetime.datetime.strptime(headers["Date"],
                                      "%a, %d %b %Y %H:%M:%S GMT")
    ahead = (date - datetime.datetime.utcnow()).total_seconds()
    assert abs(ahead - offset) < 10
    text = post(sts, form(), signed(sts, form(), offset + 320))[2]
    assert b"Signature not yet current: 20" in text
    assert b" is still later than " in text


def test_scope_must_name_region_service_and_day(sts):
    sts.set(region="eu-west-1")
    assert post(sts, form())[0] == 200
    assert b"valid region, not 'us-east-2'. " in post(
        sts, form(), signed(sts, form(), region="us-east-2"))[2]
    assert b"correct service: 'sts'. " in post(
        sts, form(), signed(sts, form(), service="s3"))[2]
    headers = signed(sts, form())
    headers["Authorization"] = headers["Authorization"].replace(
        headers["X-Amz-Date"][:8], "20200101")
    assert b"Date in Credential scope does not match" in post(
        sts, form(), headers)[2]


def test_the_region_of_the_host_name_counts(sts):
    for host, region in (("sts.eu-west-1.amazonaws.com", "eu-west-1"),
                         ("sts.cn-north-1.amazonaws.com.cn", "cn-north-1"),
                         ("sts.amazonaws.com", "us-east-1")):
        good = signed(sts, form(), region=region, host=host)
        wrong = signed(sts, form(), region="us-west-2", host=host)
        assert post(sts, form(), good)[0] == 200
        assert post(sts, form(), wrong)[0] == 403


@pytest.mark.parametrize("header, text", [
    ("AWS4-HMAC-SHA256", b"requires 'Credential' parameter"),
    ("AWS4-HMAC-SHA256 nonsense", b"missing equal-sign"),
    ("AWS4-HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00",
     b"exactly 5 slash-delimited elements"),
    ("Bearer x", b"Unsupported AWS &apos;algorithm&apos;"),
])
def test_a_malformed_authorization_header_is_incomplete(sts, header, text):
    headers = dict(signed(sts, form()), Authorization=header)
    status, _, body = post(sts, form(), headers)
    assert status == 400 and b"<Code>IncompleteSignature</Code>" in body
    assert text.replace(b"&apos;", b"'") in body


def test_no_authorization_is_a_missing_token(sts):
    status, _, body = post(sts, form(), {})
    assert status == 403
    assert b"<Code>MissingAuthenticationToken</Code>" in body


# Limits

@pytest.mark.parametrize("parameters, texts", [
    ({"RoleSessionName": "x y"},
     ["1 validation error detected: Value 'x y' at 'roleSessionName' failed "
      r"to satisfy constraint: Member must satisfy regular expression "
      r"pattern: [\w+=,.@-]*"]),
    ({"RoleSessionName": "a" * 65}, ["'roleSessionName'",
                                     "length less than or equal to 64"]),
    ({"RoleSessionName": "a"}, ["length greater than or equal to 2"]),
    ({"RoleSessionName": "Zoë"}, ["'Zoë' at 'roleSessionName'"]),
    ({"DurationSeconds": "899"},
     ["Value '899' at 'durationSeconds' failed to satisfy constraint: Member "
      "must have value greater than or equal to 900"]),
    ({"DurationSeconds": "43201"}, ["value less than or equal to 43200"]),
    ({"ExternalId": "a b"}, ["'externalId'", r"[\w+=,.@:\/-]*"]),
    ({"SourceIdentity": "a"}, ["'sourceIdentity'"]),
    ({"RoleSessionName": "x y", "DurationSeconds": "1"},
     ["2 validation errors detected: ", "; Value '1'"]),
    ({"RoleArn": "x" * 20}, ["x" * 20 + " is invalid"]),
    ({"Policy": "ア"}, ["'policy'", "\\u0020-\\u00FF"]),
    ({"Policy": "a" * 2049}, ["length less than or equal to 2048"]),
    ({"Tags.member.1.Key": "a\nb", "Tags.member.1.Value": ""},
     ["'tags.1.member.key'", r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"]),
    ({"Tags.member.1.Key": "a"}, ["Value null at 'tags.1.member.value'"]),
])
def test_limits_are_named_as_aws_names_them(sts, parameters, texts):
    body = form("AssumeRole", **dict({"RoleArn": ROLE + "BastionSRE",
                                      "RoleSessionName": "alice"},
                                     **parameters))
    status, _, answer = post(sts, body)
    assert status == 400 and b"<Code>ValidationError</Code>" in answer
    for text in texts:
        assert text.replace("&", "&amp;") in answer.decode()


def test_missing_parameters_and_unknown_actions_are_refused(sts):
    text = post(sts, form("AssumeRole"))[2].decode()
    assert "2 validation errors detected: Value null at 'roleArn'" in text
    assert b"Could not find operation Fly for" in post(sts, form("Fly"))[2]
    assert b"<Code>MissingAction</Code>" in post(sts, "A=b")[2]


def test_session_length_is_bounded_by_the_role(sts):
    assert assume(sts, "Short", DurationSeconds=3600)
    assert refused(assume, sts, "Short", DurationSeconds=3601) == (
        "ValidationError", 400, "The requested DurationSeconds exceeds the "
        "MaxSessionDuration set for this role.")


def test_role_chaining_is_capped_at_one_hour(sts):
    hop = session_client(sts, assume(sts, "Hop"))
    assert assume(sts, via=hop, DurationSeconds=3600)
    assert refused(assume, sts, via=hop, DurationSeconds=3601) == (
        "ValidationError", 400, "The requested DurationSeconds exceeds the 1 "
        "hour session limit for roles assumed by role chaining.")


def test_tags_follow_their_own_rules(sts):
    def tagged(*keys, **more):
        return refused(assume, sts, "Tagged", Tags=[
            {"Key": key, "Value": "v"} for key in keys], **more)

    assert tagged("a", "A")[2].startswith("Duplicate tag keys found.")
    assert tagged("aws:x")[0] == "InvalidParameterValue"
    assert "'tags'" in tagged(*("k%d" % n for n in range(51)))[2]
    assert tagged("a", TransitiveTagKeys=["b"])[0] == "InvalidParameterValue"


def test_policies_are_read_and_weighed(sts):
    for policy in ("{", "{}", "[]", '{"Statement": [{"Effect": "Allow"}]}',
                   '{"Statement": [{"Effect": "Allow", "Action": "s3:*", '
                   '"Resource": "*", "Principal": "*"}]}'):
        assert refused(assume, sts, Policy=policy)[:2] == (
            "MalformedPolicyDocument", 400)
    sts.set(packed_limit=40)
    good = json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Action": "*", "Resource": "*"}})
    code, status, text = refused(assume, sts, Policy=good)
    assert (code, status) == ("PackedPolicyTooLarge", 400)
    assert text.startswith("Packed policy consumes ")


def test_a_disabled_region_is_named_with_the_account(sts):
    sts.set(disabled_regions=["ap-east-1"])
    caller = client(sts, region="ap-east-1")
    code, status, text = refused(assume, sts, via=caller)
    assert (code, status) == ("RegionDisabledException", 403)
    assert "in this region for account:123456789012." in text
    assert assume(sts)


# Who may

def denied(action, role, who="iam::123456789012:user/bastion"):
    return ("AccessDenied", 403,
            "User: arn:aws:%s is not authorized to perform: sts:%s on "
            "resource: %s" % (who, action, role))


@pytest.mark.parametrize("role, more", [
    ("NoSuchRole", {}), ("Untrusting", {}), ("External", {}),
    ("External", {"ExternalId": "bastion:43/x"}),
    ("NamedSession", {"name": "bob"}), ("Identified", {}),
    ("Identified", {"SourceIdentity": "bob"}),
])
def test_a_role_that_says_no_and_none_at_all_read_the_same(sts, role, more):
    assert refused(assume, sts, role, **more) == denied("AssumeRole",
                                                        ROLE + role)


def test_conditions_that_hold_let_in(sts):
    assert assume(sts, "External", ExternalId="bastion:42/x")
    assert assume(sts, "NamedSession", name="alice@host")
    assert assume(sts, "Identified", SourceIdentity="alice2")
    assert assume(sts, "arn:aws:iam::210987654321:role/Other")


def test_the_callers_policy_counts_too(sts):
    caller = client(sts, "AKIAIOSFODNN7NOBODYX",
                    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOBODYXKEY")
    who = "iam::123456789012:user/nobody"
    assert refused(assume, sts, via=caller) == denied(
        "AssumeRole", ROLE + "BastionSRE", who)
    sts.set(because=True)
    assert refused(assume, sts, via=caller)[2].endswith(
        " because no identity-based policy allows the sts:AssumeRole action")
    root = client(sts, "AKIAIOSFODNN7ROOTKEY",
                  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYROOTKEYKEY")
    assert refused(assume, sts, via=root)[2] == \
        "Roles may not be assumed by root accounts."


def test_tags_and_source_identity_need_their_own_permission(sts):
    tags = [{"Key": "team", "Value": "sre"}]
    assert refused(assume, sts, Tags=tags) == denied(
        "TagSession", ROLE + "BastionSRE")
    assert refused(assume, sts, SourceIdentity="alice") == denied(
        "SetSourceIdentity", ROLE + "BastionSRE")
    assert assume(sts, "Tagged", Tags=tags)


def test_source_identity_and_transitive_tags_stick(sts):
    hop = session_client(sts, assume(
        sts, "Hop", SourceIdentity="alice", TransitiveTagKeys=["team"],
        Tags=[{"Key": "team", "Value": "sre"}]))
    who = "sts::123456789012:assumed-role/Hop/alice"
    answer = assume(sts, "ops/Deploy", via=hop)
    assert answer["SourceIdentity"] == "alice"
    assert refused(assume, sts, "ops/Deploy", via=hop,
                   SourceIdentity="bob") == denied(
        "SetSourceIdentity", ROLE + "ops/Deploy", who)
    # A role further down that does not allow them cannot be had at all.
    assert refused(assume, sts, "Short", via=hop) == denied(
        "TagSession", ROLE + "Short", who)
    assert refused(assume, sts, "Tagged", via=hop) == denied(
        "SetSourceIdentity", ROLE + "Tagged", who)
    assert refused(assume, sts, "ops/Deploy", via=hop, Tags=[
        {"Key": "Team", "Value": "x"}])[0] == "InvalidParameterValue"


def test_a_session_policy_bounds_the_session(sts):
    def hop(effect):
        policy = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": effect, "Action": "sts:*", "Resource": "*"}]})
        return session_client(sts, assume(sts, "Hop", Policy=policy))

    assert assume(sts, via=hop("Allow"))
    assert refused(assume, sts, via=hop("Deny"))[0] == "AccessDenied"


def test_trust_policies_may_be_whole_iam_documents(sts):
    sts.load({"users": sts.state["users"], "roles": [
        {"arn": ROLE + "Iam", "trust": {
            "Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": "sts:AssumeRole",
                 "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                 "Condition": {
                     "StringLike": {"sts:RoleSessionName":
                                    "${aws:username}-*"},
                     "IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}},
                {"Effect": "Deny", "Action": "sts:*", "Principal": "*",
                 "Condition": {"Bool": {"aws:SecureTransport":
                                        "false"}}}]}}]})
    secure = client(sts, secure=True)
    assert assume(sts, "Iam", name="bastion-1", via=secure)
    assert refused(assume, sts, "Iam", name="other-1", via=secure)
    assert refused(assume, sts, "Iam", name="bastion-1")


# Ends

def test_credentials_expire_by_the_servers_clock(sts):
    caller = session_client(sts, assume(sts, DurationSeconds=900))
    assert caller.get_caller_identity()
    # The server's clock moves, and the client's signature stays in time.
    sts.set(clock_offset=901, skew_minutes=60)
    assert refused(caller.get_caller_identity) == (
        "ExpiredToken", 403,
        "The security token included in the request is expired")


def test_a_lifetime_that_is_set_ends_credentials_early(sts):
    sts.set(lifetime=2)
    answer = assume(sts, DurationSeconds=43200)
    left = answer["Credentials"]["Expiration"] - datetime.datetime.now(
        datetime.timezone.utc)
    assert left.total_seconds() <= 2
    caller = session_client(sts, answer)
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            caller.get_caller_identity()
        except ClientError as problem:
            assert problem.response["Error"]["Code"] == "ExpiredToken"
            return
        time.sleep(0.05)
    raise AssertionError("never expired")


def test_issued_credentials_can_be_ended(sts):
    answer = assume(sts)
    caller = session_client(sts, answer)
    assert sts.expire(answer["Credentials"]["AccessKeyId"]) == 1
    assert refused(caller.get_caller_identity)[0] == "ExpiredToken"
