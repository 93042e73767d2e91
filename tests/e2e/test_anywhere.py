"""type = roles-anywhere: an X.509 certificate is what roles are assumed with.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import re

import pytest

import checks
import left
import place
from anywhere import CN, anywhere, host  # noqa: F401
from anywhere import _one_anywhere, _one_host  # noqa: F401
from configuration import ROLE

import hardware  # from tests/anywhere
import pki
import create_session as server

DIRECT = "direct = yes"


@pytest.fixture(autouse=True)
def line(stacks, configure, sts, run_awsrole):
    stacks.line("sshd", "timeout=8s")
    stacks.line("su", "timeout=8s")


def su():
    result, took = place.timed("su", "alice", "-c", "env")
    assert result.returncode == 0 and took < 9
    assert result.stderr == ""  # no library talks to the person
    return place.environment(result.stdout)


def works():
    return checks.environment_is_whole(su(), "alice", "sre")


def fails(log, code, *words):
    """The login fails closed; the log line has the code's name and all of
    `words`."""
    checks.failed_closed(su())
    text = log.wait(r'no role for user "alice": %s:' % code)[-1]["text"]
    for word in words:
        assert word in text, text
    left.nothing_left()
    return text


def check():
    """What `awsrole-helper check` says: (status, text)."""
    result = place.run(place.program("awsrole-helper"), "check")
    return result.returncode, result.stdout + result.stderr


@pytest.mark.parametrize("kind", pki.KINDS)
def test_login_has_its_role_through_the_certificate(
        sshd, sts, configure, host, anywhere, hold, log, kind):
    host.use(kind, chained=kind in ("rsa2048", "p384"))
    configure.text(host.configuration(sts))
    shell = hold(sshd.shell("alice"))
    checks.everything_of_a_session(shell, "alice", sts, role="Deploy")
    assert shell.end() == 0
    left.nothing_left()
    call = anywhere.requests[0]
    assert len(anywhere.requests) == 1
    assert (call["roleArn"], call["durationSeconds"]) == (ROLE + "Hop", 3600)
    assert "roleSessionName" not in call
    # Two calls reach the STS: the service's own, and ours with its keys.
    own, ours = sts.requests(action="AssumeRole")
    assert own["parameters"]["SourceIdentity"] == CN
    assert ours["access_key"].startswith("ASIA")
    assert "SourceIdentity" not in ours["parameters"]
    assert ours["parameters"]["RoleSessionName"] == "alice@bastion"
    log.wait("session .* opened")
    assert "PRIVATE KEY" not in log.text()


@pytest.mark.parametrize("kind", pki.KINDS)
def test_direct_login_has_its_role_for_as_long_as_asked(
        sshd, sts, configure, host, anywhere, hold, kind):
    host.use(kind)
    configure.text(host.configuration(
        sts, DIRECT + "\nduration_seconds = 8h", role_arn=None))
    shell = hold(sshd.shell("alice"))
    name = checks.environment_is_whole(shell.environment(), "alice", "sre")
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "Deploy", "%x" % host.serial)
    checks.person_can_only_read(shell, name)
    assert shell.end() == 0
    left.nothing_left()
    call = anywhere.requests[0]
    assert (call["roleArn"], call["durationSeconds"]) == (
        ROLE + "ops/Deploy", 28800)
    assert "roleSessionName" not in call
    assert len(sts.requests(action="AssumeRole")) == 1  # the service's own


def test_direct_session_has_a_name_where_the_configuration_gives_one(
        sshd, sts, configure, host, anywhere, hold):
    configure.text(host.configuration(
        sts, DIRECT + "\nrole_session_name = {user}@{host}",
        profile_arn=server.NAMING))
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "Deploy", "alice@bastion")
    assert anywhere.requests[0]["roleSessionName"] == "alice@bastion"
    shell.end()


def test_name_that_the_profile_does_not_accept_says_what_to_change(
        sts, configure, host, log):
    configure.text(host.configuration(
        sts, DIRECT + "\nrole_session_name = {user}"))
    fails(log, "anywhere-denied", "Not authorized to set roleSessionName",
          "acceptRoleSessionName", "role_session_name")


def test_source_has_a_session_name_where_it_gives_one(
        sts, configure, host, anywhere):
    configure.text(host.configuration(
        sts, source="role_session_name = {host}-{user}",
        profile_arn=server.NAMING))
    works()
    assert anywhere.requests[0]["roleSessionName"] == "bastion-alice"


def test_profile_that_allows_less_gives_less_and_the_log_says_so(
        sts, configure, host, log):
    configure.text(host.configuration(
        sts, DIRECT + "\nduration_seconds = 2h", profile_arn=server.SHORT))
    works()
    assert re.search(r"18\d\d|17\d\d|duration", log.text()), log.text()


def test_region_is_the_trust_anchors_where_none_is_configured(
        sts, configure, host):
    text = host.configuration(sts)
    assert "region" not in text
    configure.text(text)
    works()  # AWS_REGION is eu-west-1


# Certificates and keys.

def test_expired_certificate_is_named_with_its_date_and_nobody_is_asked(
        sts, configure, host, anywhere, log):
    host.use(start=-9 * pki.DAY, end=-pki.DAY)
    configure.text(host.configuration(sts))
    fails(log, "source", "[source host]", host.files["certificate"],
          "expired on %s" % (pki.now() - pki.DAY).strftime("%Y-%m-%d"))
    assert anywhere.requests == [] and sts.requests() == []


def test_certificate_of_tomorrow_is_named_with_its_date(
        sts, configure, host, anywhere, log):
    host.use(start=pki.DAY)
    configure.text(host.configuration(sts))
    fails(log, "source", host.files["certificate"], "not valid before %s"
          % (pki.now() + pki.DAY).strftime("%Y-%m-%d"))
    assert anywhere.requests == []


def test_key_of_another_certificate_is_named(sts, configure, host, anywhere,
                                             log):
    host.files["private_key"] = host.write(
        "other.pem", pki.key_pem(host.key("rsa2048")), True)
    configure.text(host.configuration(sts))
    fails(log, "source", "other.pem", "not that of the certificate")
    assert anywhere.requests == []


def test_key_that_everybody_can_read_is_refused(sts, configure, host, log):
    host.files["private_key"] = host.write(
        "open.pem", pki.key_pem(host.key("p256")))
    configure.text(host.configuration(sts))
    fails(log, "source", "open.pem")


def test_encrypted_key_needs_its_pin_file(sts, configure, host, log):
    host.files["private_key"] = host.write(
        "locked.pem", pki.key_pem(host.key("p256"), b"a long passphrase"),
        True)
    configure.text(host.configuration(sts))
    fails(log, "source", "locked.pem", "pin_file")
    host.files["pin_file"] = host.write("pin", b"a long passphrase\n", True)
    configure.text(host.configuration(sts))
    works()
    assert "a long passphrase" not in log.text()


def test_untrusted_certificate_says_what_to_change(sts, configure, host, log):
    host.certify(host.key("p256").public_key(), pki.Authority("Stranger"))
    configure.text(host.configuration(sts))
    fails(log, "anywhere-denied", "CreateSession", "AccessDeniedException",
          "ntrusted", "intermediates")


@pytest.fixture(params=[hardware.SoftHsm, hardware.Tpm],
                ids=["softhsm", "tpm"])
def device(request, tmp_path):
    why = request.param.missing()
    if why:
        pytest.skip(why)
    tmp_path.chmod(0o755)
    for parent in tmp_path.parents:
        if str(parent) != "/tmp" and str(parent).startswith("/tmp/"):
            parent.chmod(0o755)
    with request.param(tmp_path) as made:
        yield made


def test_key_that_never_leaves_its_device_signs(
        sshd, sts, configure, host, anywhere, hold, log, device):
    for kind in device.kinds:
        uri, public = device.new_key(kind)
        host.files.clear()
        host.certify(public)
        host.files["private_key"] = uri
        host.files["pin_file"] = host.write("pin", device.pin.encode(), True)
        for role in ("", DIRECT):
            configure.text(host.configuration(sts, role))
            works()
    assert len(anywhere.requests) == 2 * len(device.kinds)
    assert all("cn" in request for request in anywhere.requests)
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "Deploy", "%x" % host.serial)
    shell.end()
    left.nothing_left()
    assert device.pin not in log.text()


def test_device_with_another_pin_or_no_such_key_is_named(
        sts, configure, host, anywhere, log, device):
    uri, public = device.new_key("p256")
    host.files.clear()
    host.certify(public)
    host.files["private_key"] = uri
    host.files["pin_file"] = host.write("pin", b"0001110\n", True)
    configure.text(host.configuration(sts))
    fails(log, "source", "[source host]", uri.partition("?")[0], "PIN")
    host.files["private_key"] = device.absent
    host.files["pin_file"] = host.write("pin", device.pin.encode(), True)
    configure.text(host.configuration(sts))
    fails(log, "source", device.absent.partition("?")[0], "pin_file")
    assert anywhere.requests == []
    assert "0001110" not in log.text() and device.pin not in log.text()


# What IAM Roles Anywhere says.

@pytest.mark.parametrize("fault, code, words", [
    ("denied", "anywhere-denied", ("Certificate revoked", "revocation list")),
    ("type_in_body", "anywhere-denied", ("Untrusted", "intermediates")),
    ("unknown_code", "aws-other", ("TeapotException", "HTTP 418")),
    ("captive_portal", "bad-answer", ("no JSON",)),
    ("redirect", "bad-answer", ("captive portal", "HTTP 302")),
    ("empty", "bad-answer", ("no JSON",)),
    ("no_credentials", "bad-answer", ("credentialSet",)),
    ("expired", "bad-answer", ("expired",)),
    ("bad_date", "bad-answer", ("expiration",)),
    ("newline", "bad-answer", ("sessionToken",)),
    ("half", "bad-answer", ("no JSON",)),
])
def test_answer_that_is_none_fails_closed_and_is_named(
        sts, configure, host, anywhere, log, fault, code, words):
    configure.text(host.configuration(sts))
    anywhere.fault(fault)
    text = fails(log, code, "[source host]", "CreateSession", *words)
    assert anywhere.url.partition("//")[2] in text
    assert len(anywhere.requests) == 1  # a refusal is not asked again
    assert sts.requests(action="AssumeRole") == []


@pytest.mark.parametrize("fault", ["throttle", "error_500", "error_503",
                                   "close"])
def test_failure_that_passes_is_asked_again(
        sts, configure, host, anywhere, fault):
    configure.text(host.configuration(sts))
    anywhere.fault(fault)
    works()
    assert len(anywhere.requests) == 2


@pytest.mark.parametrize("changed, code, words", [
    ({"trust_anchor_arn": server.ANCHOR[:-1] + "9"}, "anywhere-not-found",
     (server.ANCHOR[:-1] + "9", "Trust anchor not found", "HTTP 404")),
    ({"profile_arn": server.PROFILE[:-1] + "9"}, "anywhere-not-found",
     (server.PROFILE[:-1] + "9", "Profile not found")),
    ({"profile_arn": server.DISABLED}, "anywhere-denied",
     ("disabled", "enable the trust anchor")),
    ({"role_arn": ROLE + "NotInTheProfile"}, "anywhere-denied",
     (ROLE + "NotInTheProfile", "rolesanywhere.amazonaws.com")),
    ({"role_arn": ROLE + "Untrusting"}, "anywhere-denied",
     ("sts:SetSourceIdentity",)),
])
def test_wrong_arn_is_named(sts, configure, host, log, changed, code, words):
    configure.text(host.configuration(sts, **changed))
    fails(log, code, *words)


def test_clock_that_is_off_is_named_and_not_corrected_over_plain_http(
        sts, configure, host, anywhere, log):
    configure.text(host.configuration(sts))
    anywhere.offset = datetime.timedelta(hours=1)
    fails(log, "clock", "Signature expired")
    assert len(anywhere.requests) == 1


def test_clock_that_is_off_is_corrected_once_over_tls(
        sts, configure, host, log, tmp_path):
    tls = pki.Authority("CA of the endpoint")
    key = pki.new_key("p256")
    file = pki.write(tmp_path / "tls.pem", pki.pem(
        tls.issue(key.public_key(), "anywhere", address="127.0.0.1"))
        + pki.key_pem(key), 0o600)
    bundle = host.write("tls-ca.pem", pki.pem(tls.certificate))
    with server.AnywhereServer(sts, host.root.certificate, file) as service:
        role = DIRECT + "\nduration_seconds = 8h"
        configure.text(host.configuration(sts, role, endpoint=service.url))
        fails(log, "tls", "127.0.0.1")
        role += "\nca_bundle = " + bundle
        configure.text(host.configuration(sts, role, endpoint=service.url))
        works()
        assert "refused" not in service.requests[0]
        service.forget()
        for hours in (1, -20):
            service.offset = datetime.timedelta(hours=hours)
            works()
            first, second = service.requests
            assert "Signature" in first["refused"] and "cn" in second
            service.forget()
        log.wait("this host's clock is 72000 seconds off|"
                 "this host's clock is 7[12]")


def test_service_that_is_not_there_is_named(sts, configure, host, log):
    configure.text(host.configuration(sts, endpoint="http://127.0.0.1:9"))
    fails(log, "unreachable", "[source host]", "127.0.0.1:9")


# The configuration.

@pytest.mark.parametrize("role, source, words", [
    ("source_identity = {user}", {}, ("source_identity", "CN")),
    (DIRECT + "\nsource_identity = {user}", {}, ("source_identity",)),
    (DIRECT + "\ntags = a=b", {}, ("tags",)),
    (DIRECT + "\nexternal_id = ab", {}, ("external_id",)),
    (DIRECT + "\npolicy_arns = arn:aws:iam::aws:policy/ReadOnlyAccess", {},
     ("policy_arns",)),
    (DIRECT + "\nbind_to = 192.0.2.0/24", {}, ("bind_to",)),
    ("", {"role_arn": None}, ("role_arn", "direct = yes")),
    ("", {"trust_anchor_arn": None}, ("trust_anchor_arn",)),
    ("", {"profile_arn": None}, ("profile_arn",)),
    ("", {"certificate": None}, ("certificate",)),
    ("", {"private_key": None}, ("private_key",)),
    ("", {"trust_anchor_arn": server.PROFILE}, ("trust-anchor/ID",)),
    ("", {"profile_arn": server.PROFILE.replace("eu-west-1", "eu-west-2")},
     ("eu-west-2", "one Region")),
    ("", {"profile_arn": server.PROFILE.replace("aws", "aws-moon")},
     ("partition",)),
    ("", {"trust_anchor_arn": server.ANCHOR.replace(
        ":aws:", ":aws-cn:")}, ("partition",)),
    ("", {"private_key": "key.pem"}, ("absolute path",)),
    ("", {"private_key": "pkcs11:object=a?pin-value=1234"}, ("pin_file",)),
    ("", {"private_key": "pkcs11:object=a;pin-source=/x"}, ("pin_file",)),
    ("", {"private_key": "pkcs11:object=a?module-path=x.so"},
     ("module-path",)),
    ("", {"private_key": "handle:0x81000001?pass"}, ("hex digits",)),
    ("", {"private_key": "handle:81000001"}, ("handle:0x",)),
    ("", {"endpoint": "http://192.0.2.1/"}, ("https://",)),
    ("", {"token_file": "/x"}, ("token_file",)),
])
def test_configuration_that_cannot_be_is_refused_when_it_is_read(
        sts, configure, host, role, source, words):
    configure.text(host.configuration(sts, role, **source))
    status, text = check()
    assert status != 0
    assert re.search(r"awsrole\.conf:\d+: ", text), text
    for word in words:
        assert word in text, text


def test_default_source_identity_can_be_switched_off_for_one_role(
        sts, configure, host):
    text = host.configuration(sts, "source_identity = off").replace(
        "[defaults]\n", "[defaults]\nsource_identity = {user}\n")
    configure.text(text)
    status, output = check()
    assert status == 0, output
    works()


def test_check_notes_that_people_look_alike_without_a_session_name(
        sts, configure, host):
    for role, noted in ((DIRECT, True), ("", False),
                        (DIRECT + "\nrole_session_name = {user}", False)):
        configure.text(host.configuration(sts, role))
        status, text = check()
        assert status == 0, text
        assert ("note: [role sre]" in text and "look alike" in text) == noted
