"""What must be true of a login that got its role, and of one that did not.

SPDX-License-Identifier: Apache-2.0
"""
import os
import re

import left
import place
from place import HEX_ID, as_user, run, uid

UNAVAILABLE = {
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_SHARED_CREDENTIALS_FILE": place.RUN + "/unavailable",
    "AWS_PROFILE": "awsrole-unavailable",
}


def aws_variables(environment):
    return {name: value for name, value in environment.items()
            if name.startswith(("AWS_", "AWSROLE_"))}


def session_of(environment, user):
    """The session's name, "<uid>/<id>", of an environment; checks its
    form."""
    name = environment.get("AWSROLE_SESSION", "")
    assert re.fullmatch(r"%d/%s" % (uid(user), HEX_ID), name), environment
    return name


def environment_is_whole(environment, user, profile):
    """Exactly the variables of a session, no others of AWS."""
    name = session_of(environment, user)
    assert aws_variables(environment) == {
        "AWS_SHARED_CREDENTIALS_FILE":
            "%s/%s/credentials" % (place.RUN, name),
        "AWS_PROFILE": profile,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWSROLE_SESSION": name,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    return name


def no_session(environment):
    assert aws_variables(environment) == {}


def failed_closed(environment):
    """AWS clients of this login must fail, and not look further."""
    assert aws_variables(environment) == UNAVAILABLE


def person_can_only_read(shell, name):
    """Through the login's own shell: everything that would change, remove or
    loosen what was given is refused."""
    folder = "%s/%s" % (place.RUN, name)
    file = folder + "/credentials"
    status, before = shell.do("cat %s" % file)
    assert status == 0
    assert re.search(r"^aws_access_key_id = ASIA", before, re.M)
    assert shell.do("stat -c %%U:%%a %s" % file)[1] == "awsrole:440"
    assert shell.do("stat -c %%U:%%a %s" % folder)[1] == "awsrole:711"
    for line in (
            "chmod 666 {0}", "chmod u+w {0}", "setfacl -b {0}",
            "setfacl -m u:nobody:r {0}", "chown $(id -u) {0}",
            "echo x >>{0}", ": >{0}", "truncate -s 0 {0}", "rm -f {0}",
            "mv -f {0} {0}.old", "mv -f {0} $HOME/taken",
            "ln {0} {0}.hard",
            "cp /etc/hostname {0}", "touch {1}/more", "mkdir {1}/more",
            "ls {1}", "rmdir {1}", "mv -f {1} {1}.old", "rm -rf {1}",
            "chmod 755 {1}", "ls {2}/records", "touch {2}/more",
            "mv -f {2} {2}.old", "rm -rf {2}/records", "ls {2}"):
        line = line.format(file, folder, place.RUN)
        status, output = shell.do(line + " </dev/null")
        assert status != 0, "allowed: %s: %s" % (line, output)
    assert shell.do("cat %s" % file) == (0, before)


def others_are_refused(name, others=("bob", "carol", "dave", "nobody")):
    """Nobody but the person reads it, or learns the names in there."""
    folder = "%s/%s" % (place.RUN, name)
    files = os.listdir(folder)
    assert "credentials" in files and "session.json" in files
    for other in others:
        if uid(other) == int(name.split("/")[0]):
            continue
        for file in files:
            path = os.path.join(folder, file)
            assert not place.reachable(path, other), (other, path)
            assert run(*as_user(other, "cat", path)).stdout == ""
            for line in (("rm", "-f", path), ("cp", "/etc/hostname", path),
                         ("chmod", "666", path)):
                assert run(*as_user(other, *line)).returncode != 0
        for path in (folder, os.path.dirname(folder), place.RUN):
            listing = run(*as_user(other, "ls", path))
            assert listing.returncode != 0 and listing.stdout == "", path
    record = "%s/records/%s" % (place.RUN, name.replace("/", "."))
    assert os.stat(record).st_mode & 0o777 == 0o600
    assert not place.reachable(record, "nobody")


def who_am_i(shell, sts):
    """The real AWS CLI asks inside the login; its ARN."""
    status, output = shell.do(
        "aws --no-cli-pager sts get-caller-identity --output text "
        "--query Arn --endpoint-url %s" % sts.http_url)
    assert status == 0, output
    return output.strip()


def assumed(role, name):
    return "arn:aws:sts::123456789012:assumed-role/%s/%s" % (role, name)


def everything_of_a_session(shell, user, sts, profile="sre",
                            role="BastionSRE"):
    """All of the above for one login; the session's name."""
    name = environment_is_whole(shell.environment(), user, profile)
    assert name in left.sessions()
    assert name.replace("/", ".") in left.records()
    person_can_only_read(shell, name)
    others_are_refused(name)
    assert who_am_i(shell, sts) == assumed(role, user + "@bastion")
    return name


def gone(name):
    """Folder and record of one session are gone; others may be there."""
    place.wait_for(
        lambda: name not in left.sessions()
        and name.replace("/", ".") not in left.records(), 5,
        "removal of session " + name)
