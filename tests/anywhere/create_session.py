"""An IAM Roles Anywhere of our own: CreateSession, HTTP or TLS, on 127.0.0.1.

SPDX-License-Identifier: Apache-2.0

    with AnywhereServer(sts, anchor) as anywhere:
        ... something that calls anywhere.url ...
        assert anywhere.requests[-1]["roleArn"] == ...

What it gives are credentials of the local STS (tests/sts), assumed as AWS
does: SourceIdentity is the certificate's CN, the session is named by the
serial number unless the profile accepts another name.
"""
import datetime
import email.utils
import http.server
import json
import ssl
import threading
import uuid

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

import verify

ACCOUNT = "123456789012"
REGION = "eu-west-1"
ANCHOR = "arn:aws:rolesanywhere:%s:%s:trust-anchor/" % (REGION, ACCOUNT) + \
    "0a1b2c3d-0001-4000-8000-000000000001"
PROFILE = "arn:aws:rolesanywhere:%s:%s:profile/" % (REGION, ACCOUNT) + \
    "0a1b2c3d-0002-4000-8000-000000000002"
NAMING = "arn:aws:rolesanywhere:%s:%s:profile/" % (REGION, ACCOUNT) + \
    "0a1b2c3d-0003-4000-8000-000000000003"
SHORT = "arn:aws:rolesanywhere:%s:%s:profile/" % (REGION, ACCOUNT) + \
    "0a1b2c3d-0004-4000-8000-000000000004"
DISABLED = "arn:aws:rolesanywhere:%s:%s:profile/" % (REGION, ACCOUNT) + \
    "0a1b2c3d-0005-4000-8000-000000000005"
