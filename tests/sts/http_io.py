"""HTTP/1.1 on a socket, as little as the server needs.

SPDX-License-Identifier: Apache-2.0

http.server would hide the bytes: what was signed has to be seen as it came,
and misbehaviour has to be written as it is.
"""
HEAD_MAX = 65536
BODY_MAX = 1024 * 1024


class BadRequest(Exception):
    def __init__(self, status, text):
        super().__init__(text)
        self.status = status


class Request:
    """`headers`: pairs of lower-case name and value, in order."""

    def __init__(self, method, target, version, headers):
        self.method = method
        self.target = target
        self.version = version
        self.headers = headers
        self.body = b""

    def header(self, name):
        for key, value in self.headers:
            if key == name:
                return value
        return None

    def keep_alive(self):
        words = (self.header("connection") or "").lower()
        if self.version == "HTTP/1.0":
            return "keep-alive" in words
        return "close" not in words


def _text(data):
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _target(target):
    """A path, also from the form with scheme and host that a proxy gets."""
    for scheme in ("http://", "https://"):
        if target.lower().startswith(scheme):
            slash = target.find("/", len(scheme))
            return target[slash:] if slash >= 0 else "/"
    return target


class Stream:
    """Requests off one connection."""

    def __init__(self, sock):
        self.sock = sock
        self.buffer = b""

    def _more(self):
        data = self.sock.recv(65536)
        self.buffer += data
        return bool(data)

    def _take(self, count):
        while len(self.buffer) < count:
            if not self._more():
                raise BadRequest(400, "the request ended early")
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _line(self, most):
        while b"\r\n" not in self.buffer:
            if len(self.buffer) > most or not self._more():
                raise BadRequest(400, "a line without end")
        line, _, self.buffer = self.buffer.partition(b"\r\n")
        return line

    def read(self):
        """The next Request; None where the peer hung up between two."""
        while b"\r\n\r\n" not in self.buffer:
            if len(self.buffer) > HEAD_MAX:
                raise BadRequest(431, "too many headers")
            if not self._more():
                if not self.buffer.strip():
                    return None
                raise BadRequest(400, "the request ended early")
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        lines = _text(head).lstrip("\r\n").split("\r\n")
        parts = lines[0].split(" ")
        if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
            raise BadRequest(400, "no HTTP/1 request line")
        headers = []
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                raise BadRequest(400, "no header line")
            headers.append((name.lower(), value.strip(" \t")))
        request = Request(parts[0], _target(parts[1]), parts[2], headers)
        request.body = self._body(request)
        return request

    def _body(self, request):
        chunked = (request.header("transfer-encoding") or "").lower()
        length = request.header("content-length")
        if not chunked and length is None:
            return b""
        if not chunked:
            if not length.isascii() or not length.isdigit():
                raise BadRequest(400, "Content-Length is no number")
            if int(length) > BODY_MAX:
                raise BadRequest(413, "the body is too long")
        elif chunked != "chunked":
            raise BadRequest(501, "unknown Transfer-Encoding")
        if (request.header("expect") or "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        return self._chunks() if chunked else self._take(int(length))

    def _chunks(self):
        body = b""
        while True:
            try:
                size = int(self._line(1024).partition(b";")[0], 16)
            except ValueError:
                raise BadRequest(400, "no chunk size") from None
            if size < 0 or len(body) + size > BODY_MAX:
                raise BadRequest(413, "the body is too long")
            if size == 0:
                while self._line(HEAD_MAX):
                    pass
                return body
            body += self._take(size)
            if self._take(2) != b"\r\n":
                raise BadRequest(400, "no end of a chunk")
