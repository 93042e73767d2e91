"""An instance metadata service as EC2 has it, version 2 alone.

SPDX-License-Identifier: Apache-2.0

The rules are those of the EC2 User Guide: a session token is given for PUT
alone, with a time to live of 1 to 21600 seconds, and never to a request that
was passed on (X-Forwarded-For); everything else needs a token that is still
good, else 401.
"""
import json
import secrets
import time

from local_service import Service

ADDRESSES = ("169.254.169.254", "fd00:ec2::254")
TTL = "x-aws-ec2-metadata-token-ttl-seconds"
TOKEN = "x-aws-ec2-metadata-token"
ROLES = "/latest/meta-data/iam/security-credentials/"
REGION = "/latest/meta-data/placement/region"

REFUSED = ('<?xml version="1.0" encoding="iso-8859-1"?>\n<html><head><title>'
           "%d - %s</title></head><body><h1>%d - %s</h1></body></html>\n")


class Instance(Service):
    """`role`: the name of the role, None: none is attached. `credentials`: a
    dict as AssumeRole gives it. `region`: None: it is not known."""

    KINDS = ("hang", "error_500", "redirect",
             "disabled",        # everything: 403
             "no_version_2",    # PUT: 404, as services that imitate IMDSv1
             "no_token_text",   # PUT: 200 and nothing
             "refuse_tokens",   # every token: 401
             "forget_token",    # the next token that comes: 401, from then on
             "hang_on_token",   # PUT: never an answer (hop limit)
             "failed",          # Code is not Success
             "past",            # Expiration is an hour ago
             "garbage",         # the credentials are no JSON
             "cut",             # they stop in the middle
             "no_secret",       # they lack SecretAccessKey
             "bad_role",        # a name that is none
             "role_gone")       # named, then 404

    def __init__(self, credentials, role="Hop", region="eu-west-1",
                 addresses=ADDRESSES, port=80):
        super().__init__(addresses, port)
        self.credentials = credentials
        self.role = role
        self.region = region
        self.tokens = {}

    def refuse(self, handler, status, text):
        handler.reply(status, REFUSED % (status, text, status, text),
                      "text/html")

    def answer(self, handler):
        if "disabled" in self.faults:
            self.refuse(handler, 403, "Forbidden")
        elif handler.command == "PUT":
            self.give_token(handler)
        elif handler.command != "GET":
            self.refuse(handler, 405, "Method Not Allowed")
        elif not self.has_token(handler):
            self.refuse(handler, 401, "Unauthorized")
        else:
            self.give(handler, handler.path)

    def give_token(self, handler):
        headers = handler.record["headers"]
        if handler.path != "/latest/api/token" or \
                "no_version_2" in self.faults:
            return self.refuse(handler, 404, "Not Found")
        if "hang_on_token" in self.faults:
            self.released.wait(60)
            handler.close_connection = True
            return None
        if "x-forwarded-for" in headers:
            return self.refuse(handler, 403, "Forbidden")
        ttl = headers.get(TTL, "")
        if not ttl.isdigit() or not 1 <= int(ttl) <= 21600:
            return self.refuse(handler, 400, "Bad Request")
        if self.take("no_token_text"):
            return handler.reply(200)
        token = secrets.token_urlsafe(40) + "=="
        self.tokens[token] = time.monotonic() + int(ttl)
        return handler.reply(200, token, headers=[(TTL, ttl)])

    def has_token(self, handler):
        token = handler.record["headers"].get(TOKEN)
        if self.take("forget_token"):
            self.tokens.pop(token, None)
        return "refuse_tokens" not in self.faults and \
            self.tokens.get(token, 0) > time.monotonic()

    def give(self, handler, path):
        if path == REGION and self.region is not None:
            return handler.reply(200, self.region)
        if path == ROLES and self.role is not None:
            return handler.reply(200, "../../user-data"
                                 if self.take("bad_role") else self.role)
        if self.role is not None and path == ROLES + self.role and \
                "role_gone" not in self.faults:
            return handler.reply(200, self.document())
        return self.refuse(handler, 404, "Not Found")

    def document(self):
        if "failed" in self.faults:
            return json.dumps({
                "Code": "AssumeRoleUnauthorizedAccess", "Message":
                "EC2 cannot assume the role %s." % self.role,
                "LastUpdated": stamp(0)})
        if "garbage" in self.faults:
            return "<html>Log in to the network</html>"
        text = {"Code": "Success", "LastUpdated": stamp(-60),
                "Type": "AWS-HMAC",
                "AccessKeyId": self.credentials["AccessKeyId"],
                "SecretAccessKey": self.credentials["SecretAccessKey"],
                "Token": self.credentials["SessionToken"],
                "Expiration": stamp(-3600 if "past" in self.faults
                                    else 6 * 3600)}
        if "no_secret" in self.faults:
            del text["SecretAccessKey"]
        whole = json.dumps(text, indent=2)
        return whole[:len(whole) // 2] if "cut" in self.faults else whole


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ",
                         time.gmtime(time.time() + seconds))
