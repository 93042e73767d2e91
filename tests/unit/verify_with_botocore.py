#!/usr/bin/python3
"""Does botocore agree with our signatures?

Signs 200 random AssumeRole requests with build/unit/sign_requests and computes
each signature again with botocore's SigV4Auth from what would be sent: method,
URL, headers, body. The form is decoded too, and must say what was asked.

The seed is printed; give it as the first argument to repeat a run. Exits with
77 where botocore is missing.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import json
import os
import random
import re
import string
import subprocess
import sys
import urllib.parse
from pathlib import Path

try:
    import botocore.auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials
except ImportError:
    print("skipped: python3-botocore is not installed")
    sys.exit(77)

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("AWSROLE_BUILD", ROOT / "build"))
COUNT = 200
ALPHABETS = (string.ascii_letters, "äöüßéñçøåÆ", "αβγδεζηθ", "漢字仮名交じり",
             "👩‍💻🚀🏳️‍🌈", "שלוםمرحبا", " _.:/=+-@~")


def text(rng, shortest, longest):
    alphabet = "".join(rng.sample(ALPHABETS, rng.randint(1, 3)))
    return "".join(rng.choices(alphabet, k=rng.randint(shortest, longest)))


def every_printable(rng):
    """All of ASCII that can be printed, shuffled."""
    return "".join(rng.sample([chr(c) for c in range(0x20, 0x7f)], 95))


def maybe(rng, value):
    return value if rng.random() < 0.5 else None


def random_request(rng):
    word = string.ascii_letters + string.digits
    keys = [f"k{i}" + text(rng, 0, 30) for i in range(rng.randint(0, 50))]
    return {
        "access_key_id": rng.choice(("AKIA", "ASIA")) +
        "".join(rng.choices(string.ascii_uppercase + "234567", k=16)),
        "secret_access_key": "".join(rng.choices(word + "/+", k=40)),
        "session_token": maybe(rng, "".join(
            rng.choices(word + "/+=", k=rng.randint(16, 3000)))),
        "region": rng.choice(("us-east-1", "eu-west-1", "cn-north-1",
                              "us-gov-west-1", "aws-global")),
        "endpoint": maybe(rng, rng.choice((
            "https://vpce-1-2.sts.eu-west-1.vpce.amazonaws.com",
            "http://127.0.0.1:5000/", "https://[::1]:8443/",
            "https://sts.example.com/a/b-c_d.e~f/"))),
        "timestamp": rng.randint(0, 4102444800),
        "role_arn": f"arn:aws:iam::123456789012:role/{every_printable(rng)}",
        "role_session_name": "".join(rng.choices(word + "_+=,.@-",
                                                 k=rng.randint(2, 64))),
        "duration_seconds": rng.randint(900, 43200),
        "external_id": maybe(rng, "".join(
            rng.choices(word + "_+=,.@:/-", k=rng.randint(2, 1224)))),
        "source_identity": maybe(rng, text(rng, 2, 64)),
        "policy": maybe(rng, json.dumps(
            {"Version": "2012-10-17", "Id": every_printable(rng)}, indent=1)),
        "policy_arns": [f"arn:aws:iam::aws:policy/{text(rng, 1, 40)}"
                        for _ in range(rng.randint(0, 10))],
        "tags": [{"key": key, "value": rng.choice((
            "", text(rng, 1, 256), every_printable(rng)))} for key in keys],
        "transitive_tags": rng.sample(keys, rng.randint(0, len(keys))),
    }


def form_of(request):
    """The parameters as they must arrive."""
    form = {"Action": "AssumeRole", "Version": "2011-06-15",
            "DurationSeconds": str(request["duration_seconds"])}
    for name, wire in (("role_arn", "RoleArn"), ("policy", "Policy"),
                       ("role_session_name", "RoleSessionName"),
                       ("external_id", "ExternalId"),
                       ("source_identity", "SourceIdentity")):
        if request[name] is not None:
            form[wire] = request[name]
    for i, arn in enumerate(request["policy_arns"], 1):
        form[f"PolicyArns.member.{i}.arn"] = arn
    for i, tag in enumerate(request["tags"], 1):
        form[f"Tags.member.{i}.Key"] = tag["key"]
        form[f"Tags.member.{i}.Value"] = tag["value"]
    for i, key in enumerate(request["transitive_tags"], 1):
        form[f"TransitiveTagKeys.member.{i}"] = key
    return form


def authorization_by_botocore(request, sent, headers):
    """What botocore would put into the Authorization header."""
    when = datetime.datetime.fromtimestamp(request["timestamp"],
                                           datetime.timezone.utc)
    stamp = when.strftime("%Y%m%dT%H%M%SZ")
    assert headers["X-Amz-Date"] == stamp, headers["X-Amz-Date"]
    signed = AWSRequest(method="POST", url=sent["url"], data=sent["body"],
                        headers={name: value for name, value in headers.items()
                                 if name != "Authorization"})
    signed.context["timestamp"] = stamp
    region = request["region"]
    auth = botocore.auth.SigV4Auth(
        Credentials(request["access_key_id"], request["secret_access_key"],
                    request["session_token"]), "sts",
        "us-east-1" if region == "aws-global" else region)
    canonical = auth.canonical_request(signed)
    signature = auth.signature(auth.string_to_sign(signed, canonical), signed)
    return (f"AWS4-HMAC-SHA256 Credential={auth.scope(signed)}, SignedHeaders="
            f"{auth.signed_headers(auth.headers_to_sign(signed))}, "
            f"Signature={signature}")


def verify(request, sent):
    headers = dict(line.split(": ", 1) for line in sent["headers"])
    assert len(headers) == len(sent["headers"])
    assert headers["Host"] == urllib.parse.urlsplit(sent["url"]).netloc
    assert headers.get("X-Amz-Security-Token") == request["session_token"]
    pairs = urllib.parse.parse_qsl(sent["body"], keep_blank_values=True,
                                   strict_parsing=True)
    assert dict(pairs) == form_of(request) and len(pairs) == len(dict(pairs))
    # Byte for byte what botocore writes for the same pairs.
    assert sent["body"] == urllib.parse.urlencode(pairs)
    expected = authorization_by_botocore(request, sent, headers)
    assert headers["Authorization"] == expected, (
        f"{headers['Authorization']}\nbotocore: {expected}")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom(
    ).randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    requests = [random_request(rng) for _ in range(COUNT)]
    lines = "".join(json.dumps(request, ensure_ascii=False) + "\n"
                    for request in requests)
    signed = subprocess.run([BUILD / "unit" / "sign_requests"],
                            input=lines.encode(), capture_output=True,
                            check=True, timeout=60)
    answers = [json.loads(line) for line in signed.stdout.splitlines()]
    assert len(answers) == COUNT, f"{len(answers)} answers"
    for i, (request, sent) in enumerate(zip(requests, answers)):
        try:
            verify(request, sent)
        except AssertionError as error:
            print(f"request {i} of seed {seed}: {error}")
            return 1
    # The judge must be able to say no.
    changed = dict(answers[0], body=re.sub("AssumeRole", "AssumeRolf",
                                           answers[0]["body"], count=1))
    try:
        verify(requests[0], changed)
    except AssertionError:
        print(f"{COUNT} requests: botocore agrees with every signature")
        return 0
    print("a changed body was verified: this test proves nothing")
    return 1


if __name__ == "__main__":
    sys.exit(main())
