"""Is a CreateSession request what IAM Roles Anywhere accepts? An
implementation of its own, on python3-cryptography.

SPDX-License-Identifier: Apache-2.0

Source: IAM Roles Anywhere User Guide, "Signing process", "CreateSession API"
and "Trust model". verify() rebuilds the canonical request from what came over
the wire; nothing of the signer is used.
"""
import base64
import datetime
import hashlib
import json
import re
import urllib.parse

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

SKEW = datetime.timedelta(minutes=5)
NEEDED = {"content-type", "host", "x-amz-date", "x-amz-x509"}
AUTHORIZATION = re.compile(
    r"(AWS4-X509-(?:RSA|ECDSA)-SHA256) Credential=(\d+)/(\d{8})/([a-z0-9-]+)"
    r"/rolesanywhere/aws4_request, SignedHeaders=([a-z0-9;-]+), "
    r"Signature=([0-9a-f]+)\Z")


class Refused(Exception):
    """What AWS would answer."""

    def __init__(self, status, code, message):
        super().__init__("%d %s: %s" % (status, code, message))
        self.status, self.code, self.message = status, code, message


def denied(message):
    return Refused(403, "AccessDeniedException", message)


def invalid(message):
    return Refused(400, "ValidationException", message)


def _encode(text):
    return urllib.parse.quote(text, safe="-_.~")


def canonical_request(method, target, headers, signed, body):
    """`headers`: pairs as they came; `signed`: the names in their order."""
    path, _, query = target.partition("?")
    pairs = []
    for item in filter(None, query.split("&")):
        key, _, value = item.partition("=")
        pairs.append((_encode(urllib.parse.unquote(key)),
                      _encode(urllib.parse.unquote(value))))
    values = {}
    for key, value in headers:
        values.setdefault(key.lower(), []).append(
            re.sub(r"\s+", " ", value.strip()))
    lines = [method, urllib.parse.quote(path, safe="/-_.~"),
             "&".join("%s=%s" % pair for pair in sorted(pairs))]
    lines += ["%s:%s" % (key, ",".join(values[key])) for key in signed]
    lines += ["", ";".join(signed), hashlib.sha256(body).hexdigest()]
    return "\n".join(lines)


def _check_signature(certificate, algorithm, signature, text):
    key = certificate.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey) and "RSA" in algorithm:
            key.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, ec.EllipticCurvePublicKey) and \
                "ECDSA" in algorithm:
            key.verify(signature, text, ec.ECDSA(hashes.SHA256()))
        else:
            raise denied("Algorithm and key of the certificate differ")
    except InvalidSignature:
        raise denied("Signature does not match") from None


def _issued(certificate, issuer):
    key = issuer.public_key()
    try:
        if isinstance(key, rsa.RSAPublicKey):
            key.verify(certificate.signature,
                       certificate.tbs_certificate_bytes, padding.PKCS1v15(),
                       certificate.signature_hash_algorithm)
        else:
            key.verify(certificate.signature,
                       certificate.tbs_certificate_bytes,
                       ec.ECDSA(certificate.signature_hash_algorithm))
    except InvalidSignature:
        return False
    return certificate.issuer == issuer.subject


def _is_ca(certificate):
    try:
        return certificate.extensions.get_extension_for_class(
            x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        return False


def _check_chain(leaf, intermediates, anchor, when):
    for each in [leaf, *intermediates]:
        if not each.not_valid_before <= when <= each.not_valid_after:
            raise denied("Untrusted certificate. Certificate expired")
    if _is_ca(leaf):
        raise denied("Untrusted certificate. It is a CA's")
    current, left = leaf, list(intermediates)
    while not _issued(current, anchor):
        issuers = [each for each in left
                   if _is_ca(each) and _issued(current, each)]
        if not issuers:
            raise denied("Untrusted signing certificate")
        current = issuers[0]
        left.remove(current)


def _certificate(text):
    return x509.load_der_x509_certificate(base64.b64decode(text,
                                                           validate=True))


def verify(method, target, headers, body, region, anchor, when):
    """The parameters of a good request; else Refused. `anchor`: the CA's
    certificate; `when`: AWS's clock."""
    path = target.partition("?")[0]
    if method != "POST" or not path.endswith("/sessions"):
        raise Refused(404, "UnknownOperationException", "no such operation")
    given = {key.lower(): value for key, value in headers}
    if len(given) != len(headers):
        raise invalid("a header stands twice")
    match = AUTHORIZATION.match(given.get("authorization", ""))
    if match is None:
        raise denied("Missing or malformed Authorization")
    algorithm, serial, day, scope, signed, signature = match.groups()
    signed = signed.split(";")
    if signed != sorted(signed) or not NEEDED <= set(signed) or \
            ("x-amz-x509-chain" in given) != ("x-amz-x509-chain" in signed):
        raise denied("Not all headers are signed")
    stamp = given["x-amz-date"]
    sent = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
    if sent < when - SKEW:
        raise denied("Signature expired: %s is now earlier than %s" % (
            stamp, (when - SKEW).strftime("%Y%m%dT%H%M%SZ")))
    if sent > when + SKEW:
        raise denied("Signature not yet current: %s is still later than %s"
                     % (stamp, (when + SKEW).strftime("%Y%m%dT%H%M%SZ")))
    if day != stamp[:8] or scope != region:
        raise denied("Credential should be scoped to a valid region")
    leaf = _certificate(given["x-amz-x509"])
    chain = [_certificate(each) for each in
             filter(None, given.get("x-amz-x509-chain", "").split(","))]
    if len(chain) > 5:
        raise invalid("more than five certificates in the chain")
    if serial != str(leaf.serial_number):
        raise denied("The credential is not the certificate's serial number")
    canonical = canonical_request(method, target, headers, signed, body)
    text = "\n".join([algorithm, stamp,
                      "%s/%s/rolesanywhere/aws4_request" % (day, scope),
                      hashlib.sha256(canonical.encode()).hexdigest()])
    _check_signature(leaf, algorithm, bytes.fromhex(signature), text.encode())
    _check_chain(leaf, chain, anchor, when)
    return _parameters(target, body, leaf, given)


def _parameters(target, body, leaf, given):
    query = dict(urllib.parse.parse_qsl(target.partition("?")[2],
                                        strict_parsing=True))
    try:
        fields = json.loads(body)
    except ValueError:
        raise invalid("the body is no JSON") from None
    unknown = set(fields) - {"cert", "durationSeconds", "roleSessionName",
                             "profileArn", "roleArn", "trustAnchorArn"}
    if unknown or set(query) - {"profileArn", "roleArn", "trustAnchorArn"}:
        raise invalid("unknown parameter")
    if fields.pop("cert", given["x-amz-x509"]) != given["x-amz-x509"]:
        raise invalid("cert is not the certificate of the header")
    found = dict(fields, **query)
    seconds = found.setdefault("durationSeconds", 3600)
    if not isinstance(seconds, int) or not 900 <= seconds <= 43200:
        raise invalid("durationSeconds: from 900 to 43200 was expected")
    if not re.fullmatch(r"[\w+=,.@-]{2,64}",
                        found.get("roleSessionName", "xx"), re.ASCII):
        raise invalid("roleSessionName")
    common = leaf.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
    found["cn"] = common[0].value if common else None
    found["serial"] = "%x" % leaf.serial_number
    return found
