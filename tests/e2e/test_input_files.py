"""Configurations and pam.d lines that must not be used: each is refused by
name and at once, and `awsrole-helper check` says the same.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re
import shutil
import time

import pytest

import checks
import left
import leaks
import pam
import place
import wire
from configuration import CONFIGURATION, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture

QUICK = 1.0  # seconds
FOLDER = os.path.dirname(CONFIGURATION)
MORE = os.path.join(FOLDER, "conf.d", "10-more.conf")


def group_writes(path):
    os.chmod(path, 0o664)


def others_write(path):
    os.chmod(path, 0o646)


def belongs_to_alice(path):
    os.chown(path, place.uid("alice"), -1)


def is_a_link(path):
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


def is_a_fifo(path):
    os.unlink(path)
    os.mkfifo(path, 0o644)


def is_a_folder(path):
    os.unlink(path)
    os.mkdir(path, 0o755)


def is_a_device(path):
    """/dev/zero's, which never ends."""
    os.unlink(path)
    os.mknod(path, 0o644 | 0o020000, os.makedev(1, 5))


def is_a_gibibyte(path):
    os.truncate(path, 1 << 30)


def has_a_nul(path):
    with open(path, "ab") as file:
        file.write(b"# a\0b\n")


def is_secret(path):
    """Of root alone: the user awsrole reads it."""
    os.chmod(path, 0o600)


FILE = {
    group_writes: r"{0} is writable by others than root \(mode 0664\); "
                  r"run: chmod go-w {0}",
    others_write: r"{0} is writable by others than root \(mode 0646\)",
    belongs_to_alice: r"{0} belongs to uid \d+ and must belong to root; "
                      r"run: chown root {0}",
    is_a_link: r"{0} is a symbolic link",
    is_a_fifo: r"{0} is a FIFO, where a regular file was expected",
    is_a_folder: r"{0} is a folder, where a regular file was expected",
    is_a_device: r"{0} is a device, where a regular file was expected",
    is_a_gibibyte: r"{0} is longer than \d+ bytes",
    has_a_nul: r"{0} contains a NUL byte",
    is_secret: r"{0} cannot be read by the user awsrole",
}


def folder_others_write(path):
    os.chmod(path, 0o757)


def folder_group_writes(path):
    os.chmod(path, 0o775)


def folder_belongs_to_alice(path):
    os.chown(path, place.uid("alice"), -1)


def folder_is_a_link(path):
    os.rename(path, path + ".real")
    os.symlink(path + ".real", path)


ABOVE = {
    folder_others_write: r"the folder {0} is writable by others than root "
                         r"\(mode 0757\); run: chmod go-w {0}",
    folder_group_writes: r"the folder {0} is writable by others than root",
    folder_belongs_to_alice: r"the folder {0} belongs to uid \d+",
    folder_is_a_link: r"{0} is a symbolic link; write the path",
}


def refused(login, log, sts, what):
    """By a login and by the command, in the same words, quickly."""
    before = time.monotonic()
    one = login()
    took = time.monotonic() - before
    assert one.result == pam.SESSION_ERR
    assert took < QUICK
    checks.failed_closed(one.environment)
    line = log.wait(r'no role for user "alice": configuration: .*' + what)
    assert sts.requests() == [] and left.everything() == []
    result, took = place.timed(place.program("awsrole-helper"), "check")
    assert took < QUICK
    assert result.returncode == 1
    assert re.search(what, result.stdout), result.stdout
    said = result.stdout.split("\n")[0].split(". ")[0]
    assert said in line[-1]["text"]


@pytest.fixture
def whole(configure):
    """A configuration that is good as it is, in two files."""
    write(MORE, "[role bob]\nrole_arn = none\nusers = bob\n")
    result = place.run(place.program("awsrole-helper"), "check")
    assert (result.returncode, result.stdout) == (
        0, "3 roles, 1 sources: no mistake found\n")
    yield
    for path in (FOLDER, FOLDER + ".real"):
        if os.path.islink(path):
            os.unlink(path)
        shutil.rmtree(path, ignore_errors=True)


