"""The helper's own credentials come from a command.

SPDX-License-Identifier: Apache-2.0
"""
import os

import pytest

import checks
import left
import place
from configuration import KEY
from sources import credentials_json, script, with_profile, with_source


@pytest.fixture(autouse=True)
def line(stacks, configure, run_awsrole):
    stacks.line("sshd", "timeout=4s")


def prints(text):
    return "cat <<'END'\n%s\nEND" % text


def use(configure, text):
    """[source host] runs a script of this text."""
    with_source(configure, "type = process\ncommand = "
                + script("get", text) + " 'two words'")


def works(sshd, sts, hold):
    shell = hold(sshd.shell("alice"))
    checks.environment_is_whole(shell.environment(), "alice", "sre")
    assert checks.who_am_i(shell, sts) == checks.assumed(
        "BastionSRE", "alice@bastion")
    assert shell.end() == 0
    left.nothing_left()


def fails(sshd, log, *patterns):
    """The login has no role, and the log says what and what to do."""
    result = sshd.ssh("alice", "env")
    assert result.returncode == 0
    checks.failed_closed(place.environment(result.stdout))
    for pattern in patterns:
        text = log.wait(pattern)[0]["text"]
        assert KEY[1] not in text
    left.nothing_left()


def test_login_by_a_command(sshd, sts, hold, configure):
    use(configure, prints(credentials_json(KEY)))
    works(sshd, sts, hold)
    assert sts.requests(action="AssumeRole")[0]["access_key"] == KEY[0]


def test_expiration_and_session_token_are_taken(sshd, sts, hold, configure):
    with sts_session(sts) as key:
        use(configure, prints(credentials_json(
            key[:2], SessionToken=key[2],
            Expiration="2199-01-01T00:00:00Z")))
        works(sshd, sts, hold)
    asked = sts.requests(action="AssumeRole")[-1]
    assert asked["access_key"] == key[0]
    assert asked["parameters"]["DurationSeconds"] == "3600"


class sts_session:
    """Keys of a role session that the local STS has given."""

    def __init__(self, sts):
        self.sts = sts

    def __enter__(self):
        result = place.run(
            "aws", "sts", "assume-role", "--role-arn",
            "arn:aws:iam::123456789012:role/Hop", "--role-session-name",
            "source", "--endpoint-url", self.sts.http_url, "--region",
            "eu-west-1", "--output", "text", "--query",
            "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]",
            env={"PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": KEY[0],
                 "AWS_SECRET_ACCESS_KEY": KEY[1]})
        assert result.returncode == 0, result.stderr
        return result.stdout.split()

    def __exit__(self, *_):
        pass


def test_login_by_a_credential_process_of_a_profile(
        sshd, sts, hold, configure):
    command = script("get", '[ "$1" = "a b" ] && '
                     + prints(credentials_json(KEY)))
    with_profile(configure, "credential_process = %s 'a b'" % command)
    works(sshd, sts, hold)


def test_command_has_a_clean_place_and_reaches_no_session(
        sshd, sts, hold, configure):
    """Sessions of others are there while it runs, and it has their uid."""
    configure()
    other = hold(sshd.shell("bob"))
    bobs = "%s/%s/credentials" % (place.RUN, checks.session_of(
        other.environment(), "bob"))
    records = place.RUN + "/records"
    assert place.run(*place.as_user("awsrole", "ls", records)).stdout != ""
    assert place.reachable(bobs, "awsrole")
    use(configure, """\
ls %s >/dev/null 2>&1 && echo listed the records >&2 && exit 1
cat %s >/dev/null 2>&1 && echo read a session >&2 && exit 1
chmod 777 %s 2>/dev/null && echo changed a mode >&2 && exit 1
[ "$(id -un)" = awsrole ] || { echo wrong user >&2; exit 1; }
[ "$1" = 'two words' ] || { echo wrong words >&2; exit 1; }
[ "$(env | cut -d= -f1 | sort | tr '\\n' ' ')" = 'PATH PWD ' ] ||
    { env >&2; exit 1; }
%s""" % (records, bobs, place.RUN, prints(credentials_json(KEY))))
    shell = hold(sshd.shell("alice"))
    checks.environment_is_whole(shell.environment(), "alice", "sre")
    assert shell.end() == 0
    assert other.end() == 0


def test_exit_status_and_first_line_are_told(sshd, log, configure):
    use(configure, "echo vault is sealed >&2; echo more >&2; exit 3")
    fails(sshd, log,
          r"\[source host\].*/etc/awsrole/get failed with exit status 3: "
          r"vault is sealed; .*runuser -u awsrole")


def test_no_output_is_told(sshd, log, configure):
    use(configure, "true")
    fails(sshd, log, r"/etc/awsrole/get printed nothing; one JSON object")


def test_garbage_is_told(sshd, log, configure):
    use(configure, "echo export AWS_ACCESS_KEY_ID=x")
    fails(sshd, log, r"/etc/awsrole/get: .*JSON")


def test_too_much_is_told(sshd, log, configure):
    use(configure, "cat /dev/zero")
    fails(sshd, log, r"/etc/awsrole/get printed more than 65536 bytes")


def test_hanging_is_ended_and_told(sshd, log, configure):
    use(configure, "trap '' TERM; sleep 7654 & wait")
    fails(sshd, log, r"/etc/awsrole/get had not ended when the login's time "
          r"was over, and was killed")
    place.wait_for(lambda: place.run("pgrep", "-f", "^sleep 7654")
                   .stdout == "", 5, "end of the command's child")


def test_version_2_is_told(sshd, log, configure):
    use(configure, prints(credentials_json(KEY, Version=2)))
    fails(sshd, log, r"/etc/awsrole/get: .*Version")


def test_missing_key_is_told(sshd, log, configure):
    use(configure, prints(credentials_json(KEY, SecretAccessKey=None)))
    fails(sshd, log, r"/etc/awsrole/get: .*SecretAccessKey")


def test_expired_credentials_are_told(sshd, log, configure, sts):
    use(configure, prints(credentials_json(
        KEY, Expiration="2020-01-01T00:00:00Z")))
    fails(sshd, log, r"gives credentials that expired at "
          r"2020-01-01T00:00:00Z; look for a stale cache")
    assert sts.requests() == []


@pytest.mark.parametrize("mode, told", [
    (0o775, r"get is writable by others than root .*chmod go-w"),
    (0o644, r"get cannot be executed by the user awsrole; run: chmod a\+rx"),
])
def test_program_that_others_may_write_is_not_run(
        sshd, log, configure, sts, mode, told):
    use(configure, prints(credentials_json(KEY)))
    os.chmod("/etc/awsrole/get", mode)
    fails(sshd, log, r"awsrole.conf:\d+: command = .*" + told)
    assert sts.requests() == []


def test_process_of_a_profile_is_trusted_no_more(sshd, log, configure):
    command = script("get", prints(credentials_json(KEY)), 0o777)
    with_profile(configure, "credential_process = " + command)
    fails(sshd, log, r"source host, credential_process of its profile "
          r"\"host\": .*get is writable by others than root")
