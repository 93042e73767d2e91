"""AssumeRoleWithWebIdentity: a role for a token, which nobody signs.

SPDX-License-Identifier: Apache-2.0

Limits and texts are those of the STS service model (2011-06-15) and of the
service's answers. A token here is any text that the state lists.
"""
import datetime
import fnmatch

import limits
from answers import Expiration, StsError
from limits import AssumeRole, invalid
from state import Principal

# Parameters of AssumeRole that this call does not know.
_UNKNOWN = ("ExternalId", "SerialNumber", "TokenCode", "SourceIdentity")


class Call(AssumeRole):
    def __init__(self, parameters):
        super().__init__(parameters)
        self.token = parameters.get("WebIdentityToken")
        self.unknown = [name for name in parameters
                        if name in _UNKNOWN
                        or name.startswith(("Tags.", "TransitiveTagKeys."))]

    def check(self):
        if self.unknown:
            raise invalid("Unknown parameter %s of "
                          "AssumeRoleWithWebIdentity" % self.unknown[0])
        checker = limits.Checker()
        if self.token is None:
            checker.add(None, "webIdentityToken", "Member must not be null")
        checker.text(self.token, "webIdentityToken", 4, 20000, None)
        checker.finish()
        super().check()


def _identity(state, token):
    """What the state says of a token, or StsError."""
    found = state.tokens.get(token)
    if found is None:
        raise StsError(400, "InvalidIdentityToken",
                       "The ID Token provided is not a valid JWT. (You may "
                       "see this error if you sent an Access Token)")
    if found.get("unreachable"):
        raise StsError(400, "IDPCommunicationError",
                       "Couldn't retrieve verification key from your identity "
                       "provider,  please reference AssumeRoleWithWebIdentity "
                       "documentation for requirements")
    if found["audience"] not in state.settings["audiences"]:
        raise StsError(400, "InvalidIdentityToken",
                       "Incorrect token audience")
    if found.get("expired"):
        now = state.now()
        raise StsError(
            400, "ExpiredTokenException",
            "Token expired: current date/time %d must be before the "
            "expiration date/time %d" % (
                now.timestamp(),
                (now - datetime.timedelta(hours=1)).timestamp()))
    if found.get("rejected"):
        raise StsError(403, "IDPRejectedClaim",
                       "The web identity token's %s claim was rejected by "
                       "the identity provider." % found["rejected"])
    return found


def assume_role_with_web_identity(_caller, parameters, context):
    call = Call(parameters)
    call.check()
    state = context.state
    identity = _identity(state, call.token)
    role = state.roles.get(call.roleArn)
    if role is None or not any(
            fnmatch.fnmatchcase(identity["subject"], pattern)
            for pattern in role.web_subjects):
        raise StsError(403, "AccessDenied", "Not authorized to perform "
                       "sts:AssumeRoleWithWebIdentity")
    seconds = 3600 if call.duration is None else call.duration
    if seconds > role.max_duration:
        raise invalid("The requested DurationSeconds exceeds the "
                      "MaxSessionDuration set for this role.")
    arn = "arn:%s:sts::%s:assumed-role/%s/%s" % (
        role.partition, role.account, role.name, call.roleSessionName)
    session = Principal("session", arn,
                        "%s:%s" % (role.id, call.roleSessionName), None)
    session.arns.add(role.arn)
    session.policies = role.policies
    session.session_policies = context.session_policies(call, role)
    session.tags = dict(role.tags)
    access_key = state.issue(session, seconds)
    return {
        "Audience": identity["audience"],
        "AssumedRoleUser": {"AssumedRoleId": session.user_id, "Arn": arn},
        "Provider": "arn:%s:iam::%s:oidc-provider/oidc.example.com"
                    % (role.partition, role.account),
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": session.secret,
            "SessionToken": session.token,
            "Expiration": Expiration(session.expires, context.shape),
        },
        "SubjectFromWebIdentityToken": identity["subject"],
    }
