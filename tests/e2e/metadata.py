"""An instance metadata service as EC2 has it (IMDSv2), inside a world.

SPDX-License-Identifier: Apache-2.0
"""
import http.server
import json
import subprocess
import threading

from configuration import KEY

ADDRESS = "169.254.169.254"
ROLE = "host-instance-role"
PREFIX = "/latest/meta-data/iam/security-credentials/"


class _Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def _answer(self, status, text=""):
        self.server.requests.append("%s %s" % (self.command, self.path))
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.send_header("X-aws-ec2-metadata-token-ttl-seconds", "21600")
        self.end_headers()
        self.wfile.write(text.encode())

    def do_PUT(self):
        if self.path == "/latest/api/token":
            return self._answer(200, "a-metadata-token")
        return self._answer(404)

    def do_GET(self):
        if self.headers.get("X-aws-ec2-metadata-token") != \
                "a-metadata-token":
            return self._answer(401)
        if self.path == PREFIX:
            return self._answer(200, ROLE)
        if self.path == PREFIX + ROLE:
            return self._answer(200, json.dumps({
                "Code": "Success", "LastUpdated": "2020-01-01T00:00:00Z",
                "Type": "AWS-HMAC", "AccessKeyId": KEY[0],
                "SecretAccessKey": KEY[1], "Token": "",
                "Expiration": "2099-01-01T00:00:00Z"}))
        if self.path == "/latest/meta-data/placement/availability-zone/":
            return self._answer(200, "eu-west-1a")
        return self._answer(404)


class MetadataService:
    """`requests`: what was asked for, as "GET /path"."""

    def __init__(self):
        self.server = None

    @property
    def requests(self):
        return self.server.requests

    def start(self):
        subprocess.run(["ip", "address", "replace", ADDRESS + "/32",
                        "dev", "lo"], check=True)
        self.server = http.server.ThreadingHTTPServer((ADDRESS, 80),
                                                      _Handler)
        self.server.requests = []
        threading.Thread(target=self.server.serve_forever,
                         daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["ip", "address", "del", ADDRESS + "/32",
                        "dev", "lo"], check=False)
