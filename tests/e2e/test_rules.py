"""Whom a rule matches, and which of several is taken.

SPDX-License-Identifier: Apache-2.0
"""
import datetime
import pytest

import leaks
import pam
import place
from configuration import ROLE, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture
from rules import given, rule


# Who.

def test_users_are_those_who_are_named(configure, login):
    configure(rule("r", "users = alice, carol"))
    assert [user for user in ("alice", "bob", "carol", "dave", "root")
            if given(login, user)] == ["alice", "carol"]


def test_groups_are_nss_groups_primary_ones_too(configure, login):
    configure(rule("r", "groups = ops"))
    assert [user for user in ("alice", "bob", "dave")
            if given(login, user)] == ["dave"]
    # useradd gave each a group of the same name, which lists no members.
    assert "bob" not in place.run("getent", "group", "bob").stdout.split(
        ":")[3]
    configure(rule("r", "groups = bob"))
    assert [user for user in ("alice", "bob", "dave")
            if given(login, user)] == ["bob"]


def test_users_and_groups_must_both_match(configure, login):
    configure(rule("r", "users = alice, dave\ngroups = sre, sudo"))
    assert [user for user in ("alice", "bob", "carol", "dave")
            if given(login, user)] == ["alice", "dave"]
    configure(rule("r", "users = alice, bob\ngroups = sre"))
    assert [user for user in ("alice", "bob", "dave")
            if given(login, user)] == []


def test_group_that_changes_holds_from_the_next_login(configure, login):
    configure(rule("r", "groups = ops"))
    assert given(login, "bob") == []
    try:
        assert place.run("gpasswd", "-a", "bob", "ops").returncode == 0
        assert given(login, "bob") == ["r"]
    finally:
        place.run("gpasswd", "-d", "bob", "ops")
    assert given(login, "bob") == []


def test_services_are_sshd_and_login_unless_said(configure, login):
    configure.text("[defaults]\nregion = eu-west-1\nsts_endpoint = %s\n"
                   "[source s]\ntype = profile\nprofile = bastion\n"
                   "credentials_file = /etc/awsrole/aws/credentials\n%s"
                   % (configure.sts.http_url, rule("r", "users = alice")))
    assert [service for service in ("sshd", "login", "su", "sudo", "cron")
            if given(login, service=service)] == ["sshd", "login"]
    configure(rule("r", "users = alice", services="su, cron"))
    assert [service for service in ("sshd", "login", "su", "sudo", "cron")
            if given(login, service=service)] == ["su", "cron"]


