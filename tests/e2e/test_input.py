"""Names, terminals and hosts that somebody chose badly, or to do harm: each
becomes a legal session name, never a path and never another person's name.

SPDX-License-Identifier: Apache-2.0
"""
import json
import os
import re

import pytest

import left
import leaks
import pam
import place
from configuration import ROLE, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture

# sts:RoleSessionName, from the API Reference of AWS STS.
LEGAL = re.compile(r"[\w+=,.@-]{2,64}\Z", re.ASCII)
LONG = 4096
NAMES = [
    "a", "b", "_", ".", "..", "A", "DOMAIN\\user", "DOMAIN-user",
    "DOMAIN/user", "domain\\user", "../../etc/passwd", "..%2f..", "x y",
    "x-y", "$(reboot)", "`id`", "a;b", "'", "\"", "*", "%s%n",
    "[role sre]", "jürgen", "ju\u0308rgen", "jurgen", "山田", "user@CORP",
    "x" * 64, "x" * 65, "x" * 66, "x" * 65 + "y", "y" * 255,
    "z" * 4000, "u1", "u2"]


@pytest.fixture
def people():
    """people(names) writes them to /etc/passwd; as it was, afterwards."""
    with open("/etc/passwd", encoding="utf-8") as file:
        before = file.read()
    added = []

    def add(*names):
        added.extend(names)
        write("/etc/passwd", before + "".join(
            "%s:x:%d:%d::/:/bin/sh\n" % (name, 30000 + number,
                                         30000 + number)
            for number, name in enumerate(added)))
    yield add
    write("/etc/passwd", before)


def everyone(configure, template, more=""):
    configure("[role all]\nrole_arn = %sTagged\nusers = *\n"
              "role_session_name = %s\n%s" % (ROLE, template, more))


def called(sts):
    """The session name that the STS was asked for last."""
    call = sts.requests()[-1]
    assert (call["signature"], call["status"]) == ("ok", 200), call
    name = call["parameters"]["RoleSessionName"]
    assert LEGAL.match(name), name
    return name


@pytest.mark.parametrize("template", ["{user}", "{user}@{host}"])
def test_each_person_has_a_legal_name_of_their_own(template, configure,
                                                   people, login, sts):
    everyone(configure, template)
    people(*NAMES)
    names = {}
    for user in NAMES:
        one = login(user)
        assert one.result == pam.SUCCESS, user
        uid, folder = one.environment["AWSROLE_SESSION"].split("/")
        assert int(uid) == place.uid(user)
        assert re.fullmatch(place.HEX_ID, folder)
        assert sorted(os.listdir(place.RUN)) == sorted([uid, "records"])
        shown = json.loads(one.file("session.json"))["user"]
        assert shown == user or len(shown) > 500 and user.startswith(shown)
        name = called(sts)
        assert name not in names, (user, names[name])
        names[name] = user
        assert one.end() == pam.SUCCESS
        left.nothing_left()
        place.run("rmdir", "%s/%s" % (place.RUN, uid))
    # Who needed no change has none.
    suffix = template.replace("{user}", "").replace("{host}", "bastion")
    for user in ("u1", "u2", "DOMAIN-user", "x-y", "jurgen", "user@CORP"):
        assert names[user + suffix] == user


def test_nobody_can_be_named_as_another_was_renamed(configure, people, login,
                                                    sts):
    everyone(configure, "{user}")
    odd = ["DOMAIN\\user", "a", "x" * 65]
    people(*odd)
    taken = []
    for user in odd:
        assert login(user).result == pam.SUCCESS
        taken.append(called(sts))
    # Somebody makes users of just these names.
    people(*taken)
    for user in taken:
        assert login(user).result == pam.SUCCESS
        assert called(sts) not in taken, user


def test_two_facts_cannot_be_moved_into_one_another(configure, people, login,
                                                    sts):
    everyone(configure, "{ruser}-{user}")
    people("c", "b-c")
    assert login("c", ruser="a-b").result == pam.SUCCESS
    one = called(sts)
    assert login("b-c", ruser="a").result == pam.SUCCESS
    assert called(sts) != one


@pytest.mark.parametrize("user", ["x\ty", "x\033[2Jy"])
def test_name_with_a_control_character_is_refused(user, configure, people,
                                                  login, log, sts):
    """Nor does it get what the one gets whose name it is shown as."""
    everyone(configure, "{user}")
    people(user, re.sub(r"[\0-\x1f]", "?", user))
    assert login(user).result == pam.SESSION_ERR
    log.wait(r'no role for user "x\?(\[2J)?y": directory: ')
    assert sts.requests() == [] and left.everything() == []


