"""The credentials endpoint of ECS (relative URI) and EKS Pod Identity.

SPDX-License-Identifier: Apache-2.0
"""
import json

from instance import stamp
from local_service import Service

ADDRESSES = ("169.254.170.2", "169.254.170.23", "fd00:ec2::23")
RELATIVE = "/v2/credentials/0f2b7c1e-5d6a-4a0e-9b3f-2f6a1d4c8e90"
PATHS = (RELATIVE, "/v1/credentials")


class Container(Service):
    """`token`: what Authorization must say, None: nothing is asked for."""

    KINDS = ("hang", "error_500", "redirect",
             "garbage", "cut", "past",
             "no_secret",   # SecretAccessKey is missing
             "no_token",    # Token is missing
             "injected")    # Token with a line end inside

    def __init__(self, credentials, token=None, addresses=ADDRESSES, port=80):
        super().__init__(addresses, port)
        self.credentials = credentials
        self.token = token

    def answer(self, handler):
        given = handler.record["headers"].get("authorization")
        if handler.command != "GET":
            return self.say(handler, 405, "MethodNotAllowed")
        if handler.path not in PATHS:
            return self.say(handler, 404, "InvalidIdInRequest")
        if self.token is not None and given is None:
            return self.say(handler, 401, "MissingAuthorizationToken")
        if self.token is not None and given != self.token:
            return self.say(handler, 403, "AccessDenied")
        return handler.reply(200, self.document(), "application/json")

    @staticmethod
    def say(handler, status, code):
        handler.reply(status, json.dumps({
            "code": code, "message": "the request is not accepted",
            "HTTPErrorCode": status}), "application/json")

    def document(self):
        if "garbage" in self.faults:
            return "\x00\x01 no JSON"
        text = {"RoleArn": "arn:aws:iam::123456789012:role/Hop",
                "AccessKeyId": self.credentials["AccessKeyId"],
                "SecretAccessKey": self.credentials["SecretAccessKey"],
                "Token": self.credentials["SessionToken"],
                "Expiration": stamp(-3600 if "past" in self.faults
                                    else 6 * 3600)}
        if "no_secret" in self.faults:
            del text["SecretAccessKey"]
        if "no_token" in self.faults:
            del text["Token"]
        if "injected" in self.faults:
            text["Token"] += "\r\nX-Amz-Date: 20200101T000000Z"
        whole = json.dumps(text)
        return whole[:len(whole) // 2] if "cut" in self.faults else whole
