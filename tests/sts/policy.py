"""IAM policy documents: are they well formed, and what do they say?

SPDX-License-Identifier: Apache-2.0

The part of IAM's language that trust policies, callers' policies and session
policies for sts use. An operator that is not known here is refused by
problem(), never passed over.
"""
import functools
import ipaddress
import json
import operator
import re


@functools.lru_cache(maxsize=4096)
def _wild(pattern):
    text = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(text, re.DOTALL)


def like(pattern, text):
    """IAM's wildcards * and ?."""
    return _wild(pattern).fullmatch(text) is not None


def listed(value):
    return value if isinstance(value, list) else [value]


def _in_network(network, address):
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(
            network, strict=False)
    except ValueError:
        return False


def _number(compare):
    def test(want, got):
        try:
            return compare(float(got), float(want))
        except ValueError:
            return False
    return test


_OPERATORS = {
    "StringEquals": lambda want, got: want == got,
    "StringEqualsIgnoreCase": lambda want, got: want.lower() == got.lower(),
    "StringLike": like,
    "ArnEquals": like,
    "ArnLike": like,
    "IpAddress": _in_network,
    "Bool": lambda want, got: want.lower() == got.lower(),
    "NumericEquals": _number(operator.eq),
    "NumericLessThan": _number(operator.lt),
    "NumericLessThanEquals": _number(operator.le),
    "NumericGreaterThan": _number(operator.gt),
    "NumericGreaterThanEquals": _number(operator.ge),
}
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NotIpAddress": "IpAddress",
}


def _split_operator(name):
    quantifier = None
    if ":" in name:
        quantifier, name = name.split(":", 1)
    optional = name.endswith("IfExists")
    if optional:
        name = name[:-len("IfExists")]
    return quantifier, name, optional


def _text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _filled(text, context):
    def value(match):
        got = context.get(match.group(1).lower())
        # IAM: a variable without a value matches nothing.
        return got if isinstance(got, str) else "\0"
    return re.sub(r"\$\{([^}]+)\}", value, text)


def _condition_holds(name_of_test, key, wanted, context):
    quantifier, name, optional = _split_operator(name_of_test)
    got = context.get(key.lower())
    if name == "Null":
        return (got is None) == (_text(listed(wanted)[0]) == "true")
    negated = name in _NEGATED
    test = _OPERATORS[_NEGATED.get(name, name)]
    wanted = [_filled(_text(value), context) for value in listed(wanted)]

    def one(value):
        hit = any(test(want, value) for want in wanted)
        return hit != negated

    if quantifier == "ForAllValues":
        return all(one(value) for value in listed(got or []))
    if got is None or got == []:
        # Without a value: a negated operator is true, any other false.
        return optional or (negated and quantifier is None)
    return any(one(value) for value in listed(got))


def _statement_applies(statement, action, resource, context):
    def named(key, text, lower):
        return any(like(_filled(part, context).lower() if lower
                        else _filled(part, context),
                        text.lower() if lower else text)
                   for part in listed(statement[key]))

    if "Action" in statement and not named("Action", action, True):
        return False
    if "NotAction" in statement and named("NotAction", action, True):
        return False
    if resource is not None:
        if "Resource" in statement and not named("Resource", resource, False):
            return False
        if "NotResource" in statement and \
                named("NotResource", resource, False):
            return False
    return all(_condition_holds(test, key, wanted, context)
               for test, block in statement.get("Condition", {}).items()
               for key, wanted in block.items())


def _principal_matches(statement, principal):
    """"direct", "account" or None."""
    block = statement.get("Principal")
    if block == "*":
        return "direct"
    found = None
    for part in listed((block or {}).get("AWS", [])):
        if part == "*" or part in principal.arns:
            return "direct"
        if part == principal.account or (
                part.endswith(":root")
                and part.split(":")[4:5] == [principal.account]):
            found = "account"
    return found


def decide(documents, action, resource, context, principal=None):
    """"deny", "direct", "account" (a trust policy that names the whole
    account), "allow" or None where nothing speaks of it. `context` has its
    keys in lower case. With `principal` the documents are trust policies."""
    answer = None
    for document in documents:
        for statement in listed(document["Statement"]):
            how = "allow"
            if principal is not None:
                how = _principal_matches(statement, principal)
                if how is None:
                    continue
            if not _statement_applies(statement, action, resource, context):
                continue
            if statement["Effect"] == "Deny":
                return "deny"
            if answer != "direct":
                answer = how
    return answer


def _statement_problem(statement, trust):
    if not isinstance(statement, dict):
        return "Syntax errors in policy."
    if statement.get("Effect") not in ("Allow", "Deny"):
        return "Syntax errors in policy."
    if "Action" not in statement and "NotAction" not in statement:
        return "Policy statement must contain actions."
    resources = "Resource" in statement or "NotResource" in statement
    if trust:
        if "Principal" not in statement:
            return "Policy statement must contain a principal."
        if resources:
            return "Has prohibited field Resource"
    else:
        if "Principal" in statement or "NotPrincipal" in statement:
            return "Policy document should not specify a principal."
        if not resources:
            return "Policy statement must contain resources."
    if set(statement) - {"Sid", "Effect", "Action", "NotAction", "Resource",
                         "NotResource", "Principal", "Condition"}:
        return "Syntax errors in policy."
    for key in ("Action", "NotAction", "Resource", "NotResource"):
        for part in listed(statement.get(key, [])):
            if not isinstance(part, str):
                return "Syntax errors in policy."
            if key.endswith("Action") and part != "*" and ":" not in part:
                return ("Actions/Conditions must be prefaced by a vendor, "
                        "e.g., iam, sdb, ec2, etc.")
            if key.endswith("Resource") and part != "*" and \
                    not part.startswith(("arn:", "*", "$")):
                return ("Resource %s must be in ARN format or \"*\"." % part)
    conditions = statement.get("Condition", {})
    if not isinstance(conditions, dict):
        return "Syntax errors in policy."
    for test, block in conditions.items():
        quantifier, name, _ = _split_operator(test)
        if quantifier not in (None, "ForAnyValue", "ForAllValues") or \
                name not in _OPERATORS and name not in _NEGATED and \
                name != "Null":
            return "Invalid Condition type : %s." % test
        if not isinstance(block, dict):
            return "Syntax errors in policy."
    return None


def problem(document, trust=False):
    """What is wrong with a document that json.loads returned, or None."""
    if not isinstance(document, dict) or "Statement" not in document:
        return "Syntax errors in policy."
    if document.get("Version", "2008-10-17") not in ("2008-10-17",
                                                     "2012-10-17"):
        return "The policy must contain a valid version string"
    if set(document) - {"Version", "Id", "Statement"}:
        return "Syntax errors in policy."
    if not listed(document["Statement"]):
        return "Syntax errors in policy."
    for statement in listed(document["Statement"]):
        found = _statement_problem(statement, trust)
        if found:
            return found
    return None


def parse(text):
    """(document, None) or (None, what is wrong) of a session policy."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None, "Syntax errors in policy."
    found = problem(document)
    return (None, found) if found else (document, None)
