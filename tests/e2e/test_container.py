"""type = container: the role of an ECS task or an EKS pod.

SPDX-License-Identifier: Apache-2.0
"""
import os
import ssl
import subprocess

import pytest

import checks
import left
import place
from configuration import CONFIGURATION, ROLE, write
import endpoints  # finds tests/metadata
from container import RELATIVE  # isort: skip
from endpoints import configuration, container  # noqa: F401

PODS = "/v1/credentials"
TOKEN_FILE = "/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-token"


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd", "timeout=8s")
    stacks.line("su", "timeout=8s")


@pytest.fixture
def source(configure, sts):
    """source(lines): the configuration with this container source."""
    def use(text, **more):
        configure.text(configuration(sts, "type = container\n" + text,
                                     **more))
    return use


@pytest.fixture
def token_file():
    """token_file(text): as kubelet has it, behind two links; a new text gets
    a new folder."""
    folder = os.path.dirname(TOKEN_FILE)
    os.makedirs(folder)
    made = []

    def give(text, mode=0o644, owner=0):
        made.append(os.path.join(folder, "..%d" % len(made)))
        os.makedirs(made[-1])
        path = os.path.join(made[-1], "eks-token")
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        os.chmod(path, mode)
        os.chown(path, owner, owner)
        new = os.path.join(folder, "..data_tmp")
        os.symlink(os.path.basename(made[-1]), new)
        os.rename(new, os.path.join(folder, "..data"))
        if not os.path.islink(TOKEN_FILE):
            os.symlink("..data/eks-token", TOKEN_FILE)
    yield give
    subprocess.run(["rm", "-rf", "/run/secrets"], check=True)


def su():
    result, took = place.timed("su", "alice", "-c", "env")
    assert result.returncode == 0 and took < 9
    return place.environment(result.stdout)


def fails(log, *words):
    checks.failed_closed(su())
    text = log.wait(r'no role for user "alice": source:')[0]["text"]
    for word in words:
        assert word in text, text
    assert "[source host]" in text
    left.nothing_left()
    return text


def refused(log, *words):
    """The configuration is refused when it is read."""
    checks.failed_closed(su())
    text = log.wait(r'no role for user "alice": configuration:')[0]["text"]
    for word in words:
        assert word in text, text
    return text


def test_login_has_its_role_through_the_tasks(sshd, sts, container, source,
                                              hold, log):
    source("uri = " + RELATIVE)
    shell = hold(sshd.shell("alice"))
    checks.everything_of_a_session(shell, "alice", sts)
    assert shell.end() == 0
    left.nothing_left()
    assert container.paths() == ["GET " + RELATIVE]
    assert container.requests[0]["address"] == "169.254.170.2"
    assert "authorization" not in container.requests[0]["headers"]
    assert sts.requests(action="AssumeRole")[0]["access_key"] == \
        container.credentials["AccessKeyId"]
    for secret in ("SecretAccessKey", "SessionToken"):
        assert container.credentials[secret] not in log.text()


@pytest.mark.parametrize("host", ["169.254.170.23", "[fd00:ec2::23]"])
def test_login_has_its_role_through_the_pods(sshd, sts, container, source,
                                             token_file, hold, log, host):
    container.token = "header.claims.signature"
    token_file("header.claims.signature")
    source("uri = http://%s%s\ntoken_file = %s" % (host, PODS, TOKEN_FILE))
    shell = hold(sshd.shell("alice"))
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    shell.end()
    assert container.requests[0]["address"] == host.strip("[]")
    assert "header.claims.signature" not in log.text()


def test_token_file_is_read_again_each_time(container, source, token_file):
    source("uri = http://169.254.170.23%s\ntoken_file = %s"
           % (PODS, TOKEN_FILE))
    for token in ("the-first", "the-second"):
        container.token = token
        token_file(token)
        checks.environment_is_whole(su(), "alice", "sre")


