"""What the server knows: users, roles, settings, and what it has issued.

SPDX-License-Identifier: Apache-2.0

The state is a dict, or a JSON file of the same shape; README.md shows it and
example.py has one. Whatever is wrong with it is a ValueError at the start.
"""
import base64
import collections
import datetime
import hashlib
import json
import os
import re
import secrets
import threading

import policy

SETTINGS = {
    # The region that signatures must be scoped to: a name, several, or None
    # for any. A Host of sts.REGION.amazonaws.com decides for itself.
    "region": None,
    # Regions in which AssumeRole answers RegionDisabledException.
    "disabled_regions": [],
    # Seconds by which the server's clock is ahead of the host's.
    "clock_offset": 0,
    # How far off a signature's time may be.
    "skew_minutes": 5,
    # Issued credentials last so many seconds, whatever was asked for.
    "lifetime": None,
    # What 100 % of PackedPolicySize is, in bytes of deflated JSON.
    "packed_limit": 2048,
    # SignatureDoesNotMatch quotes the canonical request, as AWS does.
    "show_canonical": True,
    # " because no identity-based policy allows..." after AccessDenied.
    "because": False,
    # Bytes of an issued session token.
    "token_length": 600,
    # Audiences (client ids) of the OIDC provider that tokens come from.
    "audiences": ["sts.amazonaws.com"],
    # Which certificate the TLS port shows, and the one version it speaks.
    "certificate": "good",
    "tls": None,
}

_ARN = re.compile(r"arn:(aws[a-z-]*):iam::(\d{12}):(root|user/\S+|role/\S+)\Z")
_STATE_KEYS = {"users", "roles", "tokens", "settings"}
_TOKEN_KEYS = {"subject", "audience", "expired", "rejected", "unreachable"}
_USER_KEYS = {"arn", "id", "keys", "inactive_keys", "policy", "mfa", "tags"}
_ROLE_KEYS = {"arn", "id", "trust", "policy", "max_session_duration", "tags",
              "web_subjects"}
_TRUST_KEYS = {"principals", "external_id", "tag_session",
               "set_source_identity", "source_identity", "role_session_name"}
ISSUED_MAX = 20000


class Principal:
    """Who signed: a user, an account's root, or a role session."""

    def __init__(self, kind, arn, user_id, secret):
        self.kind = kind            # "user", "root", "session"
        self.arn = arn
        self.account = arn.split(":")[4]
        self.user_id = user_id
        self.secret = secret
        self.arns = {arn}           # what a trust policy may call it
        self.policies = []          # identity policies
        self.session_policies = None  # None: no limit
        self.token = None
        self.expires = None
        self.active = True
        self.source_identity = None
        self.tags = {}
        self.transitive = {}        # inherited session tags
        self.mfa = {}


class Role:
    def __init__(self, raw):
        _known(raw, _ROLE_KEYS, "role")
        self.arn = raw["arn"]
        match = _ARN.match(self.arn)
        if not match or not match.group(3).startswith("role/"):
            raise ValueError("%r is no role ARN" % self.arn)
        self.partition, self.account = match.group(1, 2)
        self.name = self.arn.rsplit("/", 1)[1]
        self.id = raw.get("id") or _made_id("AROA", self.arn)
        self.max_duration = raw.get("max_session_duration", 3600)
        self.trust = _document(_trust(raw.get("trust", {})), True, self.arn)
        self.policies = _policies(raw.get("policy"), self.arn)
        self.tags = raw.get("tags", {})
        # Patterns of the subjects whose tokens may take the role.
        self.web_subjects = raw.get("web_subjects", [])


def _token(raw):
    _known(raw, _TOKEN_KEYS, "token")
    return dict({"audience": "sts.amazonaws.com"}, **raw)


def _known(raw, keys, what):
    if not isinstance(raw, dict):
        raise ValueError("%s: an object was expected" % what)
    odd = set(raw) - keys
    if odd:
        raise ValueError("%s: unknown %s" % (what, ", ".join(sorted(odd))))


def _check_kind(name, value):
    default = SETTINGS[name]
    if isinstance(default, bool):
        good = isinstance(value, bool)
    elif isinstance(default, int) or name == "lifetime" and value is not None:
        good = isinstance(value, (int, float)) and \
            not isinstance(value, bool)
    elif isinstance(default, list):
        good = isinstance(value, list)
    else:
        good = True
    if not good:
        raise ValueError("setting %s: %r has the wrong type" % (name, value))


def _made_id(prefix, text):
    digest = hashlib.sha256(text.encode()).digest()
    return prefix + base64.b32encode(digest).decode()[:17]


def _document(document, trust, name):
    found = policy.problem(document, trust)
    if found:
        raise ValueError("%s: %s" % (name, found))
    return document


