"""The calls that the server answers.

SPDX-License-Identifier: Apache-2.0

A call is a function (caller, parameters, context) that returns a dict for
answers.result() or raises StsError. One that nobody signs, as
AssumeRoleWithWebIdentity, has its name in UNSIGNED too and gets None as
caller.
"""
import json
import re
import zlib

import policy
from answers import Expiration, StsError
from limits import AssumeRole, invalid
from state import Principal
from web_identity import assume_role_with_web_identity

VERSION = "2011-06-15"
_ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]+\Z",
                       re.ASCII)
_MANAGED = re.compile(r"arn:aws[a-z-]*:iam::(aws|\d{12}):policy/\S+\Z")


class Context:
    """What a call may need beside its parameters."""

    def __init__(self, state, shape, region, address, secure):
        self.state = state
        self.shape = shape
        self.region = region        # that the signature was scoped to
        self.address = address      # of the peer
        self.secure = secure        # TLS

    @staticmethod
    def session_policies(call, role):
        return _session_policies(call, role)


def get_caller_identity(caller, _parameters, _context):
    return {"Arn": caller.arn, "UserId": caller.user_id,
            "Account": caller.account}


def _access_denied(caller, action, arn, because):
    text = ("User: %s is not authorized to perform: %s on resource: %s"
            % (caller.arn, action, arn))
    if because:
        text += (" because no identity-based policy allows the %s action"
                 % action)
    return StsError(403, "AccessDenied", text)


def _conditions(caller, call, tags, source_identity, context):
    found = {
        "sts:externalid": call.externalId,
        "sts:rolesessionname": call.roleSessionName,
        "sts:sourceidentity": source_identity,
        "sts:durationseconds":
            None if call.duration is None else str(call.duration),
        "sts:transitivetagkeys": call.transitive,
        "aws:tagkeys": [key for key, _ in call.tags],
        "aws:sourceip": context.address,
        "aws:securetransport": "true" if context.secure else "false",
        "aws:requestedregion": context.region,
        "aws:principalarn": caller.arn,
        "aws:principalaccount": caller.account,
        "aws:userid": caller.user_id,
        "aws:sourceidentity": caller.source_identity,
        "aws:multifactorauthpresent":
            "true" if call.serialNumber else None,
    }
    if caller.kind == "user":
        found["aws:username"] = caller.arn.rsplit("/", 1)[1]
    for key, value in tags.items():
        found["aws:requesttag/" + key.lower()] = value
    for key, value in caller.tags.items():
        found["aws:principaltag/" + key.lower()] = value
    return {key: value for key, value in found.items() if value is not None}


def _allowed(caller, action, role, conditions):
    """Both sides must agree; in one account a trust policy that names the
    principal itself is enough."""
    trust = policy.decide([role.trust], action, None, conditions, caller)
    own = policy.decide(caller.policies, action, role.arn, conditions)
    if "deny" in (trust, own) or trust is None:
        return False
    if caller.session_policies is not None and policy.decide(
            caller.session_policies, action, role.arn,
            conditions) != "allow":
        return False
    return own == "allow" or (trust == "direct"
                              and caller.account == role.account)


def _authorize(caller, call, role, tags, source_identity, context):
    because = context.state.settings["because"]
    if caller.kind == "root":
        raise StsError(403, "AccessDenied",
                       "Roles may not be assumed by root accounts.")
    if call.serialNumber is not None and \
            caller.mfa.get(call.serialNumber) != call.tokenCode:
        raise StsError(403, "AccessDenied",
                       "MultiFactorAuthentication failed with invalid MFA "
                       "one time pass code.")
    actions = ["sts:AssumeRole"]
    if tags:
        actions.append("sts:TagSession")
    if source_identity:
        actions.append("sts:SetSourceIdentity")
    conditions = None
    for action in actions:
        if role is None:
            # A role that does not exist reads as one that says no.
            raise _access_denied(caller, action, call.roleArn, because)
        if conditions is None:
            conditions = _conditions(caller, call, tags, source_identity,
                                     context)
        if not _allowed(caller, action, role, conditions):
            raise _access_denied(caller, action, role.arn, because)
    # Sticky: who has one keeps it.
    if caller.source_identity and source_identity != caller.source_identity:
        raise _access_denied(caller, "sts:SetSourceIdentity", role.arn,
                             because)