@pytest.mark.parametrize("path", [CONFIGURATION, MORE])
@pytest.mark.parametrize("spoil", FILE, ids=lambda each: each.__name__)
def test_configuration_that_is_not_trusted(spoil, path, whole, login, log,
                                           sts):
    spoil(path)
    refused(login, log, sts, FILE[spoil].format(re.escape(path)))


@pytest.mark.parametrize("path", [FOLDER, os.path.dirname(MORE)])
@pytest.mark.parametrize("spoil", ABOVE, ids=lambda each: each.__name__)
def test_folder_that_is_not_trusted(spoil, path, whole, login, log, sts):
    spoil(path)
    refused(login, log, sts, ABOVE[spoil].format(re.escape(path)))


@pytest.mark.parametrize("key", ["policy_file", "ca_bundle"])
def test_file_that_is_named_is_held_to_the_same(key, configure, login, log,
                                                sts):
    path = configure.file("named", "{}")
    configure("[role sre]\nrole_arn = arn:aws:iam::123456789012:role/Short\n"
              "users = alice\n%s = %s\n" % (key, path))
    others_write(path)
    refused(login, log, sts, r"awsrole\.conf:\d+: %s = %s: %s is writable by "
            r"others" % (key, path, path))


def test_every_mistake_is_told_with_its_place(configure, login, log, sts):
    configure("[role one]\nrole_arn = arn:aws:iam::12345:role/x\n"
              "users = alice\nduration = 5\n[role two]\n[rule three]\n"
              "[role one]\nrole_arn = none\nusers = bob\ntags = a\n")
    result = place.run(place.program("awsrole-helper"), "check")
    lines = result.stdout.splitlines()
    for what in ("role_arn = ", r"unknown key \"duration\"", "users nor",
                 "no role_arn", "rule three", "twice|already|stands", "tags"):
        assert [line for line in lines if re.search(what, line)], (what,
                                                                   lines)
    assert all(re.match(r"/etc/awsrole/awsrole\.conf:\d+: ", line)
               for line in lines), lines
    assert login().result == pam.SESSION_ERR
    leaks.flush()
    texts = [entry["text"] for entry in log.ours()]
    for line in lines:
        assert line in texts
    assert sts.requests() == []


@pytest.mark.parametrize("text, what", [
    ("x\n" * 400000, "neither .* nor .*and 399999 more"),
    ("y" * 1000000, "a line of more than 8192 bytes"),
    ("[role q]\n" + "users = a\n" * 90000, "users stands twice"),
    ("[role q]\nrole_arn = none\nusers = a\n" + " b\n" * 300000,
     "an indented line"),
], ids=["lines", "one line", "keys", "continuation"])
def test_mistakes_without_end_have_an_end(text, what, configure, login, log,
                                          sts):
    """A file as long as one may be, with nothing but mistakes."""
    with open(CONFIGURATION, "a", encoding="ascii") as file:
        file.write(text)
    before = time.monotonic()
    assert login().result == pam.SESSION_ERR
    assert time.monotonic() - before < 5 * QUICK
    log.wait(r'no role for user "alice": configuration: .*' + what)
    leaks.flush()
    assert len(log.ours()) < 1100
    result = place.run(place.program("awsrole-helper"), "check")
    assert result.returncode == 1 and len(result.stdout) < 200000
    assert sts.requests() == []


# The line in pam.d.

@pytest.mark.parametrize("option", [
    "colour=green", "timeout", "timeout=", "timeout=0", "timeout=499ms",
    "timeout=61s", "timeout=10m", "timeout=-5s", "timeout=1e3",
    "timeout=5_s", "timeout=99999999999999999999",
    "Timeout=5s", "timeout=5s=5s", "debug=yes", "debug=", "quiet=no",
    "on_failure", "on_failure=", "on_failure=maybe", "on_failure=OPEN",
    "helper", "socket=run/awsrole/login", "socket=", "socket=/" + "s" * 107,
    "config=/etc/passwd", "use_first_pass", "x" * 900])
