"""The catalogue of errors: what AWS and the way to it cause.

Its other half is test_catalogue_host.py.

SPDX-License-Identifier: Apache-2.0
"""
import json
import re

import pytest

import left
import leaks
import pam
from catalogue import provokes, refused
from configuration import KEY, ROLE
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture


def rule(name="BastionSRE", **more):
    return "[role sre]\nrole_arn = %s%s\nusers = alice\n%s" % (
        ROLE, name, "".join("%s = %s\n" % each for each in more.items()))


# What AWS says no to.

@provokes("access-denied")
def test_access_denied_names_principal_and_role(configure, login, log):
    configure(rule("Untrusting"))
    text = refused(login(), log, "access-denied",
                   r"user/bastion to perform sts:AssumeRole on "
                   r"arn:aws:iam::123456789012:role/Untrusting")
    assert "HTTP 403" in text and "[role sre]" in text


@provokes("access-denied")
def test_role_that_does_not_exist_is_denied_alike(configure, login, log):
    configure(rule("Missspelt"))
    refused(login(), log, "access-denied", "role/Missspelt.*")


@provokes("access-denied")
def test_caller_without_a_policy_is_named(configure, login, log):
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYNOBODYXKEY"
    leaks.remember(secret)
    configure.keys("AKIAIOSFODNN7NOBODYX", secret)
    refused(login(), log, "access-denied",
            r"user/nobody to perform sts:AssumeRole on .*role/BastionSRE")


@provokes("access-denied-tags")
def test_tags_without_the_right_to_tag(configure, login, log):
    configure(rule(tags="User={user}"))
    refused(login(), log, "access-denied-tags",
            r"user/bastion to perform sts:TagSession on .*BastionSRE")


@provokes("access-denied-source-identity")
def test_source_identity_without_the_right_to_set_it(configure, login, log):
    configure(rule(source_identity="{user}"))
    refused(login(), log, "access-denied-source-identity",
            r"user/bastion to perform sts:SetSourceIdentity on .*BastionSRE")


@provokes("packed-policy")
def test_tags_that_do_not_fit_when_packed(configure, login, log, sts):
    configure(rule("Tagged", tags="User={user}, Why=because of this"))
    sts.set(packed_limit=8)
    try:
        refused(login(), log, "packed-policy", r"PackedPolicyTooLarge")
    finally:
        sts.set(packed_limit=2048)


@provokes("malformed-policy")
def test_policy_that_is_json_but_no_policy(configure, login, log):
    path = configure.file("policy.json", json.dumps(
        {"Version": "2012-10-17", "Statement": [
            {"Effect": "Perhaps", "Action": "s3:*", "Resource": "*"}]}))
    configure(rule(policy_file=path))
    refused(login(), log, "malformed-policy", r"MalformedPolicyDocument")


@provokes("region-disabled")
def test_region_in_which_sts_is_switched_off(login, log, sts, configure):
    sts.set(disabled_regions=["eu-west-1"])
    try:
        refused(login(), log, "region-disabled", r"RegionDisabledException")
    finally:
        sts.set(disabled_regions=[])