def test_token_of_the_configuration_is_sent(container, source):
    container.token = "Basic abc=="
    source("uri = %s\ntoken = Basic abc==" % RELATIVE)
    os.chmod(CONFIGURATION, 0o640)
    os.chown(CONFIGURATION, 0, os.stat("/etc/awsrole/aws/credentials").st_gid)
    checks.environment_is_whole(su(), "alice", "sre")


def test_token_in_a_file_that_everybody_reads_is_refused(container, source,
                                                         log):
    source("uri = %s\ntoken = a-secret-token" % RELATIVE)
    refused(log, CONFIGURATION, "token", "0640")
    assert "a-secret-token" not in log.text()
    assert container.requests == []


@pytest.mark.parametrize("end", ["\n", "\r\n", "\nmore"])
def test_line_end_in_the_token_file_is_refused_by_name(
        container, source, token_file, log, end):
    token_file("a-token" + end)
    source("uri = http://169.254.170.23%s\ntoken_file = %s"
           % (PODS, TOKEN_FILE))
    fails(log, TOKEN_FILE, "line end", "printf")
    assert container.requests == [] and "a-token" not in log.text()


@pytest.mark.parametrize("change, words", [
    ({"mode": 0o666}, ("belongs to uid 0 with mode 0666",)),
    ({"owner": 1001}, ("belongs to uid 1001",)),
    ({"text": ""}, ("is empty",)),
    ({"text": "x" * 20000}, ("longer than 16384",)),
    ({"mode": 0o600}, ("Permission denied", "user awsrole")),
])
def test_token_file_that_is_not_fit_is_refused_by_name(
        container, source, token_file, log, change, words):
    token_file(**dict({"text": "a-token"}, **change))
    source("uri = %s\ntoken_file = %s" % (RELATIVE, TOKEN_FILE))
    fails(log, TOKEN_FILE, *words)
    assert container.requests == []


def test_token_file_that_is_no_file_does_not_block(container, source, log):
    os.makedirs(os.path.dirname(TOKEN_FILE))
    try:
        source("uri = %s\ntoken_file = %s" % (RELATIVE, TOKEN_FILE))
        fails(log, TOKEN_FILE, "No such file")
        os.mkfifo(TOKEN_FILE)
        checks.failed_closed(su())
        log.wait("%s is no regular file" % TOKEN_FILE)
    finally:
        subprocess.run(["rm", "-rf", "/run/secrets"], check=True)


@pytest.mark.parametrize("uri", [
    "http://169.254.169.254/x", "http://10.0.0.1/x", "http://example.com/x",
    "http://169.254.170.3/x", "http://[fd00:ec2::24]/x",
    "http://127.0.0.1@10.0.0.1/x", "http://2130706433/x", "ftp://127.0.0.1/",
    "/v2/../x", "v2/credentials", "http://127.0.0.1/x?y", "https:///x"])
def test_uri_that_could_leave_the_host_unprotected_is_refused(
        container, source, log, uri):
    source("uri = " + uri)
    refused(log, "uri = ", "awsrole.conf:7")
    assert container.requests == []


def test_http_to_loopback_is_allowed(sts, source):
    from container import Container
    from endpoints import role_credentials
    with Container(role_credentials(sts), addresses=["127.0.0.1"],
                   port=0) as service:
        source("uri = %s%s" % (service.url(), PODS))
        checks.environment_is_whole(su(), "alice", "sre")


def test_https_goes_anywhere_and_its_certificate_is_checked(
        sts, source, configure, log, tmp_path):
    from container import Container
    from endpoints import role_credentials
    paths = [str(tmp_path / "key.pem"), str(tmp_path / "certificate.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:P-256", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", paths[0],
         "-out", paths[1]], check=True, stderr=subprocess.DEVNULL)
    service = Container(role_credentials(sts), addresses=["127.0.0.1"],
                        port=0)
    service.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    service.tls.load_cert_chain(paths[1], paths[0])
    with open(paths[1], encoding="utf-8") as file:
        bundle = configure.file("ca.pem", file.read())
    with service:
        uri = "uri = https://localhost:%d%s" % (
            service.servers[0].server_address[1], PODS)
        source(uri)
        fails(log, "GET https://localhost", "certificate must be one that")
        assert service.requests == []
        source(uri, defaults="region = eu-west-1\nca_bundle = " + bundle)
        checks.environment_is_whole(su(), "alice", "sre")


