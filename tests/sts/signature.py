"""Who signed a request, with botocore's own code as the judge.

SPDX-License-Identifier: Apache-2.0

The canonical request, the string to sign and the signature are all made by
botocore.auth.SigV4Auth from the request as it came in; nothing here knows
how to sign. Texts are those that AWS answers.
"""
import datetime
import hashlib
import hmac
import re

from botocore.auth import SigV4Auth
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from answers import StsError

STAMP = "%Y%m%dT%H%M%SZ"
_HOST_REGION = re.compile(
    r"sts(?:-fips)?\.([a-z]{2,4}(?:-[a-z]+)+-\d+)\."
    r"(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws)(?::\d+)?\Z")

INVALID_TOKEN = "The security token included in the request is invalid."
EXPIRED_TOKEN = "The security token included in the request is expired"
MISMATCH = (
    "The request signature we calculated does not match the signature you "
    "provided. Check your AWS Secret Access Key and signing method. Consult "
    "the service documentation for details.")


class _Judge(SigV4Auth):
    """botocore leaves some headers unsigned (User-Agent, Expect...), but a
    client that did sign them is right too: the request holds only what the
    client says it signed."""

    def headers_to_sign(self, request):
        return request.headers


class _Signed:
    """The part of botocore's AWSRequest that signing reads."""

    params = None

    def __init__(self, request, names, stamp):
        self.method = request.method
        self.url = "https://%s%s" % (request.header("host") or "localhost",
                                     request.target)
        self.headers = HTTPHeaders()
        for name, value in request.headers:
            if name in names:
                self.headers[name] = value
        self.body = request.body
        self.context = {"timestamp": stamp}


def _incomplete(message):
    return StsError(400, "IncompleteSignature", message)


def _fields(header):
    """The Authorization header taken apart."""
    scheme, _, rest = header.partition(" ")
    if scheme != "AWS4-HMAC-SHA256":
        raise _incomplete("Unsupported AWS 'algorithm': '%s'. " % scheme)
    found = {}
    for part in rest.split(","):
        part = part.strip()
        if not part:
            continue
        name, equals, value = part.partition("=")
        if not equals:
            raise _incomplete(
                "'%s' not a valid key=value pair (missing equal-sign) in "
                "Authorization header: '%s'." % (part, header))
        found[name] = value
    return found


def _stamp(request):
    stamp = request.header("x-amz-date") or request.header("date")
    if stamp and not re.fullmatch(r"\d{8}T\d{6}Z", stamp):
        raise _incomplete(
            "Date must be in ISO-8601 'basic format'. Got '%s'. See "
            "http://en.wikipedia.org/wiki/ISO_8601" % stamp)
    return stamp


def _check_time(stamp, now, minutes):
    try:
        signed = datetime.datetime.strptime(stamp, STAMP).replace(
            tzinfo=datetime.timezone.utc)
    except ValueError:
        raise _incomplete(
            "Date must be in ISO-8601 'basic format'. Got '%s'. See "
            "http://en.wikipedia.org/wiki/ISO_8601" % stamp) from None
    allowed = datetime.timedelta(minutes=minutes)
    if signed < now - allowed:
        raise StsError(
            403, "SignatureDoesNotMatch",
            "Signature expired: %s is now earlier than %s (%s - %d min.)"
            % (stamp, (now - allowed).strftime(STAMP), now.strftime(STAMP),
               minutes))
    if signed > now + allowed:
        raise StsError(
            403, "SignatureDoesNotMatch",
            "Signature not yet current: %s is still later than %s "
            "(%s + %d min.)"
            % (stamp, (now + allowed).strftime(STAMP), now.strftime(STAMP),
               minutes))


def _check_scope(date, region, service, term, stamp, regions):
    def wrong(text):
        return StsError(403, "SignatureDoesNotMatch", text)

    if regions and region not in regions:
        raise wrong("Credential should be scoped to a valid region, not "
                    "'%s'. " % region)
    if service != "sts":
        raise wrong("Credential should be scoped to correct service: 'sts'. ")
    if term != "aws4_request":
        raise wrong("Credential should be scoped with a valid terminator: "
                    "'aws4_request', not '%s'. " % term)
    if date != stamp[:8]:
        raise wrong("Date in Credential scope does not match YYYYMMDD from "
                    "ISO-8601 version of date from HTTP: '%s' != '%s', from "
                    "'%s'. " % (date, stamp[:8], stamp))


