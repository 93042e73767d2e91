"""What STS says and how it is written: XML, JSON on request, errors.

SPDX-License-Identifier: Apache-2.0
"""
import json
import random
from xml.sax.saxutils import escape

NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
REASONS = {
    200: "OK", 302: "Found", 400: "Bad Request", 403: "Forbidden",
    404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    411: "Length Required", 413: "Payload Too Large",
    431: "Request Header Fields Too Large", 500: "Internal Server Error",
    501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
    504: "Gateway Timeout",
}


class StsError(Exception):
    """An error as STS answers it."""

    def __init__(self, status, code, message):
        super().__init__("%d %s: %s" % (status, code, message))
        self.status = status
        self.code = code
        self.message = message


class Answer:
    """A whole HTTP answer. `headers` is a list of pairs, without
    Content-Length."""

    def __init__(self, status, body, headers=()):
        self.status = status
        self.body = body
        self.headers = list(headers)

    def head(self, length=None, close=False):
        lines = ["HTTP/1.1 %d %s"
                 % (self.status, REASONS.get(self.status, "Unknown"))]
        lines += ["%s: %s" % pair for pair in self.headers]
        if length is None:
            length = len(self.body)
        lines.append("Content-Length: %d" % length)
        if close:
            lines.append("Connection: close")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


class Shape:
    """How one answer is to be written. The faults of misbehave.py change
    it; a fresh one is what AWS sends."""

    def __init__(self):
        self.json = False
        self.shuffled = False
        self.fraction = None        # digits after Expiration's seconds
        self.errors_element = False  # <Errors><Error>, with a HTML type
        self.altered = {}           # element -> text, or None to leave out
        self.prefix = ""            # right after the XML declaration
        self.padding = ""           # inside the outermost element


def _xml(name, value, shape):
    if name in shape.altered:
        value = shape.altered[name]
    if value is None:
        return ""
    if isinstance(value, dict):
        items = list(value.items())
        if shape.shuffled:
            random.shuffle(items)
        inner = "".join(_xml(key, part, shape) for key, part in items)
    else:
        inner = escape(str(value))
    return "<%s>%s</%s>" % (name, inner, name)


def _document(root, content, shape):
    items = list(content.items())
    if shape.shuffled:
        random.shuffle(items)
    inner = "".join(_xml(key, part, shape) for key, part in items)
    return ('%s<%s xmlns="%s">%s%s</%s>\n'
            % (shape.prefix, root, NAMESPACE, shape.padding, inner, root)
            ).encode("utf-8", "surrogateescape")


class Expiration:
    """A moment. ISO 8601 in XML, a number of seconds in JSON."""

    def __init__(self, when, shape):
        self.when = when
        self.shape = shape

    def __str__(self):
        text = self.when.strftime("%Y-%m-%dT%H:%M:%S")
        if self.shape.fraction is not None:
            text += "." + self.shape.fraction
        return text + "Z"


def _plain(value):
    if isinstance(value, Expiration):
        return value.when.timestamp()
    raise TypeError(value)


def _headers(request_id, kind):
    return [("x-amzn-RequestId", request_id), ("Content-Type", kind)]


def result(action, content, request_id, shape):
    """The answer to a call that went well. `content` is a dict of dicts and
    texts; None leaves an element out of XML, and is null in JSON."""
    if shape.json:
        body = json.dumps(
            {action + "Response": {
                action + "Result": content,
                "ResponseMetadata": {"RequestId": request_id}}},
            default=_plain).encode()
        return Answer(200, body, _headers(request_id, "application/json"))
    body = _document(action + "Response", {
        action + "Result": content,
        "ResponseMetadata": {"RequestId": request_id}}, shape)
    return Answer(200, body, _headers(request_id, "text/xml"))


def error(problem, request_id, shape):
    """The answer that carries a StsError."""
    fields = {
        "Type": "Receiver" if problem.status >= 500 else "Sender",
        "Code": problem.code,
        "Message": problem.message,
    }
    if shape.errors_element:
        # What some emulators and gateways send: other nesting, no namespace,
        # and not even called XML.
        body = ("<ErrorResponse>\n  <Errors>\n    <Error>\n"
                "      <Code>%s</Code>\n      <Message>%s</Message>\n"
                "    </Error>\n  </Errors>\n  <RequestID>%s</RequestID>\n"
                "</ErrorResponse>\n"
                % (escape(problem.code), escape(problem.message), request_id)
                ).encode("utf-8", "replace")
        return Answer(problem.status, body,
                      _headers(request_id, "text/html; charset=utf-8"))
    if shape.json:
        body = json.dumps({"Error": fields, "RequestId": request_id}).encode()
        return Answer(problem.status, body,
                      _headers(request_id, "application/json"))
    body = _document("ErrorResponse",
                     {"Error": fields, "RequestId": request_id}, shape)
    return Answer(problem.status, body, _headers(request_id, "text/xml"))