@pytest.mark.parametrize("key", [
    ("AKIAIOSFODNN7UNKNOWN", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYUNKNOWNKEY"),
    ("AKIAIOSFODNN7INACTIV", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYINACTIVKEY")])
@provokes("bad-key")
def test_key_that_aws_does_not_know(key, configure, login, log):
    leaks.remember(key[1])
    configure.keys(*key)
    refused(login(), log, "bad-key", r"InvalidClientTokenId")


@provokes("bad-signature")
def test_secret_of_another_key(configure, login, log):
    secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYINACTIVKEY"
    leaks.remember(secret)
    configure.keys(KEY[0], secret)
    refused(login(), log, "bad-signature", r"SignatureDoesNotMatch")


def temporary_keys(login, configure):
    """Credentials of a role session for the source's own file."""
    configure(rule("ops/Deploy"))
    first = login()
    assert first.result == pam.SUCCESS
    keys = leaks.profiles(first.file())["sre"]
    assert first.end() == pam.SUCCESS
    return (keys["aws_access_key_id"], keys["aws_secret_access_key"],
            keys["aws_session_token"])


@provokes("bad-signature")
def test_answer_that_quotes_the_request_is_not_logged(
        login, configure, log, sts):
    """SignatureDoesNotMatch holds the canonical request, with its token."""
    key, secret, token = temporary_keys(login, configure)
    wrong = secret[::-1]
    leaks.remember(wrong)
    configure(rule())
    configure.keys(key, wrong, token)
    assert sts.status()["settings"]["show_canonical"]
    sts.forget()
    refused(login(), log, "bad-signature", r"SignatureDoesNotMatch")
    assert sts.requests()[-1]["code"] == "SignatureDoesNotMatch"
    leaks.flush()
    for word in ("canonical", "Canonical", "String-to-Sign",
                 "x-amz-security-token", "content-type:",
                 "AWS4-HMAC-SHA256", *leaks.pieces(token)):
        assert log.find(re.escape(word)) == [], word


@provokes("expired-key")
def test_source_whose_token_is_over(login, configure, log, sts):
    keys = temporary_keys(login, configure)
    configure(rule())
    configure.keys(*keys)
    assert sts.expire(keys[0]) == 1
    refused(login(), log, "expired-key", r"role/BastionSRE \(ExpiredToken")


@pytest.mark.parametrize("offset", [3600, -3600])
@provokes("clock")
def test_clock_that_is_an_hour_off(offset, configure, login, log, sts):
    sts.set(clock_offset=offset)
    try:
        refused(login(), log, "clock",
                r"this host's clock said \d{8}T\d{6}Z when AWS's said "
                r"\d{8}T\d{6}Z")
    finally:
        sts.set(clock_offset=0)


@provokes("throttled")
def test_throttled(configure, login, log, sts):
    sts.fault("throttle")
    refused(login(), log, "throttled", "Throttling")


@pytest.mark.parametrize("kind", ["error_500", "error_503"])
@pytest.mark.parametrize("html", [False, True])
@provokes("aws-failure")
def test_aws_fails(kind, html, configure, login, log, sts):
    sts.fault(kind, html=html)
    refused(login(), log, "aws-failure", "HTTP " + kind[-3:])


@provokes("aws-other")
def test_code_that_nobody_knows(configure, login, log, sts):
    secret = "not-to-be-quoted-" + "x" * 20
    leaks.remember(secret)
    sts.fault("error", status=403, code="OptInRequired", message=secret)
    refused(login(), log, "aws-other", r"BastionSRE \(OptInRequired, HTTP")


@provokes("validation")
def test_request_that_aws_does_not_accept(configure, login, log, sts):
    sts.fault("error", message="1 validation error detected: this and that")
    refused(login(), log, "validation",
            r"role/BastionSRE .*1 validation error detected: this and that")


# A shorter session is a session.

def test_role_that_allows_an_hour_gives_an_hour(configure, login, log, sts):
    configure(rule("Short", duration_seconds="8h"))
    one = login()
    assert one.result == pam.SUCCESS
    asked = [record["parameters"]["DurationSeconds"]
             for record in sts.requests()]
    assert asked == ["28800", "3600"]
    line = log.wait(r"\[role sre\]: AWS gives 3600 seconds, not the 28800")
    assert "MaxSessionDuration" in line[0]["text"]
    assert one.end() == pam.SUCCESS
    assert left.everything() == []


def test_chained_role_is_asked_for_an_hour_at_once(configure, login, log,
                                                   sts):
    keys = temporary_keys(login, configure)
    configure(rule(duration_seconds="8h"))
    configure.keys(*keys)
    sts.forget()
    one = login()
    assert one.result == pam.SUCCESS
    assert [record["parameters"]["DurationSeconds"]
            for record in sts.requests()] == ["3600"]
    log.wait(r"\[role sre\]: AWS gives 3600 seconds.*one hour of role chain")
    assert one.end() == pam.SUCCESS


@provokes("duration", "chaining")
def test_even_an_hour_is_too_much(configure, login, log, sts):
    for code, message in (
            ("duration", "The requested DurationSeconds exceeds the "
                         "MaxSessionDuration set for this role."),
            ("chaining", "The requested DurationSeconds exceeds the 1 hour "
                         "session limit for roles assumed by role "
                         "chaining.")):
        sts.clear()
        sts.forget()
        sts.fault("error", message=message)
        refused(login(), log, code, r"role/BastionSRE")
        assert [record["parameters"]["DurationSeconds"]
                for record in sts.requests()] == ["28800", "3600"]


# The way to AWS.

@provokes("unreachable")
def test_nobody_listens(configure, login, log):
    configure(rule(sts_endpoint="http://127.0.0.1:9"))
    refused(login(), log, "unreachable", r"127\.0\.0\.1")


@provokes("unreachable")
def test_name_that_does_not_resolve(configure, login, log):
    configure(rule(sts_endpoint="https://sts.nowhere.example"))
    refused(login(), log, "unreachable", r"sts\.nowhere\.example")


@pytest.mark.parametrize("certificate", ["wrong-name", "expired",
                                         "self-signed", "good"])
@provokes("tls")
def test_certificate_that_is_not_to_be_trusted(certificate, configure, login,
                                               log, sts):
    """The good one, too, for who does not know its authority."""
    more = {}
    if certificate != "good":
        with open(sts.ca_file, encoding="ascii") as file:
            more["ca_bundle"] = configure.file("ca.pem", file.read())
    configure(rule(sts_endpoint=sts.https_url, **more))
    sts.set(certificate=certificate)
    try:
        refused(login(), log, "tls", r"127\.0\.0\.1.*certificate")
        assert sts.requests() == []
        if more:
            sts.set(certificate="good")
            assert login().result == pam.SUCCESS
    finally:
        sts.set(certificate="good")


@provokes("tls")
def test_tls_of_yesterday(configure, login, log, sts):
    with open(sts.ca_file, encoding="ascii") as file:
        path = configure.file("ca.pem", file.read())
    configure(rule(sts_endpoint=sts.https_url, ca_bundle=path))
    sts.set(tls="1.1")
    try:
        refused(login(), log, "tls", r"127\.0\.0\.1")
    finally:
        sts.set(tls=None)


@pytest.mark.parametrize("kind", ["hang", "drip", "hang_connect"])
@provokes("aws-timeout")
def test_aws_does_not_answer(kind, configure, login, log, sts):
    sts.fault(kind)
    refused(login(options="timeout=600ms"), log, "aws-timeout",
            r"127\.0\.0\.1")


@pytest.mark.parametrize("kind", ["captive_portal", "redirect", "truncated",
                                  "endless_body", "empty"])
@provokes("bad-answer")
def test_something_else_answers(kind, configure, login, log, sts):
    sts.fault(kind)
    refused(login(), log, "bad-answer", r"127\.0\.0\.1")
    # A redirect was not followed.
    assert {record["path"] for record in sts.requests()} == {"/"}


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)
