"""The server itself: listeners, connections, one request after another.

SPDX-License-Identifier: Apache-2.0
"""
import collections
import email.utils
import os
import socket
import threading
import time
import traceback
import urllib.parse
import uuid

import actions
import answers
import certificates
import control
import misbehave
import signature
import state
from answers import Answer, StsError
from http_io import BadRequest, Stream

LOG_MAX = 10000
IDLE_SECONDS = 30
HANDSHAKE_SECONDS = 10


class Server:
    """`folder` gets the certificates. Ports of 0 are chosen."""

    def __init__(self, folder, raw_state, http_port=0, https_port=0):
        self.state = state.State(raw_state)
        self.faults = misbehave.Faults()
        self.log = collections.deque(maxlen=LOG_MAX)
        self.handshakes = collections.deque(maxlen=100)
        self._count = 0
        self._connections = 0
        self._lock = threading.Lock()
        self._contexts = {}
        self.folder = os.path.abspath(folder)
        certificates.make(self.folder)
        self.check_settings(self.state.settings)
        self._tls_context()
        self._plain = self._listen(http_port)
        self._secure = self._listen(https_port)

    @staticmethod
    def _listen(port):
        return socket.create_server(("127.0.0.1", port), backlog=256)

    @staticmethod
    def check_settings(changes):
        """ValueError where one cannot be served."""
        if changes.get("certificate", "good") not in certificates.KINDS:
            raise ValueError("certificate is one of %s"
                             % ", ".join(certificates.KINDS))
        if changes.get("tls") not in (None, *certificates.TLS_VERSIONS):
            raise ValueError("tls is null or one of %s"
                             % ", ".join(certificates.TLS_VERSIONS))

    def _tls_context(self):
        settings = self.state.settings
        wanted = settings["certificate"], settings["tls"]
        with self._lock:
            if wanted not in self._contexts:
                made = certificates.context(self.folder, *wanted)
                made.sni_callback = lambda sock, name, _: setattr(
                    sock, "asked_name", name)
                self._contexts[wanted] = made
            return self._contexts[wanted]

    def describe(self):
        plain = self._plain.getsockname()[1]
        secure = self._secure.getsockname()[1]
        return {
            "pid": os.getpid(),
            "http_port": plain,
            "https_port": secure,
            "http_url": "http://127.0.0.1:%d" % plain,
            "https_url": "https://127.0.0.1:%d" % secure,
            "control": "http://127.0.0.1:%d%s" % (plain, control.PATH),
            "ca_file": os.path.join(self.folder, "ca.pem"),
            "ca_path": os.path.join(self.folder, "ca"),
        }

    def start(self):
        for listener, secure in ((self._plain, False), (self._secure, True)):
            threading.Thread(target=self._accept, args=(listener, secure),
                             daemon=True).start()

    def _accept(self, listener, secure):
        while True:
            try:
                sock, address = listener.accept()
                threading.Thread(target=self._connection,
                                 args=(sock, address[0], secure),
                                 daemon=True).start()
            except (OSError, RuntimeError):
                # Out of descriptors or threads: both come back.
                time.sleep(0.05)

    def _connection(self, sock, address, secure):
        with self._lock:
            self._connections += 1
            about = {"connection": self._connections, "address": address,
                     "tls": None, "server_name": None}
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.settimeout(HANDSHAKE_SECONDS)
            if self._connect_fault(sock, secure):
                return
            if secure:
                sock = self._shake_hands(sock, about)
            sock.settimeout(IDLE_SECONDS)
            self._serve(sock, about)
        except OSError:
            pass  # the peer's business
        except Exception:  # one connection must not end the server
            traceback.print_exc()
        finally:
            sock.close()

    def _shake_hands(self, sock, about):
        try:
            sock = self._tls_context().wrap_socket(sock, server_side=True)
        except OSError as problem:
            # A client that refuses the certificate says so here, if at all.
            self.handshakes.append(str(problem))
            raise
        about["tls"] = sock.version()
        about["server_name"] = getattr(sock, "asked_name", None)
        return sock

    def _connect_fault(self, sock, secure):
        """True where the connection is over before it began. The control
        interface on the plain port is spared."""
        if not self.faults.waiting_for_connections():
            return False
        if not secure:
            start = sock.recv(64, socket.MSG_PEEK)
            if b" " + control.PATH.encode() in start:
                return False
        fault, _ = self.faults.take({}, connecting=True)
        if fault is None:
            return False
        if fault.kind == "hang_connect":
            misbehave.wait_for_end(sock, fault.options["seconds"],
                                   self.faults.ended)
        return True

    def _serve(self, sock, about):
        stream = Stream(sock)
        while True:
            try:
                request = stream.read()
            except BadRequest as problem:
                body = (str(problem) + "\n").encode()
                answer = Answer(problem.status, body,
                                [("Content-Type", "text/plain")])
                sock.sendall(answer.head(close=True) + body)
                return
            if request is None:
                return
            path = request.target.partition("?")[0]
            if path == control.PATH:
                answer, fault = control.answer(self, request), None
            else:
                ended = self.faults.ended
                answer, fault = self._answer(request, path, about)
            if fault is not None:
                misbehave.send(fault, sock, answer, ended)
                return
            keep = request.keep_alive()
            sock.sendall(answer.head(close=not keep) + answer.body)
            if not keep:
                return

    def _record(self, request, path, about):
        query = request.target.partition("?")[2]
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True,
                                       max_num_fields=1000)
        kind = (request.header("content-type") or "").partition(";")[0]
        if kind.strip().lower() in ("application/x-www-form-urlencoded", ""):
            pairs += urllib.parse.parse_qsl(
                request.body.decode("utf-8", "replace"),
                keep_blank_values=True, max_num_fields=1000)
        parameters = dict(pairs)
        with self._lock:
            self._count += 1
            number = self._count
        headers = {}
        for name, value in request.headers:
            headers[name] = headers[name] + ", " + value \
                if name in headers else value
        return dict(
            about, number=number, time=self.state.now().isoformat(),
            method=request.method, path=path,
            body=request.body.decode("utf-8", "replace"),
            action=parameters.get("Action"), parameters=parameters,
            role_arn=parameters.get("RoleArn"),
            role_session_name=parameters.get("RoleSessionName"),
            headers=headers, signature=None, access_key=None, region=None,
            principal=None, fault=None, changes=[], status=None, code=None,
            request_id=None)

    def _answer(self, request, path, about):
        """(Answer, None), or (Answer, a fault that says how to send it)."""
        shape = answers.Shape()
        shape.json = "application/json" in (request.header("accept") or "")
        request_id = str(uuid.uuid4())
        fault, changes, record = None, [], {}
        try:
            record = self._record(request, path, about)
            caller, refusal = self._caller(request, record)
            fault, changes = self.faults.take(record)
            record["fault"] = fault.kind if fault else None
            record["changes"] = [change.kind for change in changes]
            self.log.append(record)
            misbehave.change_shape(changes, shape)
            for change in changes:
                if change.kind == "delay":
                    self.faults.ended.wait(change.options["ms"] / 1000)
            answer = self._content(record, fault, caller, refusal, shape,
                                   request_id)
        except StsError as problem:
            record["code"] = problem.code
            answer = answers.error(problem, request_id, shape)
        except Exception as problem:  # never dies of a request
            if not isinstance(problem, ValueError):
                traceback.print_exc()
            answer = answers.error(
                StsError(400, "MalformedInput", "The request is malformed."),
                request_id, shape)
        record.update(status=answer.status, request_id=request_id)
        answer.headers.insert(1, self._date(changes))
        answer.headers = [pair for pair in answer.headers if pair[1]]
        if fault is not None and fault.kind not in misbehave.SENT:
            fault = None
        return answer, fault

    def _caller(self, request, record):
        """(caller, None) or (None, StsError); the verdict goes into the
        record whatever happens next."""
        if record["action"] in actions.UNSIGNED:
            return None, None
        try:
            caller = signature.check(request, self.state, self.state.now(),
                                     record)
            record["principal"] = caller.arn
            return caller, None
        except StsError as problem:
            record["signature"] = problem.code
            return None, problem

    def _content(self, record, fault, caller, refusal, shape, request_id):
        if fault is not None and fault.kind in misbehave.ANSWERS:
            return misbehave.other_answer(fault, record)
        if record["method"] not in ("GET", "POST"):
            return Answer(405, b"", [("Allow", "GET, POST")])
        if record["path"] != "/":
            return Answer(404, b"nothing here\n",
                          [("Content-Type", "text/plain")])
        name, call = actions.find(record["parameters"])
        if refusal is not None:
            raise refusal
        context = actions.Context(self.state, shape, record["region"],
                                  record["address"], bool(record["tls"]))
        content = call(caller, record["parameters"], context)
        return answers.result(name, content, request_id, shape)

    def _date(self, changes):
        """The Date header; with no text it is left out."""
        when = self.state.now().timestamp()
        for change in changes:
            if change.kind == "skewed_date":
                when += change.options["seconds"]
            if change.kind == "no_date":
                return ("Date", None)
        return ("Date", email.utils.formatdate(when, usegmt=True))