ROLE = "arn:aws:iam::%s:role/" % ACCOUNT
ROLES = [ROLE + name for name in ("Hop", "ops/Deploy", "Untrusting")]
PROFILES = {
    PROFILE: {"seconds": 43200, "names": False},
    NAMING: {"seconds": 43200, "names": True},
    SHORT: {"seconds": 1800, "names": False},
    DISABLED: {"seconds": 43200, "names": False, "disabled": True},
}
KEY = ("AKIAIOSFODNN7BASTION", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYBASTIONKEY")


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        when = datetime.datetime.now(datetime.timezone.utc)
        return email.utils.format_datetime(when + self.server.owner.offset,
                                           usegmt=True)

    def do_GET(self):
        self._serve()

    def do_POST(self):
        self._serve()

    def _serve(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, answer, headers = self.server.owner.answer(
            self.command, self.path, list(self.headers.items()), body)
        if status is None:
            self.close_connection = True
            return
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)


class AnywhereServer:
    """`requests`: what was asked and found good, and under "refused" what
    was answered to the others. fault() makes it misbehave."""

    def __init__(self, sts, anchor, certificate=None):
        """`certificate`: a PEM file with chain and key, for TLS."""
        self.sts = sts
        self.anchor = anchor
        self.certificate = certificate
        self.offset = datetime.timedelta()
        self.requests = []
        self._faults = []
        self._lock = threading.Lock()
        self._server = None
        self.url = None

    def __enter__(self):
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                       _Handler)
        self._server.owner = self
        self.url = "http://127.0.0.1:%d" % self._server.server_port
        if self.certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self.certificate)
            self._server.socket = context.wrap_socket(self._server.socket,
                                                      server_side=True)
            self.url = self.url.replace("http:", "https:")
        threading.Thread(target=self._server.serve_forever,
                         daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def forget(self):
        self.requests.clear()
        self._faults.clear()
        self.offset = datetime.timedelta()

    def fault(self, kind, count=1):
        """One of FAULTS, for the next `count` requests."""
        assert kind in FAULTS, kind
        self._faults += [kind] * count

    # What happens to one request.

    def answer(self, method, target, headers, body):
        """(status, body, headers); status None: hang up."""
        with self._lock:
            fault = self._faults.pop(0) if self._faults else None
        if fault is not None:
            self.requests.append({"fault": fault})
            return FAULTS[fault]
        try:
            found = verify.verify(method, target, headers, body, REGION,
                                  self.anchor, self._now())
            self._check(found)
            self.requests.append(found)
            return self._created(found)
        except verify.Refused as refused:
            self.requests.append({"refused": str(refused)})
            return _error(refused.status, refused.code, refused.message)
        except ClientError as refused:
            self.requests.append({"refused": str(refused)})
            return _error(403, "AccessDeniedException",
                          "Unable to assume role for %s" % found["roleArn"])

    def _now(self):
        return datetime.datetime.utcnow() + self.offset

    @staticmethod
    def _check(found):
        profile = PROFILES.get(found.get("profileArn"))
        if found.get("trustAnchorArn") != ANCHOR:
            raise verify.Refused(404, "ResourceNotFoundException",
                                 "Trust anchor not found")
        if profile is None:
            raise verify.Refused(404, "ResourceNotFoundException",
                                 "Profile not found")
        if profile.get("disabled"):
            raise verify.denied("Profile is disabled")
        if found.get("roleArn") not in ROLES:
            raise verify.denied("Unable to assume role for %s"
                                % found.get("roleArn"))
        if "roleSessionName" in found and not profile["names"]:
            raise verify.denied("Not authorized to set roleSessionName.")

    def _created(self, found):
        seconds = min(found["durationSeconds"],
                      PROFILES[found["profileArn"]]["seconds"])
        client = botocore.session.Session().create_client(
            "sts", region_name=REGION, endpoint_url=self.sts.http_url,
            aws_access_key_id=KEY[0], aws_secret_access_key=KEY[1],
            config=Config(retries={"max_attempts": 0, "mode": "standard"}))
        session = client.assume_role(
            RoleArn=found["roleArn"], DurationSeconds=seconds,
            RoleSessionName=found.get("roleSessionName", found["serial"]),
            SourceIdentity=found["cn"])
        keys = session["Credentials"]
        user = session["AssumedRoleUser"]
        return _json(201, {
            "credentialSet": [{
                "assumedRoleUser": {"arn": user["Arn"],
                                    "assumedRoleId": user["AssumedRoleId"]},
                "credentials": {
                    "accessKeyId": keys["AccessKeyId"],
                    "secretAccessKey": keys["SecretAccessKey"],
                    "sessionToken": keys["SessionToken"],
                    "expiration":
                        keys["Expiration"].strftime("%Y-%m-%dT%H:%M:%SZ")},
                "packedPolicySize": 4,
                "roleArn": found["roleArn"],
                "sourceIdentity": found["cn"]}],
            "subjectArn": "arn:aws:rolesanywhere:%s:%s:subject/%s"
                          % (REGION, ACCOUNT, uuid.uuid4())})


def _json(status, value, **headers):
    headers = {key.replace("_", "-"): text for key, text in headers.items()}
    headers.update({"Content-Type": "application/json",
                    "x-amzn-RequestId": str(uuid.uuid4())})
    return status, json.dumps(value).encode(), headers


def _error(status, code, message):
    return _json(status, {"message": message}, x_amzn_ErrorType=code)


def _credentials(**changed):
    keys = {"accessKeyId": "ASIAIOSFODNN7EXAMPLE", "secretAccessKey": "s" * 40,
            "sessionToken": "t" * 200, "expiration": "2099-01-01T00:00:00Z"}
    keys.update(changed)
    return {"credentialSet": [{"credentials": keys}]}


FAULTS = {
    "throttle": _error(429, "ThrottlingException", "Rate exceeded"),
    "error_500": _error(500, "InternalServerException", "Internal error"),
    "error_503": (503, b"<html>busy</html>", {"Content-Type": "text/html"}),
    "denied": _error(403, "AccessDeniedException", "Certificate revoked"),
    "type_in_body": _json(403, {
        "__type": "com.amazon.rolesanywhere#AccessDeniedException",
        "message": "Untrusted Signing Certificate"}),
    "unknown_code": _error(418, "TeapotException", "short and stout"),
    "captive_portal": (200, b"<html>Log in to this network</html>",
                       {"Content-Type": "text/html"}),
    "redirect": (302, b"", {"Location": "http://127.0.0.1:9/"}),
    "empty": (201, b"", {}),
    "no_credentials": _json(201, {"credentialSet": []}),
    "expired": _json(201, _credentials(expiration="2001-01-01T00:00:00Z")),
    "bad_date": _json(201, _credentials(expiration="soon")),
    "newline": _json(201, _credentials(sessionToken="a\r\nX-Evil: 1")),
    "half": (201, json.dumps(_credentials()).encode()[:80], {}),
    "close": (None, b"", {}),
}
