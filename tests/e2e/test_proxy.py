"""proxy: TLS goes through it to AWS, and its failures are named as its.

SPDX-License-Identifier: Apache-2.0
"""
import os

import pytest

import checks
import left
import place
from configuration import write
from regional import regional, rule, sts_on_443  # noqa: F401

LIMIT = 2.0    # seconds: timeout=
SLACK = 0.2    # seconds beyond it
LOGIN = "bastion:p:ss%20w+rd!"
LOGIN_FILE = "/etc/awsrole/proxy-login"


@pytest.fixture(autouse=True)
def quiet(stacks, configure, run_awsrole):
    stacks.line("su", "timeout=%ds" % LIMIT)


@pytest.fixture
def proxied(configure, sts):
    """proxied(a ConnectProxy's options) starts one; the rule goes by it."""
    from connect_proxy import ConnectProxy  # from tests/sts
    started = []

    def start(login=None, endpoint=sts.https_url, authority=sts.ca_file,
              **options):
        proxy = ConnectProxy(**options)
        started.append(proxy)
        proxy.__enter__()
        keys = "proxy = %s\n" % proxy.url
        if endpoint:
            keys += "sts_endpoint = %s\n" % endpoint
        if login:
            write(LOGIN_FILE, login + "\n", 0o640, "awsrole")
            keys += "proxy_credentials_file = %s\n" % LOGIN_FILE
        rule(configure, authority, keys)
        if login:
            write(LOGIN_FILE, login + "\n", 0o640, "awsrole")
        return proxy
    yield start
    for proxy in started:
        proxy.close()


def su():
    result, seconds = place.timed("su", "alice", "-c", "env")
    return place.environment(result.stdout), seconds


def nothing_told(log, *secrets):
    for secret in secrets:
        assert secret not in log.text()


def test_request_goes_through_the_proxy_and_tls_to_its_end(
        proxied, sts, log):
    proxy = proxied(login=LOGIN)
    proxy.login = LOGIN
    environment, _ = su()
    name = checks.environment_is_whole(environment, "alice", "sre")
    assert [(each["target"], each["status"]) for each in proxy.asked] == [
        ("127.0.0.1:%d" % sts.https_port, 200)]
    # AWS saw the proxy's address, and TLS with the person's own end.
    calls = sts.requests(action="AssumeRole")
    assert [call["address"] for call in calls] == [proxy.source]
    assert calls[0]["tls"] in ("TLSv1.2", "TLSv1.3")
    # The proxy saw TLS, and none of what is in it.
    through = b"".join(proxy.sent)
    assert through[:1] == b"\x16"
    for secret in (b"AssumeRole", b"BastionSRE", b"AKIA", b"Authorization"):
        assert secret not in through
    headers = proxy.asked[0]["headers"]
    assert set(headers) <= {"host", "user-agent", "proxy-connection",
                            "proxy-authorization"}
    # AWS did not see the proxy's login.
    assert "proxy-authorization" not in calls[0]["headers"]
    assert not os.path.exists("%s/%s" % (place.RUN, name))
    # The proxy's own Date is not AWS's.
    assert not log.find("this host's clock is")
    nothing_told(log, LOGIN.split(":", 1)[1])


def test_names_are_resolved_by_the_proxy(proxied, regional):
    """The host itself has no address for the endpoint."""
    proxy = proxied(endpoint=None, authority=regional.sts.ca_file, names={
        "sts.eu-west-1.amazonaws.com:443": ("127.0.0.1", 443)})
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")
    assert [each["target"] for each in proxy.asked] == [
        "sts.eu-west-1.amazonaws.com:443"]
    assert regional.sts.requests()[0]["server_name"] == \
        "sts.eu-west-1.amazonaws.com"


@pytest.mark.parametrize("login,words", [
    (None, "wants a user and a password"),
    ("bastion:wrong-one", "does not accept the user and password"),
], ids=["none", "a wrong one"])
def test_login_that_the_proxy_refuses_is_named(login, words, proxied, sts,
                                               log):
    proxy = proxied(login=login)
    proxy.login = LOGIN
    environment, _ = su()
    checks.failed_closed(environment)
    assert [each["status"] for each in proxy.asked] == [407]
    assert sts.requests() == []
    log.wait(r'no role for user "alice": proxy-refused:.*%s.*%s.*407'
             % (proxy.url[7:], words))
    nothing_told(log, "wrong-one")


def test_tunnel_that_the_proxy_refuses_is_named_and_not_asked_again(
        proxied, sts, log):
    proxy = proxied(status=403)
    environment, _ = su()
    checks.failed_closed(environment)
    assert len(proxy.asked) == 1
    assert sts.requests() == []
    log.wait(r'no role for user "alice": proxy-refused:.*%s refuses a tunnel '
             r'to 127.0.0.1:%d.*403' % (proxy.url[7:], sts.https_port))


def test_failing_proxy_is_asked_again_and_named(proxied, log):
    proxy = proxied(status=503)
    environment, seconds = su()
    checks.failed_closed(environment)
    assert 2 <= len(proxy.asked) <= 3
    assert seconds < LIMIT + SLACK + 0.5
    log.wait(r'no role for user "alice": proxy:.*%s.*503.*attempts'
             % proxy.url[7:])


def test_hanging_proxy_is_named_in_time(proxied, log):
    proxy = proxied(hang=True)
    environment, seconds = su()
    checks.failed_closed(environment)
    assert len(proxy.asked) == 1
    # A login without the module takes well below half a second.
    assert seconds < LIMIT + SLACK + 0.5
    log.wait(r'no role for user "alice": proxy:.*%s' % proxy.url[7:])
    left.nothing_left()


def test_dead_proxy_is_named(proxied, sts, log):
    proxy = proxied()
    proxy.close()
    environment, _ = su()
    checks.failed_closed(environment)
    assert sts.requests() == []
    log.wait(r'no role for user "alice": proxy:.*%s' % proxy.url[7:])


def test_proxy_that_breaks_tls_open_needs_its_authority_named(
        proxied, sts, regional, log):
    """The tunnel ends at a server with another authority."""
    elsewhere = {"127.0.0.1:%d" % sts.https_port: ("127.0.0.1", 443)}
    proxied(names=elsewhere)
    environment, _ = su()
    checks.failed_closed(environment)
    assert regional.sts.requests() == []
    log.wait(r'no role for user "alice": tls:.*through the proxy')
    proxied(names=elsewhere, authority=regional.sts.ca_file)
    environment, _ = su()
    checks.environment_is_whole(environment, "alice", "sre")


def test_login_file_that_others_can_read_is_refused(proxied, log):
    proxy = proxied(login=LOGIN)
    os.chmod(LOGIN_FILE, 0o644)
    environment, _ = su()
    checks.failed_closed(environment)
    assert proxy.asked == []
    log.wait(r"proxy_credentials_file = %s: " % LOGIN_FILE)
