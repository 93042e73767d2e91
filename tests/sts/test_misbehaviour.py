"""The local STS misbehaves as it is told to, and survives its clients.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import http.client
import re
import socket
import ssl
import threading
import time

import pytest
from botocore.exceptions import ClientError

from clients import ROLE, client, form, post, session_client, signed
from misbehave import KINDS
from sts import LocalSts

ASSUME = form("AssumeRole", RoleArn=ROLE + "BastionSRE",
              RoleSessionName="alice")


def connect(sts, secure=False):
    sock = socket.create_connection(
        ("127.0.0.1", sts.https_port if secure else sts.http_port), 10)
    if not secure:
        return sock
    context = ssl.create_default_context(cafile=sts.ca_file)
    return context.wrap_socket(sock, server_hostname="localhost")


def raw(sts, body=ASSUME):
    """A whole request as bytes, signed."""
    head = ["POST / HTTP/1.1"] + [
        "%s: %s" % pair for pair in signed(sts, body).items()]
    return ("\r\n".join(head) + "\r\nContent-Length: %d\r\n\r\n%s"
            % (len(body), body)).encode()


def everything(sock, most=1 << 20):
    data = b""
    while len(data) < most:
        piece = sock.recv(65536)
        if not piece:
            break
        data += piece
    return data


def exchange(sts, request=None, secure=False):
    with connect(sts, secure) as sock:
        sock.sendall(raw(sts) if request is None else request)
        return everything(sock)


@pytest.mark.parametrize("kind, options, status, text", [
    ("throttle", {}, 400, b"<Code>Throttling</Code><Message>Rate exceeded<"),
    ("error_500", {}, 500, b"<Code>InternalFailure</Code>"),
    ("error_500", {"html": True}, 500, b"<html>"),
    ("error_503", {}, 503, b"<Code>ServiceUnavailable</Code>"),
    ("error_503", {"html": True}, 503, b"<html>"),
    ("expired", {}, 403, b"<Code>ExpiredToken</Code>"),
    ("denied", {}, 403, b"user/bastion is not authorized to perform: "
                        b"sts:AssumeRole on resource: arn:aws:iam::"),
    ("error", {"status": 409, "code": "Odd", "message": "a<b"}, 409,
     b"<Code>Odd</Code><Message>a&lt;b</Message>"),
    ("captive_portal", {}, 200, b"Accept the terms"),
])
@pytest.mark.parametrize("secure", [False, True])
def test_another_answer_comes_once_and_is_recorded(sts, kind, options,
                                                   status, text, secure):
    sts.fault(kind, count=1, **options)
    found, _, body = post(sts, ASSUME, secure=secure)
    assert (found, text in body) == (status, True)
    record = sts.requests()[-1]
    assert (record["fault"], record["status"]) == (kind, status)
    assert record["parameters"]["RoleSessionName"] == "alice"
    assert post(sts, ASSUME, secure=secure)[0] == 200
    assert sts.requests()[-1]["fault"] is None


def test_an_empty_answer_has_no_body(sts):
    sts.fault("empty")
    assert post(sts, ASSUME)[::2] == (200, b"")


def test_a_redirect_that_is_followed_is_seen(sts):
    sts.fault("redirect", count=1)
    status, headers, _ = post(sts, ASSUME)
    assert status == 302
    assert headers["Location"] == sts.http_url + "/_followed"
    assert [r["path"] for r in sts.requests()] == ["/"]
    post(sts, ASSUME, path="/_followed")
    assert [r["path"] for r in sts.requests()] == ["/", "/_followed"]


def test_garbage_is_no_http_or_no_xml(sts):
    sts.fault("garbage", count=1)
    with pytest.raises(http.client.BadStatusLine):
        post(sts, ASSUME)
    sts.fault("garbage_body", count=1, bytes=5000)
    status, _, body = post(sts, ASSUME)
    assert status == 200 and len(body) == 5000 and b"<" != body[:1]


def test_a_truncated_answer_promises_more_than_it_holds(sts):
    sts.fault("truncated", count=1, missing=10)
    with pytest.raises(http.client.IncompleteRead) as caught:
        post(sts, ASSUME)
    assert caught.value.expected == 10
    sts.fault("cut_xml", count=1)
    status, _, body = post(sts, ASSUME)
    assert status == 200
    assert body.startswith(b"<AssumeRoleResponse")
    assert not body.rstrip().endswith(b"</AssumeRoleResponse>")


def test_a_hanging_answer_ends_when_the_faults_are_cleared(sts):
    sts.fault("hang")
    with connect(sts) as sock:
        sock.sendall(raw(sts))
        sts.wait_for_requests(1)
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        sts.clear()
        sock.settimeout(10)
        assert sock.recv(1) == b""


def test_a_slow_answer_comes_a_byte_at_a_time(sts):
    sts.fault("drip", count=1, interval_ms=2)
    with connect(sts) as sock:
        sock.sendall(raw(sts))
        start = time.monotonic()
        pieces = []
        while True:
            piece = sock.recv(65536)
            if not piece:
                break
            pieces.append(piece)
    data = b"".join(pieces)
    assert data.endswith(b"</AssumeRoleResponse>\n")
    assert time.monotonic() - start > 0.002 * len(data) * 0.5
    assert len(pieces) > len(data) / 4


@pytest.mark.parametrize("kind, options, start", [
    ("endless_body", {}, b"HTTP/1.1 200 OK\r\n"),
    ("endless_body", {"chunked": True},
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"),
    ("endless_headers", {}, b"HTTP/1.1 200 OK\r\nX-More: "),
])
def test_an_endless_answer_has_no_end(sts, kind, options, start):
    sts.fault(kind, **options)
    with connect(sts) as sock:
        sock.sendall(raw(sts))
        data = everything(sock, most=2 << 20)
    assert len(data) >= 2 << 20
    assert data.startswith(start)
    assert b"content-length" not in data[:1000].lower()


@pytest.mark.parametrize("secure", [False, True])
def test_a_connection_can_be_closed_without_an_answer(sts, secure):
    sts.fault("close", count=1)
    assert exchange(sts, secure=secure) == b""
    assert sts.requests()[-1]["fault"] == "close"
    sts.fault("close", count=1, reset=True)
    with pytest.raises(ConnectionResetError):
        exchange(sts)


def test_a_connection_can_be_closed_or_hang_before_tls(sts):
    sts.fault("close_connect", count=1)
    with pytest.raises((ssl.SSLError, ConnectionError)):
        connect(sts, secure=True)
    sts.fault("hang_connect", count=1)
    with socket.create_connection(("127.0.0.1", sts.https_port), 10) as sock:
        sock.settimeout(0.3)
        with pytest.raises(TimeoutError):
            ssl.create_default_context(cafile=sts.ca_file).wrap_socket(
                sock, server_hostname="localhost")
    assert post(sts, ASSUME, secure=True)[0] == 200
    assert len(sts.requests()) == 1


def test_the_control_interface_is_spared_from_faults(sts):
    sts.fault("close_connect")
    sts.fault("hang")
    assert [fault["kind"] for fault in sts.status()["faults"]] == [
        "close_connect", "hang"]


def test_the_date_can_be_wrong_or_missing(sts):
    sts.fault("skewed_date", count=1, seconds=-7200)
    _, headers, _ = post(sts, ASSUME)
    date = datetime.datetime.strptime(headers["Date"],
                                      "%a, %d %b %Y %H:%M:%S GMT")
    behind = (datetime.datetime.utcnow() - date).total_seconds()
    assert abs(behind - 7200) < 10
    sts.fault("no_date", count=1)
    assert post(sts, ASSUME)[1]["Date"] is None
    assert post(sts, ASSUME)[1]["Date"] is not None


def test_a_delay_is_kept(sts):
    sts.fault("delay", count=1, ms=300)
    start = time.monotonic()
    assert post(sts, ASSUME)[0] == 200
    assert time.monotonic() - start >= 0.3


def test_errors_can_have_another_shape(sts):
    sts.fault("errors_element")
    sts.fault("throttle")
    status, headers, body = post(sts, ASSUME)
    assert status == 400 and headers["Content-Type"].startswith("text/html")
    assert re.search(rb"<Errors>\s*<Error>\s*<Code>Throttling</Code>", body)
    assert sts.requests()[-1]["changes"] == ["errors_element"]


def test_the_document_can_be_changed(sts):
    sts.fault("fractional", count=1)
    assert re.search(rb"<Expiration>[\d-]{10}T[\d:]{8}\.352391Z<",
                     post(sts, ASSUME)[2])
    sts.fault("shuffled")
    orders = {tuple(re.findall(rb"</(\w+)>", post(sts, ASSUME)[2]))
              for _ in range(30)}
    assert len(orders) > 1
    found = client(sts).assume_role(RoleArn=ROLE + "BastionSRE",
                                    RoleSessionName="alice")
    sts.clear()
    assert session_client(sts, found).get_caller_identity()
    sts.fault("alter", elements={"AccessKeyId": "A\n[x]",
                                 "SessionToken": None})
    body = post(sts, ASSUME)[2]
    assert b"<AccessKeyId>A\n[x]</AccessKeyId>" in body
    assert b"SessionToken" not in body
    sts.clear()
    sts.fault("large", count=1, bytes=400000)
    assert len(post(sts, ASSUME)[2]) > 400000
    sts.fault("entities", count=1)
    assert b"<!ENTITY j " in post(sts, ASSUME)[2]


def test_a_fault_can_be_bound_to_requests_and_be_late(sts):
    sts.fault("throttle", when={"action": "AssumeRole"}, skip=1, count=2)
    answers = [post(sts, body)[0]
               for body in (form(), ASSUME, form(), ASSUME, ASSUME, ASSUME)]
    assert answers == [200, 200, 200, 400, 400, 200]


def test_what_the_control_interface_does_not_know_it_refuses(sts):
    for verb, fields in (("fault", {"kind": "magic"}),
                         ("fault", {"kind": "drip", "size": 1}),
                         ("fault", {"kind": "drip", "count": 0}),
                         ("fault", {"kind": "drip", "when": {"x": 1}}),
                         ("set", {"colour": "red"}),
                         ("set", {"tls": "0.9"}),
                         ("set", {"clock_offset": "soon"}),
                         ("state", {"state": {"roles": [{"arn": "x"}]}}),
                         ("nonsense", {})):
        with pytest.raises(ValueError):
            sts.control(verb, **fields)
    assert sts.status()["faults"] == []
    assert set(sts.status()["kinds"]) == set(KINDS)


@pytest.mark.parametrize("certificate, text", [
    ("expired", "certificate has expired"),
    ("self-signed", "self-signed certificate"),
    ("wrong-name", "mismatch"),
])
def test_bad_certificates_are_bad_for_the_reason_they_name(sts, certificate,
                                                           text):
    sts.set(certificate=certificate)
    with pytest.raises(ssl.SSLCertVerificationError) as caught:
        connect(sts, secure=True)
    assert text in str(caught.value)
    sts.set(certificate="good")
    assert post(sts, ASSUME, secure=True)[0] == 200


@pytest.mark.parametrize("version", ["1.1", "1.2", "1.3"])
def test_one_tls_version_can_be_asked_for(sts, version):
    sts.set(tls=version)
    context = ssl.create_default_context(cafile=sts.ca_file)
    if version == "1.1":
        with pytest.raises(ssl.SSLError):
            connect(sts, secure=True)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with socket.create_connection(("127.0.0.1", sts.https_port), 10) as sock:
        with context.wrap_socket(sock, server_hostname="localhost") as tls:
            assert tls.version() == "TLSv" + version


def test_the_hashed_folder_is_enough_to_trust_the_server(sts):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(capath=sts.ca_path)
    with socket.create_connection(("127.0.0.1", sts.https_port), 10) as sock:
        with context.wrap_socket(
                sock, server_hostname="sts.eu-west-1.amazonaws.com"):
            pass


@pytest.mark.parametrize("request_bytes, status", [
    (b"\r\n\r\n", 400), (b"GET\r\n\r\n", 400), (b"\x16\x03\x01", 400),
    (b"GET / HTTP/1.1\r\nno header\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nA: " + b"x" * 70000, 431),
    (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
    (b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n", 413),
    (b"POST / HTTP/1.1\r\nContent-Length: 10\r\n\r\nabc", 400),
    (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
    (b"PUT / HTTP/1.1\r\nConnection: close\r\n\r\n", 405),
    (b"GET /x?" + b"&" * 3000 + b" HTTP/1.1\r\nConnection: close\r\n\r\n",
     400),
    (b"GET //[ HTTP/1.1\r\nConnection: close\r\n\r\n", 404),
])
def test_bad_requests_are_refused_and_survived(sts, request_bytes, status):
    with connect(sts) as sock:
        sock.sendall(request_bytes)
        sock.shutdown(socket.SHUT_WR)
        data = everything(sock)
    assert data.startswith(b"HTTP/1.1 %d " % status)
    assert post(sts, ASSUME)[0] == 200


def test_chunked_and_expected_bodies_are_read(sts):
    head, _, body = raw(sts).partition(b"\r\n\r\n")
    head = re.sub(rb"\r\nContent-Length: \d+", b"", head)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part)
                      for part in (body[:7], body[7:]))
    data = exchange(sts, head + b"\r\nTransfer-Encoding: chunked\r\nExpect: "
                    b"100-continue\r\nConnection: close\r\n\r\n" + chunks
                    + b"0\r\n\r\n")
    assert data.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK")


def test_several_clients_at_once_get_several_hundred_answers_a_second(sts):
    headers, failures = signed(sts, ASSUME), []

    def many(count):
        connection = http.client.HTTPConnection("127.0.0.1", sts.http_port,
                                                timeout=30)
        for _ in range(count):
            connection.request("POST", "/", ASSUME, headers)
            answer = connection.getresponse()
            if answer.status != 200 or not answer.read():
                failures.append(answer.status)
        connection.close()

    threads = [threading.Thread(target=many, args=(100,)) for _ in range(4)]
    start = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rate = 400 / (time.monotonic() - start)
    assert not failures and len(sts.requests(action="AssumeRole")) == 400
    # Far below what is seen on an idle machine: this one may be busy.
    assert rate > 100


def test_a_server_comes_back_on_its_ports_and_forgets(tmp_path):
    with LocalSts(directory=str(tmp_path / "sts"), region="eu-west-1") as own:
        ports = own.http_port, own.https_port
        found = client(own).assume_role(RoleArn=ROLE + "Short",
                                        RoleSessionName="alice")
        with open(own.ca_file, encoding="ascii") as file:
            before = file.read()
        own.stop()
        with pytest.raises(ConnectionRefusedError):
            connect(own)
        own.start()
        assert (own.http_port, own.https_port) == ports
        with open(own.ca_file, encoding="ascii") as file:
            assert file.read() == before
        with pytest.raises(ClientError) as caught:
            session_client(own, found).get_caller_identity()
        assert "InvalidClientTokenId" in str(caught.value)
    assert (tmp_path / "sts" / "ca.pem").exists()


def test_a_state_that_is_wrong_ends_the_start_with_a_reason(tmp_path):
    for wrong, reason in (
            ({"roles": [{"arn": "x"}]}, "'x' is no role ARN"),
            ({"people": []}, "unknown people"),
            ({"settings": {"certificate": "pretty"}}, "is one of good")):
        with pytest.raises(RuntimeError, match=reason):
            LocalSts(wrong, str(tmp_path / "sts")).start()
