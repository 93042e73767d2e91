#!/usr/bin/python3
"""Does an implementation of its own agree with our CreateSession requests?

Signs random requests with build/unit/sign_anywhere, with RSA and EC keys, and
verifies each of them with tests/anywhere/verify.py from what would be sent.
Then the certificates and keys that must be refused, each by name; and the
endpoints, against botocore's own resolver. tests/e2e/test_anywhere.py has the
keys in tokens and TPMs.

The seed is printed; give it as the first argument to repeat a run. Exits with
77 where python3-cryptography is missing or files cannot belong to root.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import json
import os
import random
import shutil
import string
import subprocess
import sys
import tempfile
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("AWSROLE_BUILD", ROOT / "build"))
sys.path.append(str(ROOT / "tests" / "anywhere"))

try:
    import pki
    import verify
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)
if os.geteuid() != 0:
    print("skipped: needs root: keys and certificates must belong to root")
    sys.exit(77)

COUNT = 25  # for each kind of key
WORD = string.ascii_letters + string.digits
REGIONS = ("eu-west-1", "us-east-1", "cn-north-1", "us-gov-west-1")

failures = []
done = 0


def check(what, good, why=""):
    global done
    done += 1
    if not good:
        failures.append(what)
        print(f"FAILED: {what}: {why}")


def sign(requests):
    lines = "".join(json.dumps(request) + "\n" for request in requests)
    ended = subprocess.run([BUILD / "unit" / "sign_anywhere"],
                           input=lines.encode(), capture_output=True,
                           check=True, timeout=100, env={})
    answers = [json.loads(line) for line in ended.stdout.splitlines()]
    assert len(answers) == len(requests), ended.stderr
    return answers


def text(rng, shortest, longest, letters=WORD):
    return "".join(rng.choices(letters, k=rng.randint(shortest, longest)))


def partition(region):
    return {"cn": "aws-cn", "us-gov": "aws-us-gov"}.get(
        region.rpartition("-")[0].rpartition("-")[0], "aws")


def random_request(rng, files):
    region = rng.choice(REGIONS)
    arn = f"arn:{partition(region)}"
    thing = f"{arn}:rolesanywhere:{region}:123456789012"
    return dict(files, **{
        "trust_anchor_arn":
            f"{thing}:trust-anchor/{text(rng, 8, 36, '0123456789abcdef-')}",
        "profile_arn":
            f"{thing}:profile/{text(rng, 8, 36, '0123456789abcdef-')}",
        # Every printable character may stand in a role's path.
        "role_arn": f"{arn}:iam::123456789012:role/" + "".join(rng.sample(
            [chr(c) for c in range(0x21, 0x7f)], rng.randint(0, 94))) + "/R",
        "role_session_name": rng.choice(
            (None, text(rng, 2, 64, WORD + "_+=,.@-"))),
        "duration_seconds": rng.randint(900, 43200),
        "endpoint": rng.choice((
            None, "http://127.0.0.1:5000", "https://[::1]:8443/",
            "https://vpce-1.rolesanywhere.eu-west-1.vpce.amazonaws.com",
            "https://example.com/a/b-c_d.e~f/")),
        "timestamp": int(pki.now().replace(
            tzinfo=datetime.timezone.utc).timestamp()) + rng.randint(-9, 9),
    })


def judge(request, sent, anchor):
    """What is wrong with it; "" when it is good."""
    if "error" in sent:
        return sent["error"]
    headers = [tuple(line.split(": ", 1)) for line in sent["headers"]]
    url = urllib.parse.urlsplit(sent["url"])
    if dict(headers)["Host"] != url.netloc:
        return "Host is not the URL's"
    when = datetime.datetime.utcfromtimestamp(request["timestamp"])
    try:
        found = verify.verify(
            "POST", url.path + "?" + url.query, headers,
            sent["body"].encode(), request["trust_anchor_arn"].split(":")[3],
            anchor, when)
    except verify.Refused as refused:
        return str(refused)
    for ours, theirs in (("role_arn", "roleArn"),
                         ("profile_arn", "profileArn"),
                         ("trust_anchor_arn", "trustAnchorArn"),
                         ("role_session_name", "roleSessionName"),
                         ("duration_seconds", "durationSeconds")):
        if found.get(theirs) != request[ours]:
            return f"{theirs} is {found.get(theirs)}, not {request[ours]}"
    return ""


class Place:
    """A folder with CAs, keys and certificates."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.root = pki.Authority("Root")
        self.middle = pki.Authority("Middle", self.root, "rsa2048")
        self.last = pki.Authority("Last", self.middle)
        self.chain = pki.write(self.folder / "chain.pem",
                               pki.pem(self.last.certificate,
                                       self.middle.certificate))

    def certificate(self, name, key, authority=None, **more):
        issued = (authority or self.root).issue(key.public_key(), **more)
        return pki.write(self.folder / f"{name}.pem", pki.pem(issued))

    def key(self, name, key, mode=0o640, **more):
        return pki.write(self.folder / f"{name}.key",
                         pki.key_pem(key, **more), mode)