def test_bad_option_is_named(option, configure, login, log, sts):
    one = login(options=option)
    assert one.result == pam.SESSION_ERR
    line = log.wait(r'bad option "%s": expected ' % re.escape(option[:200]))
    assert re.search(r"expected \S+", line[0]["text"])
    log.wait(r'no role for user "alice": its pam\.d line has a bad option')
    checks.failed_closed(one.environment)
    assert sts.requests() == [] and left.everything() == []


@pytest.mark.parametrize("line", [
    "timeout=5s timeout=5s", "debug debug", "quiet quiet",
    "on_failure=closed on_failure=open", "helper=/a helper=/b",
    "socket=/a socket=/a"])
def test_option_that_is_repeated_is_named(line, configure, login, log, sts):
    one = login(line=line)
    assert one.result == pam.SESSION_ERR
    second = line.split()[1]
    log.wait(r'bad option "%s": expected each option once' % second)
    assert sts.requests() == []


def test_every_bad_option_is_named_at_once(configure, login, log):
    assert login(options="colour=1 timeout=x").result == pam.SESSION_ERR
    log.wait(r'bad option "colour=1"')
    log.wait(r'bad option "timeout=x"')


@pytest.mark.parametrize("line", ["helper=", "helper=awsrole-helper",
                                  "helper=./awsrole-helper",
                                  "helper=~/awsrole-helper"])
def test_helper_path_that_is_not_absolute(line, configure, login, log):
    one = login(line=line)
    assert one.result == pam.SESSION_ERR
    log.wait(r'bad option "%s.*": expected an absolute path' % re.escape(line))
    checks.failed_closed(one.environment)


def not_executable(path):
    os.chmod(path, 0o644)


def missing(path):
    os.unlink(path)


def in_a_folder_others_write(path):
    os.chmod(os.path.dirname(path), 0o777)


HELPER = {
    others_write: "{0} can be written by others than root and is not "
                  "trusted: chmod go-w it",
    group_writes: "{0} can be written by others",
    belongs_to_alice: "{0} does not belong to root",
    is_a_link: "{0} is a symbolic link: name the file itself",
    is_a_fifo: "{0} is not a regular file",
    is_a_folder: "{0} is not a regular file",
    is_a_device: "{0} is not a regular file",
    not_executable: "{0} is not executable: chmod 0755 it",
    missing: "{0} does not exist",
    in_a_folder_others_write: "/usr/local/sbin/folder can be written by "
                              "others than root",
}


@pytest.mark.parametrize("spoil", HELPER, ids=lambda each: each.__name__)
def test_helper_that_is_not_trusted_is_not_started(spoil, configure, login,
                                                   log, sts):
    folder = os.path.join(os.path.dirname(wire.helper_script("")), "folder")
    path = os.path.join(folder, "helper")
    mark = "/run/helper-was-started"
    os.mkdir(folder, 0o755)
    write(path, "#!/bin/sh\n: >%s\nexec %s \"$@\"\n" % (
        mark, place.program("awsrole-helper")), 0o755)
    try:
        good = login(helper=path)
        assert good.result == pam.SUCCESS and os.path.exists(mark)
        assert good.end() == pam.SUCCESS
        os.unlink(mark)
        sts.forget()
        spoil(path)
        one = login(helper=path)
        assert one.result == pam.SESSION_ERR
        log.wait(r'no role for user "alice": .*'
                 + re.escape(HELPER[spoil].format(path)))
        checks.failed_closed(one.environment)
        assert not os.path.exists(mark) and sts.requests() == []
    finally:
        shutil.rmtree(folder)


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)


def test_many_mistakes_do_not_fill_the_log(configure, stacks, log):
    stacks.line("su")
    configure(roles="[role sre]\n" + "".join(
        "nonsense_%d = x\n" % number for number in range(200)))
    place.run("su", "alice", "-c", "true")
    log.wait("180 mistakes more|18[0-9] mistakes more")
    assert len(log.find("nonsense_")) <= 22
