"""Misbehaviour on demand: what it is called, when it happens, how it is sent.

SPDX-License-Identifier: Apache-2.0

A fault is one of
  answer    another answer than STS would give, whole and well formed HTTP;
  sent      the answer that STS would give, or none, badly sent;
  connect   before a byte of the request is read (before TLS as well);
  change    goes with any of the others: the answer a little different.
The first fault that fits a request and is not of kind `change` is taken, and
every `change` that fits.
"""
import itertools
import os
import socket
import struct
import threading
import time

from answers import Answer, StsError
from signature import EXPIRED_TOKEN

_HTML = [("Content-Type", "text/html")]

# name: options with their defaults
ANSWERS = {
    "throttle": {},
    "error_500": {"html": False},
    "error_503": {"html": False},
    "expired": {},
    "denied": {},
    "error": {"status": 400, "code": "ValidationError", "message": "no"},
    "empty": {},
    "redirect": {"status": 302, "location": None},
    "captive_portal": {},
    "garbage_body": {"bytes": 2000},
}
SENT = {
    "hang": {"seconds": 120},
    "drip": {"interval_ms": 100},
    "truncated": {"missing": 40},
    "cut_xml": {"keep": 0.6},
    "garbage": {"bytes": 2000},
    "endless_body": {"chunked": False, "seconds": 60},
    "endless_headers": {"seconds": 60},
    "close": {"reset": False},
}
CONNECT = {
    "hang_connect": {"seconds": 120},
    "close_connect": {},
}
CHANGES = {
    "delay": {"ms": 1000},
    "skewed_date": {"seconds": 3600},
    "no_date": {},
    "errors_element": {},
    "fractional": {"digits": "352391"},
    "shuffled": {},
    "alter": {"elements": {}},
    "entities": {},
    "large": {"bytes": 300000},
}
KINDS = dict(itertools.chain(ANSWERS.items(), SENT.items(),
                             CONNECT.items(), CHANGES.items()))
# What a request must look like, by its record: exact matches.
WHEN = ("action", "access_key", "role_arn", "role_session_name")


class Fault:
    """`count`: how many requests it hits, None: until cleared. `skip`: how
    many that fit are let pass first. `when`: see WHEN."""

    def __init__(self, kind, count=None, skip=0, when=None, **options):
        if kind not in KINDS:
            raise ValueError("unknown kind %r; known: %s"
                             % (kind, ", ".join(KINDS)))
        odd = set(options) - set(KINDS[kind]) or set(when or ()) - set(WHEN)
        if odd:
            raise ValueError("%s: unknown %s" % (kind, ", ".join(odd)))
        if count is not None and int(count) < 1:
            raise ValueError("count is at least 1")
        self.kind = kind
        self.count = count
        self.skip = skip
        self.when = when or {}
        self.options = dict(KINDS[kind], **options)
        self.hits = 0

    def fits(self, record):
        return all(record.get(key) == value
                   for key, value in self.when.items())

    def describe(self):
        return {"kind": self.kind, "count": self.count, "skip": self.skip,
                "when": self.when, "hits": self.hits,
                "options": self.options}


class Faults:
    """The list that the control interface edits."""

    def __init__(self):
        self._lock = threading.Lock()
        self._list = []
        self.ended = threading.Event()  # ends every hang at once

    def add(self, fault):
        with self._lock:
            self._list = self._list + [fault]

    def clear(self):
        with self._lock:
            self._list = []
            self.ended.set()
            self.ended = threading.Event()

    def describe(self):
        return [fault.describe() for fault in self._list]

    def take(self, record, connecting=False):
        """(the fault or None, [changes]) for one request."""
        chosen, changes = None, []
        if not self._list:
            return chosen, changes
        with self._lock:
            for fault in self._list:
                change = fault.kind in CHANGES
                if (fault.kind in CONNECT) != connecting or \
                        not fault.fits(record) or (chosen and not change):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.hits += 1
                if fault.count is not None:
                    fault.count -= 1
                if change:
                    changes.append(fault)
                else:
                    chosen = fault
            self._list = [fault for fault in self._list if fault.count != 0]
        return chosen, changes

    def waiting_for_connections(self):
        return any(fault.kind in CONNECT for fault in self._list)


def change_shape(changes, shape):
    """What `changes` do to the document."""
    for fault in changes:
        options = fault.options
        if fault.kind == "fractional":
            shape.fraction = options["digits"]
        elif fault.kind == "shuffled":
            shape.shuffled = True
        elif fault.kind == "errors_element":
            shape.errors_element = True
        elif fault.kind == "alter":
            shape.altered.update(options["elements"])
        elif fault.kind == "large":
            shape.padding = "<!--%s-->" % (" " * options["bytes"])
        elif fault.kind == "entities":
            shape.prefix = _ENTITIES
            shape.padding = "<Padding>&j;</Padding>"


