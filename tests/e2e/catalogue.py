"""The product's table of errors, and what a login that failed must look like.

SPDX-License-Identifier: Apache-2.0
"""
import functools
import os
import re

import checks
import left
import pam
import place

_STRING = r'"((?:[^"\\]|\\.)*)"'
PROVOKED = set()  # what the tests promise to provoke
_seen = set()     # what the running test has seen


def _read():
    """{code: (meaning, remedy)} of helper/base/catalogue.c."""
    path = os.path.join(place.ROOT, "helper", "base", "catalogue.c")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    found = {}
    for match in re.finditer(
            r"\[ERROR_\w+\] =\s*\{((?:\s*%s,?)+)\}" % _STRING, text):
        # Adjacent strings are one.
        parts = [""]
        for piece, comma in re.findall(_STRING + r"(\s*,)?", match[1]):
            parts[-1] += piece.replace('\\"', '"')
            if comma:
                parts.append("")
        name, meaning, remedy = [part for part in parts if part]
        found[name] = (meaning, remedy)
    assert len(found) == len(re.findall(r"^\s+\[ERROR_\w+\]", text, re.M))
    return found


TABLE = _read()


def provokes(*codes):
    """Says which codes a test provokes, and fails it if it did not."""
    assert set(codes) <= set(TABLE), codes
    PROVOKED.update(codes)

    def decorate(test):
        @functools.wraps(test)
        def wrapped(*arguments, **more):
            _seen.clear()
            test(*arguments, **more)
            assert set(codes) <= _seen, "seen only: %s" % _seen
        return wrapped
    return decorate


def seen(code):
    assert code in TABLE
    _seen.add(code)


def logged_by_helper(log, code, what):
    """The helper's line and its fields: code, what (a pattern), remedy."""
    entry = log.wait(r"failed \(%s\): .*%s.*%s\Z" % (
        re.escape(code), what, re.escape(TABLE[code][1])))[-1]
    assert entry["fields"]["AWSROLE_CODE"] == code
    assert entry["fields"]["AWSROLE_EVENT"] == "failure"
    seen(code)
    return entry


def refused(login, log, code, what, user="alice"):
    """The login failed with this code, as DESIGN section 4 wants it."""
    meaning, remedy = TABLE[code]
    assert login.result == pam.SESSION_ERR
    assert login.messages == [meaning]
    entry = logged_by_helper(log, code, what)
    assert entry["fields"]["AWSROLE_USER"] == user
    assert entry["fields"]["AWSROLE_SERVICE"] == "sshd"
    # The module's own line, which is cut where it becomes too long.
    line = log.wait(r'no role for user "%s": %s: ' % (
        re.escape(user), re.escape(code)))[-1]
    if len(line["text"]) < 900:
        assert re.search(what, line["text"], re.S)
        assert line["text"].endswith(remedy), line["text"]
    checks.failed_closed(login.environment)
    assert left.everything() == []
    login.end()
    return entry["text"]