def test_name_longer_than_any_message_is_refused(configure, people, login,
                                                 log, sts):
    """Cut, it would be the name of somebody else, who is there too."""
    everyone(configure, "{user}")
    people("w" * 5000, "w" * 4096)
    assert login("w" * 5000).result == pam.SESSION_ERR
    leaks.flush()
    assert log.ours() != []
    assert sts.requests() == [] and left.everything() == []


ODD = {
    "newline": "pts/1\nAWSROLE_USER=root",
    "carriage return": "a\rb",
    "escape": "\033]0;x\007",
    "dots": "../../../etc/passwd",
    "4 KiB": "h" * LONG,
    "4 KiB of UTF-8": "ü" * (LONG // 2),
    "UTF-8": "gwü.example",
    "not UTF-8": b"\xff\xfe\xc0\xaf",
    "cut UTF-8": b"h" * 2047 + "ü".encode(),
    "one letter": "t",
    "blank": " ",
    "empty": "",
    "format": "%s%n%99999d",
    "record": "a\0b".replace("\0", "="),
    "quotes": "\"},{'",
    "equals": "env=LD_PRELOAD=/tmp/x",
    "template": "{user}{session}",
    "section": "[defaults]",
}


@pytest.mark.parametrize("item", ["tty", "rhost", "ruser"])
def test_odd_item_is_a_legal_name_and_a_legal_tag(item, configure, login,
                                                  sts):
    everyone(configure, "{user}={%s}" % item, "tags = Item={%s}\n" % item)
    seen = {}
    for kind, value in ODD.items():
        one = login("alice", **{item: value})
        assert one.result == pam.SUCCESS, kind
        name = called(sts)
        assert name.startswith("alice="), kind
        tag = sts.requests()[-1]["parameters"]["Tags.member.1.Value"]
        assert re.fullmatch(r"[\w\s.:/=+@-]{0,256}", tag), kind
        assert name not in seen, (kind, seen[name])
        seen[name] = kind
        shown = json.loads(one.file("session.json"))
        assert shown["user"] == "alice"
        assert not re.search(r"[\0-\x1f]", json.dumps(
            shown, ensure_ascii=False)), kind
        # What it left in the record can be read again.
        session = one.environment["AWSROLE_SESSION"]
        assert place.run(place.program("awsrole-helper"),
                         "sweep").returncode == 0
        assert left.sessions() == [session], kind
        assert left.records() == [session.replace("/", ".")]
        assert one.end() == pam.SUCCESS
        left.nothing_left()


def test_one_line_of_the_log_stays_one(configure, login, log):
    everyone(configure, "{user}")
    one = login(tty="x\nforged: line", rhost="h\nsession 0/0 opened",
                ruser="r\r\nforged")
    assert one.result == pam.SUCCESS
    assert one.end() == pam.SUCCESS
    leaks.flush()
    for entry in log.ours():
        assert not entry["text"].startswith(("forged", "session 0/0"))
        assert not re.search(r"[\0-\x1f]", entry["text"])
        for name, value in entry["fields"].items():
            assert not re.search(r"[\0-\x1f]", value), name
            assert re.fullmatch(r"AWSROLE_\w+|PRIORITY|SYSLOG_\w+", name)


def test_one_login_is_not_taken_for_the_host_it_names(configure, login, sts):
    """An rhost that only begins like an allowed one allows nothing."""
    configure("[role near]\nrole_arn = %sBastionSRE\nusers = alice\n"
              "rhosts = 10.1.0.0/16, 2001:db8::/32\n" % ROLE)
    for rhost in ("10.1.0.1\n", "10.1.0.1 ", " 10.1.0.1", "10.1.0.1.evil.com",
                  "10.1.0.1/8", "010.1.0.1", "0x0a.1.0.1", "167837697",
                  "10.1.1", "2001:db9::1%2001:db8::1", "[2001:db8::1]",
                  "localhost", "", None):
        assert login(rhost=rhost).result == pam.IGNORE, rhost
    assert sts.requests() == []


@pytest.mark.parametrize("name", ["../../etc/shadow", "su\\x", "SU",
                                  "s" * 200, "ssh d"])
def test_odd_service_is_not_the_one_that_is_meant(name, configure, login,
                                                  sts):
    """libpam takes the last part of a path for the service, in lower case."""
    service = name.rsplit("/", 1)[-1].lower()
    configure("[role sre]\nrole_arn = %sBastionSRE\nusers = alice\n"
              "services = sshd, su\n" % ROLE)
    one = login(service=service)
    assert one.result == (pam.SUCCESS if service == "su" else pam.IGNORE)


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)