def signatures(rng, place):
    for kind in pki.KINDS:
        key = pki.new_key(kind)
        files = {"certificate": place.certificate(
                     kind, key, serial=rng.getrandbits(rng.choice((8, 159)))
                     or 1),
                 "private_key": place.key(kind, key),
                 "intermediates": None, "pin_file": None}
        chained = dict(files, certificate=place.certificate(
            kind + "-chained", key, place.last), intermediates=place.chain)
        requests = [random_request(rng, rng.choice((files, chained)))
                    for _ in range(COUNT)]
        answers = sign(requests)
        for request, sent in zip(requests, answers):
            why = judge(request, sent, place.root.certificate)
            check(f"a random request with {kind} verifies", why == "", why)
        # The judge must be able to say no.
        for name, changed in (
                ("body", dict(answers[0], body=answers[0]["body"] + " ")),
                ("URL", dict(answers[0], url=answers[0]["url"].replace(
                    "role%2F", "role%2FX"))),
                ("date", dict(answers[0], headers=[
                    line.replace("Z", "Y") if line.startswith("X-Amz-D")
                    else line for line in answers[0]["headers"]]))):
            try:
                why = judge(requests[0], changed, place.root.certificate)
            except ValueError as wrong:
                why = str(wrong)
            check(f"a changed {name} is noticed with {kind}", why != "")


def forms(rng, place):
    """One key in every form of PEM."""
    key = pki.new_key("rsa2048")
    certificate = place.certificate("forms", key)
    pin = pki.write(place.folder / "pin", b"correct horse\n", 0o640)
    files = {"certificate": certificate, "intermediates": None,
             "pin_file": None}
    curve = pki.new_key("p256")
    requests = [random_request(rng, dict(files, **more)) for more in (
        {"private_key": place.key("pkcs1", key, traditional=True)},
        {"private_key": place.key("pkcs8-encrypted", key,
                                  passphrase=b"correct horse"),
         "pin_file": pin},
        {"private_key": place.key("pkcs1-encrypted", key, traditional=True,
                                  passphrase=b"correct horse"),
         "pin_file": pin},
        {"private_key": place.key("sec1", curve, traditional=True),
         "certificate": place.certificate("sec1", curve)},
        # The CAs behind the certificate, in its own file.
        {"private_key": place.key("full", curve),
         "certificate": pki.write(place.folder / "full.pem", pki.pem(
             place.last.issue(curve.public_key()), place.last.certificate,
             place.middle.certificate))})]
    for request, sent in zip(requests, sign(requests)):
        why = judge(request, sent, place.root.certificate)
        check(f"{Path(request['private_key']).name} signs", why == "", why)