def _trust(raw):
    """A trust policy as it is, or made from the short form."""
    if "Statement" in raw:
        return raw
    _known(raw, _TRUST_KEYS, "trust")
    actions = ["sts:AssumeRole"]
    if raw.get("tag_session"):
        actions.append("sts:TagSession")
    if raw.get("set_source_identity") or raw.get("source_identity"):
        actions.append("sts:SetSourceIdentity")
    condition = {}
    if raw.get("external_id") is not None:
        condition["sts:ExternalId"] = raw["external_id"]
    condition = {"StringEquals": condition} if condition else {}
    patterns = {"sts:" + key: raw[name] for key, name in
                (("SourceIdentity", "source_identity"),
                 ("RoleSessionName", "role_session_name")) if raw.get(name)}
    if patterns:
        condition["StringLike"] = patterns
    statement = {"Effect": "Allow", "Action": actions,
                 "Principal": {"AWS": raw.get("principals", [])}}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


def _policies(raw, name):
    """Identity policies: one document, a list of them, or the short form
    {"assume_role": [...], "tag_session": [...], "set_source_identity": [...]}
    of role ARN patterns, where the latter two default to the first."""
    if raw is None:
        return []
    documents = []
    for part in policy.listed(raw):
        if "Statement" not in part:
            _known(part, {"assume_role", "tag_session",
                          "set_source_identity"}, "policy of " + name)
            first = part.get("assume_role", [])
            rules = (("sts:AssumeRole", first),
                     ("sts:TagSession", part.get("tag_session", first)),
                     ("sts:SetSourceIdentity",
                      part.get("set_source_identity", first)))
            part = {"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Action": action, "Resource": roles}
                for action, roles in rules if roles]}
            if not part["Statement"]:
                continue
        documents.append(_document(part, False, name))
    return documents


def _letters(count):
    return "".join(secrets.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
                   for _ in range(count))


def _users(raw):
    _known(raw, _USER_KEYS, "user")
    arn = raw["arn"]
    match = _ARN.match(arn)
    if not match or match.group(3).startswith("role/"):
        raise ValueError("%r is no ARN of a user or of root" % arn)
    root = match.group(3) == "root"
    user_id = match.group(2) if root else \
        raw.get("id") or _made_id("AIDA", arn)
    keys = [(True, pair) for pair in raw.get("keys", {}).items()]
    keys += [(False, pair) for pair in raw.get("inactive_keys", {}).items()]
    for active, (access_key, secret) in keys:
        made = Principal("root" if root else "user", arn, user_id, secret)
        made.active = active
        made.policies = _policies(raw.get("policy"), arn)
        made.mfa = raw.get("mfa", {})
        made.tags = raw.get("tags", {})
        yield access_key, made


class State:
    """Thread safe. `settings` is read freely and changed by set()."""

    def __init__(self, raw):
        self.lock = threading.Lock()
        self.settings = dict(SETTINGS)
        self.issued = collections.OrderedDict()
        self.load(raw)

    def load(self, raw):
        """Take users and roles from `raw`; what was issued stays."""
        _known(raw, _STATE_KEYS, "state")
        users = {}
        for user in raw.get("users", []):
            users.update(_users(user))
        roles = {role["arn"]: Role(role) for role in raw.get("roles", [])}
        tokens = {token: _token(about)
                  for token, about in raw.get("tokens", {}).items()}
        self.set(raw.get("settings", {}))
        self.users, self.roles, self.tokens = users, roles, tokens

    def set(self, changes):
        _known(changes, set(SETTINGS), "settings")
        for name, value in changes.items():
            _check_kind(name, value)
        merged = dict(self.settings)
        merged.update(changes)
        self.settings = merged

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + \
            datetime.timedelta(seconds=self.settings["clock_offset"])

    def find(self, access_key):
        return self.users.get(access_key) or self.issued.get(access_key)

    def issue(self, principal, seconds):
        """Fill in secret, token and end; returns the access key id."""
        if self.settings["lifetime"] is not None:
            seconds = self.settings["lifetime"]
        # AWS's Expiration is in whole seconds, and so is the end.
        principal.expires = self.now().replace(microsecond=0) + \
            datetime.timedelta(seconds=seconds)
        principal.secret = base64.b64encode(os.urandom(30)).decode()
        length = max(16, self.settings["token_length"])
        principal.token = base64.b64encode(os.urandom(length)).decode()[
            :length]
        access_key = "ASIA" + _letters(16)
        with self.lock:
            self.issued[access_key] = principal
            while len(self.issued) > ISSUED_MAX:
                self.issued.popitem(last=False)
        return access_key

    def expire(self, access_key):
        """End issued credentials now (all of them with None); returns how
        many there were."""
        with self.lock:
            chosen = [principal for key, principal in self.issued.items()
                      if access_key in (None, key)]
        for principal in chosen:
            principal.expires = self.now() - datetime.timedelta(seconds=1)
        return len(chosen)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)
