"""Small clients for the tests of the local STS.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import http.client
import ssl
import urllib.parse

import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

KEY = "AKIAIOSFODNN7BASTION"
SECRET = "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"
ROLE = "arn:aws:iam::123456789012:role/"
FORM = "application/x-www-form-urlencoded; charset=utf-8"


def client(sts, key=KEY, secret=SECRET, token=None, region="eu-west-1",
           secure=False):
    """A botocore client that never tries twice."""
    session = botocore.session.Session()
    return session.create_client(
        "sts", region_name=region,
        endpoint_url=sts.https_url if secure else sts.http_url,
        verify=sts.ca_file, aws_access_key_id=key,
        aws_secret_access_key=secret, aws_session_token=token,
        config=Config(retries={"max_attempts": 0, "mode": "standard"},
                      connect_timeout=5, read_timeout=5))


def session_client(sts, answer, **more):
    """A client with the credentials that AssumeRole answered."""
    found = answer["Credentials"]
    return client(sts, found["AccessKeyId"], found["SecretAccessKey"],
                  found["SessionToken"], **more)


def form(action="GetCallerIdentity", **parameters):
    return urllib.parse.urlencode(
        dict({"Action": action, "Version": "2011-06-15"}, **parameters))


def signed(sts, body, seconds=0, region="eu-west-1", service="sts",
           host=None, secret=SECRET, **more):
    """Headers of a request signed `seconds` off the host's clock."""
    headers = {"Content-Type": FORM,
               "Host": host or "127.0.0.1:%d" % sts.http_port}
    headers.update(more)
    request = AWSRequest("POST", "http://localhost/", headers=headers,
                         data=body)
    when = datetime.datetime.utcnow() + datetime.timedelta(seconds=seconds)
    stamp = when.strftime("%Y%m%dT%H%M%SZ")
    request.context["timestamp"] = stamp
    request.headers["X-Amz-Date"] = stamp
    signer = SigV4Auth(Credentials(KEY, secret), service, region)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request,
                                        signer.signature(text, request))
    return dict(request.headers.items())


def post(sts, body, headers=None, secure=False, path="/"):
    """(status, headers, body) of one plain POST."""
    if secure:
        connection = http.client.HTTPSConnection(
            "127.0.0.1", sts.https_port, timeout=10,
            context=ssl.create_default_context(cafile=sts.ca_file))
    else:
        connection = http.client.HTTPConnection("127.0.0.1", sts.http_port,
                                                timeout=10)
    try:
        connection.request("POST", path, body,
                           signed(sts, body) if headers is None else headers)
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    finally:
        connection.close()