_ENTITIES = "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"lololololol\">"
for _before, _name in zip("abcdefghi", "bcdefghij"):
    _ENTITIES += "<!ENTITY %s \"%s\">" % (_name, ("&%s;" % _before) * 10)
_ENTITIES += "]>"


def _html(status, text):
    return Answer(status, ("<html><head><title>%s</title></head><body><h1>"
                           "%s</h1></body></html>\n" % (text, text)).encode(),
                  _HTML)


def other_answer(fault, record):
    """An Answer, or StsError, for a fault of ANSWERS."""
    kind, options = fault.kind, fault.options
    if kind == "throttle":
        raise StsError(400, "Throttling", "Rate exceeded")
    if kind == "error_500":
        if options["html"]:
            return _html(500, "Internal Server Error")
        raise StsError(500, "InternalFailure",
                       "The request processing has failed because of an "
                       "unknown error, exception or failure.")
    if kind == "error_503":
        if options["html"]:
            return _html(503, "Service Temporarily Unavailable")
        raise StsError(503, "ServiceUnavailable",
                       "Service is unavailable. Please try again.")
    if kind == "expired":
        raise StsError(403, "ExpiredToken", EXPIRED_TOKEN)
    if kind == "denied":
        raise StsError(
            403, "AccessDenied",
            "User: %s is not authorized to perform: sts:%s on resource: %s"
            % (record.get("principal") or "anonymous", record.get("action"),
               record.get("role_arn") or "*"))
    if kind == "error":
        raise StsError(options["status"], options["code"],
                       options["message"])
    if kind == "empty":
        return Answer(200, b"", [("Content-Type", "text/xml")])
    if kind == "redirect":
        where = options["location"] or "%s://%s/_followed" % (
            "https" if record["tls"] else "http",
            record["headers"].get("host", "localhost"))
        return Answer(options["status"], b"", [("Location", where)])
    if kind == "garbage_body":
        return Answer(200, os.urandom(options["bytes"]),
                      [("Content-Type", "text/xml")])
    assert kind == "captive_portal"
    return Answer(
        200, b"<!DOCTYPE html>\n<html><head><title>Welcome to Airport WiFi"
        b"</title></head><body><form action=\"/login\" method=post>"
        b"<p>Accept the terms &amp; conditions<br><input name=room>"
        b"<button>Connect</button></form></body></html>\n",
        [("Content-Type", "text/html; charset=utf-8")])


def wait_for_end(sock, seconds, ended):
    """Until the peer hangs up, the faults are cleared or time is over. The
    peer's bytes are dropped."""
    sock.settimeout(0.1)
    end = time.monotonic() + seconds
    while time.monotonic() < end and not ended.is_set():
        try:
            if not sock.recv(65536):
                return
        except TimeoutError:
            pass


def _endless(sock, piece, seconds, ended):
    end = time.monotonic() + seconds
    while time.monotonic() < end and not ended.is_set():
        sock.sendall(piece)


def send(fault, sock, answer, ended):
    """Send `answer` as badly as a fault of SENT says. The caller closes the
    connection afterwards; OSError where the peer had enough."""
    kind, options = fault.kind, fault.options
    whole = answer.head(close=True) + answer.body
    if kind == "hang":
        wait_for_end(sock, options["seconds"], ended)
    elif kind == "drip":
        for number in range(len(whole)):
            sock.sendall(whole[number:number + 1])
            if ended.wait(options["interval_ms"] / 1000):
                return
    elif kind == "truncated":
        sent = max(0, len(answer.body) - options["missing"])
        sock.sendall(answer.head(close=True) + answer.body[:sent])
    elif kind == "cut_xml":
        body = answer.body[:int(len(answer.body) * options["keep"])]
        sock.sendall(answer.head(len(body), close=True) + body)
    elif kind == "garbage":
        # Never a status line by chance.
        sock.sendall(b"\x00" + os.urandom(options["bytes"]))
    elif kind == "endless_body":
        head = answer.head(close=True).split(b"\r\n")
        head = [line for line in head
                if not line.lower().startswith(b"content-length")]
        piece = b" " * 16384
        if options["chunked"]:
            head.insert(1, b"Transfer-Encoding: chunked")
            piece = b"4000\r\n" + piece + b"\r\n"
        sock.sendall(b"\r\n".join(head))
        _endless(sock, piece, options["seconds"], ended)
    elif kind == "endless_headers":
        sock.sendall(b"HTTP/1.1 200 OK\r\n")
        _endless(sock, b"X-More: %s\r\n" % (b"x" * 1000) * 10,
                 options["seconds"], ended)
    else:
        assert kind == "close"
        if options["reset"]:
            # RST instead of FIN when the caller closes.
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                            struct.pack("ii", 1, 0))