@pytest.mark.parametrize("rhosts, yes, no", [
    ("10.1.2.3", ["10.1.2.3", "::ffff:10.1.2.3"], ["10.1.2.4"]),
    ("10.1.0.0/16", ["10.1.0.0", "10.1.255.255"],
     ["10.2.0.0", "10.0.255.255", "::1"]),
    ("192.0.2.0/25, 2001:db8::/33",
     ["192.0.2.127", "2001:db8:7fff::1", "2001:DB8::"],
     ["192.0.2.128", "2001:db8:8000::", "2001:db7::"]),
    ("::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "127.0.0.1"]),
    ("0.0.0.0/0", ["8.8.8.8"], ["2001:db8::1"]),
    ("::/0", ["2001:db8::1"], ["8.8.8.8"]),
])
def test_rhosts_are_networks(rhosts, yes, no, configure, login):
    configure(rule("r", "users = alice", rhosts=rhosts))
    assert [each for each in yes if not given(login, rhost=each)] == []
    assert [each for each in no + ["host.example", ""]
            if given(login, rhost=each)] == []
    assert given(login) == []  # nobody said where from


def test_valid_until_is_the_end_of_that_day(configure, login):
    today = datetime.datetime.now(datetime.timezone.utc)
    for days, wanted in ((2, ["r"]), (-2, [])):
        date = (today + datetime.timedelta(days=days)).strftime("%Y-%m-%d")
        configure(rule("r", "users = alice", valid_until=date))
        assert given(login) == wanted, date


def test_star_is_everyone_from_min_uid_up_but_root(configure, login):
    lowest = place.uid("bob")
    configure(rule("r", "users = *"), defaults="min_uid = %d\n" % lowest)
    assert [user for user in ("root", "daemon", "alice", "bob", "carol")
            if given(login, user)] == ["bob", "carol"]
    # By default, from UID_MIN of login.defs.
    configure(rule("r", "users = *"))
    assert [user for user in ("root", "daemon", "alice", "nobody")
            if given(login, user)] == ["alice", "nobody"]
    # Who is named is not held to it.
    configure(rule("r", "users = daemon, *"))
    assert given(login, "daemon") == ["r"]


def test_root_only_where_root_is_named(configure, login):
    for who in ("users = *", "groups = root", "users = *\ngroups = root"):
        configure(rule("r", who))
        assert given(login, "root") == [], who
    for who in ("users = root", "users = *, root",
                "users = root\ngroups = root"):
        configure(rule("r", who))
        assert given(login, "root") == ["r"], who


# Which.

def test_exclusion_without_a_profile_ends_all(configure, login, sts):
    configure(rule("first", "users = alice")
              + rule("out", "users = alice, bob", "none")
              + rule("all", "users = *"))
    assert given(login) == ["first"]
    assert given(login, "bob") == []
    assert given(login, "carol") == ["all"]


def test_exclusion_with_a_profile_takes_that_one(configure, login):
    configure(rule("out", "users = bob", "none", profile="admin")
              + rule("a", "users = *", profile="admin")
              + rule("b", "users = *", "Short", profile="reader"))
    assert given(login) == ["admin", "reader"]
    assert given(login, "bob") == ["reader"]


def test_first_match_of_a_profile_wins(configure, login, sts):
    configure(rule("one", "groups = sudo", "Short", profile="p")
              + rule("two", "users = *", "BastionSRE", profile="p"))
    assert given(login, "alice") == ["p"]
    assert given(login, "bob") == ["p"]
    assert [record["parameters"]["RoleArn"].replace(ROLE, "")
            for record in sts.requests()] == ["Short", "BastionSRE"]


# Where it is written.

def test_files_of_conf_d_come_in_order_and_after(configure, login, sts):
    configure(rule("main", "users = alice", profile="p"))
    more = "/etc/awsrole/conf.d/%s"
    write(more % "20-b.conf", rule("b", "users = *", "Short", profile="p"))
    write(more % "10-a.conf", rule("a", "users = bob", "none"))
    write(more % "05-no.conf.bak", "nonsense\n")
    write(more % ".05-no.conf", "nonsense\n")
    for user, wanted in (("alice", ["p"]), ("bob", []), ("carol", ["p"])):
        assert given(login, user) == wanted, user
    assert [record["parameters"]["RoleArn"].replace(ROLE, "")
            for record in sts.requests()] == ["BastionSRE", "Short"]


def test_defaults_merge_over_the_files_and_the_later_wins(configure, login,
                                                          sts):
    configure(rule("r", "users = alice")
              + rule("own", "users = bob", duration_seconds="30m"),
              defaults="duration_seconds = 2h\nrole_session_name = {user}-1"
              "\nsource_identity = off\n")
    write("/etc/awsrole/conf.d/10.conf",
          "[defaults]\nduration_seconds = 3h\n")
    write("/etc/awsrole/conf.d/20.conf",
          "[defaults]\nrole_session_name = {user}-2\n")
    for user, seconds in (("alice", "10800"), ("bob", "1800")):
        sts.forget()
        given(login, user)
        asked = sts.requests()[0]["parameters"]
        assert asked["DurationSeconds"] == seconds
        assert asked["RoleSessionName"] == user + "-2"


def test_section_that_stands_twice_names_both_places(configure, login, log,
                                                     sts):
    configure(rule("r", "users = alice"))
    write("/etc/awsrole/conf.d/10.conf", rule("r", "users = bob"))
    assert login().result == pam.SESSION_ERR
    text = log.wait(r"configuration: .*\[role r\]")[0]["text"]
    assert "/etc/awsrole/conf.d/10.conf:1" in text
    assert "/etc/awsrole/awsrole.conf:" in text
    assert sts.requests() == []


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)