def test_uri_is_needed_and_two_tokens_are_one_too_many(source, log):
    source("token_file = /x\ntoken = y")
    checks.failed_closed(su())
    result = place.run(place.program("awsrole-helper"), "check")
    assert "has no uri" in result.stdout + result.stderr
    assert "token and token_file exclude each other" in \
        result.stdout + result.stderr


FAULTS = {
    "garbage": ("no JSON object", "look what answers there"),
    "cut": ("no JSON object",),
    "no_secret": ("SecretAccessKey", "is missing"),
    "no_token": ("the Token of the answer is missing",),
    "injected": ("Token", "characters that no such value has"),
    "redirect": ("HTTP 302", "correct uri"),
    "error_500": ("HTTP 500", "failure of its own"),
}


@pytest.mark.parametrize("kind", FAULTS)
def test_fault_is_named_with_its_step_and_remedy(container, sts, source, log,
                                                 kind):
    source("uri = " + RELATIVE)
    container.fault(kind)
    fails(log, "GET http://169.254.170.2" + RELATIVE, *FAULTS[kind])
    assert sts.requests(action="AssumeRole") == []
    assert container.credentials["SecretAccessKey"] not in log.text()


def test_failure_of_its_own_is_survived(container, source):
    source("uri = " + RELATIVE)
    container.fault("error_500", count=1)
    checks.environment_is_whole(su(), "alice", "sre")


def test_credentials_past_their_date_are_tried(container, source):
    source("uri = " + RELATIVE)
    container.fault("past")
    checks.environment_is_whole(su(), "alice", "sre")


def test_silence_ends_after_two_seconds(container, source, log):
    source("uri = " + RELATIVE)
    container.fault("hang")
    result, took = place.timed("su", "alice", "-c", "env")
    assert took < 3.5
    checks.failed_closed(place.environment(result.stdout))
    text = log.wait(r'no role for user "alice": source:')[0]["text"]
    assert "169.254.170.2" in text and "firewall" in text


def test_wrong_token_and_wrong_uri_are_named(container, source, token_file,
                                             log):
    container.token = "right"
    source("uri = " + RELATIVE)
    fails(log, "HTTP 401", "it asks for a token", "MissingAuthorizationToken")
    token_file("wrong")
    source("uri = %s\ntoken_file = %s" % (RELATIVE, TOKEN_FILE))
    checks.failed_closed(su())
    log.wait("HTTP 403: the token is not accepted.*AccessDenied")
    source("uri = /v2/credentials/other\ntoken_file = " + TOKEN_FILE)
    token_file("right")
    checks.failed_closed(su())
    log.wait("HTTP 404: there are no credentials at this uri.*"
             "InvalidIdInRequest")


def test_nobody_listening_is_named(source, log):
    source("uri = http://127.0.0.1:9/x")
    fails(log, "GET http://127.0.0.1:9/x", "correct uri")


def test_profile_cannot_take_a_containers_role_and_says_what_can(
        configure, sts, log):
    path = configure.file("aws/config", "[profile p]\nrole_arn = %sHop\n"
                          "credential_source = EcsContainer\n" % ROLE)
    configure.text(configuration(
        sts, "type = profile\nprofile = p\nconfig_file = " + path))
    fails(log, path, "EcsContainer", "type = container", "type = role")
    write(path, "[profile p]\nrole_arn = %sHop\n"
          "credential_source = Environment\n" % ROLE)
    checks.failed_closed(su())
    log.wait("no environment is ever read; put the keys")


def test_every_fault_of_the_endpoint_is_provoked(container):
    assert set(container.KINDS) == set(FAULTS) | {"hang", "past"}