def refusals(rng, place):
    key = pki.new_key("p256")
    other = pki.new_key("rsa2048")
    edwards = pki.new_key("ed25519")
    good = {"certificate": place.certificate("good", key),
            "private_key": place.key("good", key),
            "intermediates": None, "pin_file": None}
    day = pki.DAY
    gone = (pki.now() - day).strftime("%Y-%m-%d")
    coming = (pki.now() + day).strftime("%Y-%m-%d")
    write = pki.write
    folder = place.folder
    six = [pki.Authority(f"CA {i}").certificate for i in range(6)]
    for what, more, words in (
            ("an expired certificate",
             {"certificate": place.certificate("old", key, start=-9 * day,
                                               end=-day)},
             ("old.pem", "expired", gone)),
            ("a certificate of tomorrow",
             {"certificate": place.certificate("new", key, start=day)},
             ("new.pem", "not valid before", coming)),
            ("an expired intermediate",
             {"intermediates": write(folder / "oldca.pem", pki.pem(
                 place.root.issue(key.public_key(), is_ca=True, start=-9 * day,
                                  end=-day)))},
             ("oldca.pem", "expired", gone)),
            ("a CA's certificate",
             {"certificate": place.certificate("ca", key, is_ca=True)},
             ("ca.pem", "CA")),
            ("a certificate that may not sign",
             {"certificate": place.certificate("mute", key, usage=False)},
             ("mute.pem", "digitalSignature")),
            ("a key that is neither RSA nor EC",
             {"certificate": place.certificate("edwards", edwards)},
             ("edwards.pem", "neither RSA nor EC")),
            ("six intermediates",
             {"intermediates": write(folder / "six.pem", pki.pem(*six))},
             ("six.pem", "more than 5")),
            ("a file without certificate",
             {"certificate": write(folder / "none.pem", b"nothing\n")},
             ("none.pem", "no certificate")),
            ("a damaged certificate",
             {"certificate": write(folder / "cut.pem", pki.pem(six[0])[:200] +
                                   b"\n-----END CERTIFICATE-----\n")},
             ("cut.pem", "PEM")),
            ("a certificate that is not there",
             {"certificate": str(folder / "missing.pem")}, ("missing.pem",)),
            ("another certificate's key",
             {"private_key": place.key("other", pki.new_key("p256"))},
             ("other.key", "not that of the certificate")),
            ("a key of another kind",
             {"private_key": place.key("rsa", other)},
             ("rsa.key", "not that of the certificate")),
            ("a key that everybody can read",
             {"private_key": place.key("open", key, mode=0o644)},
             ("open.key",)),
            ("an encrypted key without a passphrase",
             {"private_key": place.key("locked", key, passphrase=b"x" * 9)},
             ("locked.key", "pin_file")),
            ("a wrong passphrase",
             {"private_key": place.key("locked2", key, passphrase=b"x" * 9),
              "pin_file": write(folder / "wrong", b"wrong\n", 0o640)},
             ("locked2.key", "passphrase")),
            ("an empty pin_file",
             {"pin_file": write(folder / "empty", b"\n", 0o640)},
             ("empty", "PIN")),
            ("a pin_file of two lines",
             {"pin_file": write(folder / "two", b"a\nb\n", 0o640)},
             ("two", "one line")),
            ("a pin_file that everybody can read",
             {"pin_file": write(folder / "openpin", b"a\n", 0o644)},
             ("openpin",)),
            ("a certificate in place of a key",
             {"private_key": write(folder / "nokey", pki.pem(six[0]), 0o640)},
             ("nokey", "no private key")),
            ("a PKCS#11 module that is not there",
             {"private_key": "pkcs11:object=a?module-path=/none/such.so"},
             ("/none/such.so",)),
    ):
        sent = sign([random_request(rng, dict(good, **more))])[0]
        check(f"{what} is refused by name",
              sent.get("code") == "source" and
              all(word in sent["error"] for word in words), sent)
        check(f"the refusal of {what} tells no secret",
              "correct horse" not in str(sent) and "xxx" not in str(sent))


def endpoints(rng, place):
    import botocore.session
    key = pki.new_key("p256")
    files = {"certificate": place.certificate("e", key),
             "private_key": place.key("e", key), "intermediates": None,
             "pin_file": None}
    session = botocore.session.Session()
    asked, expected = [], []
    for part in session.get_available_partitions():
        regions = session.get_available_regions("rolesanywhere", part) or \
            session.get_available_regions("sts", part)[:1]
        for region in regions:
            for fips in (False, True):
                # Debian's botocore has other names than AWS has today for
                # dual-stack in those partitions.
                for dual in (False, True)[:1 if "iso" in part else 2]:
                    client = session.create_client(
                        "rolesanywhere", region_name=region,
                        aws_access_key_id="x", aws_secret_access_key="x",
                        config=botocore.config.Config(
                            use_fips_endpoint=fips,
                            use_dualstack_endpoint=dual))
                    request = random_request(rng, files)
                    request.update(
                        endpoint=None, use_fips=fips, use_dualstack=dual,
                        trust_anchor_arn="arn:%s:rolesanywhere:%s:"
                        "123456789012:trust-anchor/0a" % (part, region))
                    asked.append(request)
                    expected.append(client.meta.endpoint_url + "/sessions")
    for request, sent, url in zip(asked, sign(asked), expected):
        check("the endpoint is botocore's", sent.get("url", "").partition(
            "?")[0] == url, f"{sent.get('url', sent)} is not {url}")


def main():
    seed = int(sys.argv[1]) if len(sys.argv) > 1 else random.SystemRandom(
    ).randrange(2**32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    folder = tempfile.mkdtemp(prefix="awsrole-anywhere-")
    os.chmod(folder, 0o755)
    try:
        place = Place(folder)
        for part in (signatures, forms, refusals, endpoints):
            part(rng, place)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{done} checks, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
