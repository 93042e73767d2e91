"""AssumeRole's parameters, read and held against AWS's limits.

SPDX-License-Identifier: Apache-2.0

Limits, patterns and texts are those of the STS service model (2011-06-15)
and of the service's answers.
"""
import re
import unicodedata

from answers import StsError

_NAME = r"[\w+=,.@-]*"
_EXTERNAL = r"[\w+=,.@:\/-]*"
_SERIAL = r"[\w+=/:,.@-]*"
_TAG = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*"
_POLICY = r"[\u0009\u000A\u000D\u0020-\u00FF]+"
_MEMBER = re.compile(r"(\w+)\.member\.(\d{1,6})(?:\.(\w+))?\Z")
_PATTERNS = {text: re.compile(text, re.ASCII)
             for text in (_NAME, _EXTERNAL, _SERIAL, r"[\d]*")}
_PATTERNS[_POLICY] = re.compile("[\t\n\r\u0020-\u00ff]+")

# wire name: (name in messages, least, most, pattern)
_TEXTS = {
    "RoleArn": ("roleArn", 20, 2048, None),
    "RoleSessionName": ("roleSessionName", 2, 64, _NAME),
    "Policy": ("policy", 1, None, _POLICY),
    "ExternalId": ("externalId", 2, 1224, _EXTERNAL),
    "SerialNumber": ("serialNumber", 9, 256, _SERIAL),
    "TokenCode": ("tokenCode", 6, 6, r"[\d]*"),
    "SourceIdentity": ("sourceIdentity", 2, 64, _NAME),
}
POLICY_MAX = 2048


def invalid(message):
    return StsError(400, "ValidationError", message)


class Checker:
    def __init__(self):
        self.found = []

    def add(self, value, name, constraint):
        shown = "null" if value is None else "'%s'" % value
        self.found.append("Value %s at '%s' failed to satisfy constraint: "
                          "%s" % (shown, name, constraint))

    def length(self, value, shown, name, least, most):
        if len(value) < least:
            self.add(shown, name, "Member must have length greater than or "
                     "equal to %d" % least)
        if most is not None and len(value) > most:
            self.add(shown, name, "Member must have length less than or "
                     "equal to %d" % most)

    def text(self, value, name, least, most, pattern):
        if value is None:
            return
        self.length(value, value, name, least, most)
        if pattern == _TAG:
            good = all(unicodedata.category(char)[0] in "LZN"
                       or char in "_.:/=+-@" for char in value)
        else:
            good = not pattern or _PATTERNS[pattern].fullmatch(value)
        if not good:
            self.add(value, name, "Member must satisfy regular expression "
                     "pattern: " + pattern)

    def finish(self):
        if self.found:
            count = len(self.found)
            raise invalid("%d validation error%s detected: %s"
                          % (count, "" if count == 1 else "s",
                             "; ".join(self.found)))


def _members(parameters):
    """{"Tags": {1: {"Key": ..., "Value": ...}}, "TransitiveTagKeys":
    {1: {None: ...}}}."""
    lists = {}
    for name, value in parameters.items():
        match = _MEMBER.match(name)
        if match:
            entry = lists.setdefault(match.group(1), {})
            entry.setdefault(int(match.group(2)), {})[match.group(3)] = value
    return lists


def _ordered(lists, name):
    return [entry for _, entry in sorted(lists.get(name, {}).items())]


class AssumeRole:
    """The parameters of one call. Lists are lists, a tag is a pair, what was
    not given is None or empty."""

    def __init__(self, parameters):
        lists = _members(parameters)
        for wire, (name, _, _, _) in _TEXTS.items():
            setattr(self, name, parameters.get(wire))
        self.duration = parameters.get("DurationSeconds")
        self.policy_arns = [entry.get("arn")
                            for entry in _ordered(lists, "PolicyArns")]
        self.tags = [(entry.get("Key"), entry.get("Value"))
                     for entry in _ordered(lists, "Tags")]
        self.transitive = [entry.get(None) for entry in
                           _ordered(lists, "TransitiveTagKeys")]

    def check(self):
        """Raises StsError with every limit that was passed, as AWS does;
        then turns duration into a number or None."""
        checker = Checker()
        for name, least, most, pattern in _TEXTS.values():
            value = getattr(self, name)
            if value is None and name in ("roleArn", "roleSessionName"):
                checker.add(None, name, "Member must not be null")
            checker.text(value, name, least, most, pattern)
        self._check_duration(checker)
        self._check_lists(checker)
        checker.finish()
        self._check_meaning()

    def _check_duration(self, checker):
        if self.duration is None:
            return
        if not re.fullmatch(r"-?\d{1,10}", self.duration, re.ASCII):
            raise StsError(400, "MalformedInput",
                           "DurationSeconds is not an integer")
        self.duration = int(self.duration)
        if self.duration < 900:
            checker.add(self.duration, "durationSeconds", "Member must have "
                        "value greater than or equal to 900")
        if self.duration > 43200:
            checker.add(self.duration, "durationSeconds", "Member must have "
                        "value less than or equal to 43200")

    def _check_lists(self, checker):
        checker.length(self.tags, self.tags, "tags", 0, 50)
        checker.length(self.transitive, self.transitive,
                       "transitiveTagKeys", 0, 50)
        checker.length(self.policy_arns, self.policy_arns, "policyArns", 0,
                       10)
        for number, (key, value) in enumerate(self.tags, 1):
            where = "tags.%d.member." % number
            for part, text, least, most in (("key", key, 1, 128),
                                            ("value", value, 0, 256)):
                if text is None:
                    checker.add(None, where + part, "Member must not be null")
                checker.text(text, where + part, least, most, _TAG)
        for number, key in enumerate(self.transitive, 1):
            where = "transitiveTagKeys.%d.member" % number
            if key is None:
                checker.add(None, where, "Member must not be null")
            checker.text(key, where, 1, 128, _TAG)
        for number, arn in enumerate(self.policy_arns, 1):
            checker.text(arn, "policyArns.%d.member.arn" % number, 20, 2048,
                         None)

    def _check_meaning(self):
        plain = sum(len(text or "") for text in [self.policy]
                    + self.policy_arns)
        if plain > POLICY_MAX:
            raise invalid(
                "1 validation error detected: Value '%s' at 'policy' failed "
                "to satisfy constraint: Member must have length less than or "
                "equal to %d" % (self.policy, POLICY_MAX))
        if self.sourceIdentity and \
                self.sourceIdentity.lower().startswith("aws:"):
            raise invalid("SourceIdentity may not begin with 'aws:'.")
        keys = [key.lower() for key, _ in self.tags]
        if len(set(keys)) != len(keys):
            raise StsError(400, "InvalidParameterValue",
                           "Duplicate tag keys found. Please note that Tag "
                           "keys are case insensitive.")
        if any(key.startswith("aws:") for key in keys):
            raise StsError(400, "InvalidParameterValue",
                           "aws: prefixed tag key names are not allowed for "
                           "external use.")
        for key in self.transitive:
            if key.lower() not in keys:
                raise StsError(400, "InvalidParameterValue",
                               "The specified transitive tag key must be "
                               "included in the requested tags.")
        if (self.serialNumber is None) != (self.tokenCode is None):
            raise StsError(403, "AccessDenied",
                           "MultiFactorAuthentication failed, must provide "
                           "both MFA serial number and one time pass code.")