def _check_duration(caller, call, role):
    if call.duration is None:
        return 3600
    if caller.kind == "session" and call.duration > 3600:
        raise invalid("The requested DurationSeconds exceeds the 1 hour "
                      "session limit for roles assumed by role chaining.")
    if call.duration > role.max_duration:
        raise invalid("The requested DurationSeconds exceeds the "
                      "MaxSessionDuration set for this role.")
    return call.duration


def _session_policies(call, role):
    """None, or the documents that bound the session. A managed policy's
    text is not known here: it bounds nothing."""
    for arn in call.policy_arns:
        match = _MANAGED.match(arn or "")
        if not match or match.group(1) not in ("aws", role.account):
            raise invalid("ARN %s is not valid." % arn)
    if call.policy is None:
        return None
    document, problem = policy.parse(call.policy)
    if problem:
        raise StsError(400, "MalformedPolicyDocument", problem)
    return [document]


def _packed_size(call, limit):
    """The percentage, or None without policies and tags. AWS's packing is
    its own; this one only grows with what is given, as that does."""
    if call.policy is None and not call.policy_arns and not call.tags:
        return None
    plain = json.dumps([call.policy, call.policy_arns, call.tags,
                        call.transitive])
    size = len(zlib.compress(plain.encode("utf-8", "replace")))
    percent = max(1, -(-size * 100 // limit))
    if percent > 100:
        text = "Packed policy consumes %d%% of allotted space, please use " \
               "smaller policy."
        if call.policy is None and not call.policy_arns:
            text = "Packed size of session tags consumes %d%% of allotted " \
                   "space."
        raise StsError(400, "PackedPolicyTooLarge", text % percent)
    return percent


def _tags(caller, call):
    """All session tags: inherited ones and the request's."""
    inherited = {key.lower() for key in caller.transitive}
    if any(key.lower() in inherited for key, _ in call.tags):
        raise StsError(400, "InvalidParameterValue",
                       "One of the specified transitive tag keys can't be "
                       "set because it conflicts with a transitive tag key "
                       "from the calling session.")
    return dict(caller.transitive, **dict(call.tags))


def assume_role(caller, parameters, context):
    call = AssumeRole(parameters)
    call.check()
    if not _ROLE_ARN.match(call.roleArn):
        raise invalid("%s is invalid" % call.roleArn)
    state = context.state
    role = state.roles.get(call.roleArn)
    if context.region in state.settings["disabled_regions"]:
        raise StsError(
            403, "RegionDisabledException",
            "STS is not activated in this region for account:%s. Your "
            "account administrator can activate STS in this region using "
            "the IAM Console." % call.roleArn.split(":")[4])
    tags = _tags(caller, call)
    source_identity = call.sourceIdentity or caller.source_identity
    _authorize(caller, call, role, tags, source_identity, context)
    seconds = _check_duration(caller, call, role)
    session_policies = _session_policies(call, role)
    packed = _packed_size(call, state.settings["packed_limit"])

    arn = "arn:%s:sts::%s:assumed-role/%s/%s" % (
        role.partition, role.account, role.name, call.roleSessionName)
    session = Principal("session", arn,
                        "%s:%s" % (role.id, call.roleSessionName), None)
    session.arns.add(role.arn)
    session.policies = role.policies
    session.session_policies = session_policies
    session.source_identity = source_identity
    transitive = {key.lower() for key in call.transitive}
    session.transitive = {
        key: value for key, value in tags.items()
        if key.lower() in transitive or key in caller.transitive}
    session.tags = dict(role.tags, **tags)
    access_key = state.issue(session, seconds)
    return {
        "SourceIdentity": source_identity,
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": arn},
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": Expiration(session.expires, context.shape),
        },
        "PackedPolicySize": packed,
    }


ACTIONS = {
    "AssumeRole": assume_role,
    "AssumeRoleWithWebIdentity": assume_role_with_web_identity,
    "GetCallerIdentity": get_caller_identity,
}
UNSIGNED = {"AssumeRoleWithWebIdentity"}


def find(parameters):
    """(name, function), or StsError."""
    name = parameters.get("Action")
    if not name:
        raise StsError(400, "MissingAction",
                       "The request must contain the parameter Action")
    version = parameters.get("Version")
    if name not in ACTIONS or version != VERSION:
        raise StsError(400, "InvalidAction",
                       "Could not find operation %s for version %s"
                       % (name, version or "NO_VERSION_SPECIFIED"))
    return name, ACTIONS[name]