def _check_signed_headers(request, names):
    for name, _ in request.headers:
        if (name == "host" or name.startswith("x-amz-")) \
                and name not in names:
            shown = "Host' or ':authority" if name == "host" else name
            raise StsError(403, "SignatureDoesNotMatch",
                           "'%s' must be a 'SignedHeader' in the AWS "
                           "Authorization." % shown)


def _regions(request, settings):
    """The regions this request may be signed for; empty: any."""
    host = (request.header("host") or "").lower()
    match = _HOST_REGION.match(host)
    if match:
        return (match.group(1),)
    if host.partition(":")[0] == "sts.amazonaws.com":
        return ("us-east-1",)
    wanted = settings["region"]
    if not wanted:
        return ()
    return (wanted,) if isinstance(wanted, str) else tuple(wanted)


def _principal(access_key, token, state, now):
    principal = state.find(access_key)
    if principal is None or not principal.active or \
            not hmac.compare_digest((principal.token or "").encode(),
                                    (token or "").encode()):
        raise StsError(403, "InvalidClientTokenId", INVALID_TOKEN)
    if principal.expires is not None and principal.expires <= now:
        raise StsError(403, "ExpiredToken", EXPIRED_TOKEN)
    return principal


def check(request, state, now, record):
    """The principal who signed `request` at server time `now` (aware, UTC),
    or StsError. `record` learns access key, region and so on, as far as the
    header could be read."""
    header = request.header("authorization")
    if not header:
        raise StsError(403, "MissingAuthenticationToken",
                       "Request is missing Authentication Token")
    fields = _fields(header)
    stamp = _stamp(request)
    missing = ["Authorization header requires '%s' parameter. " % name
               for name in ("Credential", "Signature", "SignedHeaders")
               if not fields.get(name)]
    if not stamp:
        missing.append("Authorization header requires existence of either a "
                       "'X-Amz-Date' or a 'Date' header. ")
    if missing:
        raise _incomplete("%sAuthorization=%s" % ("".join(missing), header))
    scope = fields["Credential"].split("/")
    if len(scope) != 5:
        raise _incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
            "keyid/date/region/service/term, got '%s'"
            % fields["Credential"])
    access_key, date, region, service, term = scope
    names = set(fields["SignedHeaders"].lower().split(";"))
    record.update(access_key=access_key, region=region, service=service,
                  signed_headers=sorted(names), signed_at=stamp)

    token = request.header("x-amz-security-token")
    settings = state.settings
    principal = _principal(access_key, token, state, now)
    _check_scope(date, region, service, term, stamp,
                 _regions(request, settings))
    _check_signed_headers(request, names)
    _check_time(stamp, now, settings["skew_minutes"])

    digest = request.header("x-amz-content-sha256")
    if digest not in (None, "UNSIGNED-PAYLOAD") and \
            digest != hashlib.sha256(request.body).hexdigest():
        raise StsError(403, "SignatureDoesNotMatch", MISMATCH)

    judge = _Judge(Credentials(access_key, principal.secret, token),
                   service, region)
    signed = _Signed(request, names, stamp)
    canonical = judge.canonical_request(signed)
    to_sign = judge.string_to_sign(signed, canonical)
    right = judge.signature(to_sign, signed)
    if not hmac.compare_digest(right.encode(), fields["Signature"].encode()):
        text = MISMATCH
        if settings["show_canonical"]:
            # As AWS does: the session token is then in the answer.
            text += ("\n\nThe Canonical String for this request should have "
                     "been\n'%s'\n\nThe String-to-Sign should have been\n"
                     "'%s'\n" % (canonical, to_sign))
        raise StsError(403, "SignatureDoesNotMatch", text)
    record["signature"] = "ok"
    return principal
