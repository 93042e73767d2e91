"""Where the helper's own credentials come from, as the STS sees it.

SPDX-License-Identifier: Apache-2.0
"""
import pytest

import left
import leaks
import pam
import place
from configuration import KEY, ROLE, write
from leaks import module_log  # noqa: F401  a fixture
from pam import login  # noqa: F401  a fixture

FOLDER = "/etc/awsrole/aws/"
CONFIG = FOLDER + "config"
CREDENTIALS = FOLDER + "credentials"
KEYS = "aws_access_key_id = %s\naws_secret_access_key = %s\n" % KEY
ARN = "arn:aws:sts::123456789012:assumed-role/"


@pytest.fixture
def use(configure):
    """use(config, credentials, [source] lines, [role] lines, region)"""
    def apply(config=None, credentials=None, source="", role="",
              region="eu-west-1", rule="ops/Deploy"):
        configure.remove()
        lines = []
        for key, path, text in (("config_file", CONFIG, config),
                                ("credentials_file", CREDENTIALS,
                                 credentials)):
            if text is not None:
                write(path, text, 0o640, "awsrole")
                lines.append("%s = %s\n" % (key, path))
        configure.text("""\
[defaults]
%ssts_endpoint = %s
[source base]
type = profile
%s%s
[role sre]
role_arn = %s%s
users = alice
%s""" % ("region = %s\n" % region if region else "", configure.sts.http_url,
         "".join(lines), source, ROLE, rule, role))
    return apply


def calls(sts):
    """What was asked, each rightly signed: (key, role, parameters)."""
    leaks.remember_requests(sts)
    found = sts.requests()
    assert [record["signature"] for record in found] == ["ok"] * len(found)
    return [(record["access_key"],
             record["parameters"]["RoleArn"].replace(ROLE, ""),
             record["parameters"]) for record in found]


def opened(login):
    one = login()
    assert one.result == pam.SUCCESS
    return one


def refused(login, log, sts, what):
    one = login()
    assert one.result == pam.SESSION_ERR
    line = log.wait(r'no role for user "alice": source: .*' + what)
    assert sts.requests() == [] and left.everything() == []
    return line[0]["text"]


# Static keys.

def test_default_profile_of_one_file(use, login, sts):
    use(credentials="[default]\n" + KEYS)
    opened(login)
    assert [call[:2] for call in calls(sts)] == [(KEY[0], "ops/Deploy")]


def test_named_profile_among_others(use, login, sts):
    use(credentials="[default]\naws_access_key_id = AKIAIOSFODNN7UNKNOWN\n"
        "aws_secret_access_key = x\n[mine]\n%s[z]\n" % KEYS,
        source="profile = mine\n")
    opened(login)
    assert calls(sts)[0][0] == KEY[0]


def test_profile_of_a_config_file_alone(use, login, sts):
    use(config="[profile mine]\n" + KEYS, source="profile = mine\n")
    opened(login)
    assert calls(sts)[0][0] == KEY[0]


@pytest.mark.parametrize("name", ["aws_session_token", "aws_security_token"])
def test_keys_with_a_token(name, use, login, sts):
    use(credentials="[default]\n" + KEYS)
    keys = leaks.profiles(opened(login).file())["sre"]
    sts.forget()
    use(credentials="[default]\naws_access_key_id = %s\n"
        "aws_secret_access_key = %s\n%s = %s\n" % (
            keys["aws_access_key_id"], keys["aws_secret_access_key"], name,
            keys["aws_session_token"]), rule="BastionSRE")
    opened(login)
    assert [call[:2] for call in calls(sts)] == [
        (keys["aws_access_key_id"], "BastionSRE")]
    assert sts.requests()[0]["headers"]["x-amz-security-token"] == \
        keys["aws_session_token"]


def test_credentials_file_wins_key_by_key(use, login, sts):
    """The config file's secret is wrong; its region and id stay in use."""
    use(config="[profile mine]\naws_access_key_id = %s\n"
        "aws_secret_access_key = wrong/wrong/wrong\nregion = eu-north-1\n"
        % KEY[0],
        credentials="[mine]\naws_secret_access_key = %s\n" % KEY[1],
        source="profile = mine\n", region=None)
    one = opened(login)
    assert one.environment["AWS_REGION"] == "eu-north-1"
    assert calls(sts)[0][0] == KEY[0]


def test_region_of_the_sources_profile_is_the_persons(use, login, sts):
    use(config="[profile mine]\nregion = ap-southeast-2\n",
        credentials="[mine]\n" + KEYS, source="profile = mine\n", region=None)
    one = opened(login)
    assert one.environment["AWS_REGION"] == "ap-southeast-2"
    assert one.environment["AWS_DEFAULT_REGION"] == "ap-southeast-2"
    assert leaks.profiles(one.file())["sre"]["region"] == "ap-southeast-2"
    assert sts.requests()[0]["region"] == "ap-southeast-2"


def test_no_region_at_all_is_refused(use, login, log, sts):
    use(credentials="[default]\n" + KEYS, region=None)
    assert login().result == pam.SESSION_ERR
    log.wait(r"configuration: .*\[role sre\] has no region, nor has its "
             r"source: set `region`")
    assert sts.requests() == []


# Chains of profiles.

CHAIN = """\
[profile last]
role_arn = %sops/Deploy
source_profile = middle
external_id = last:42
role_session_name = to-last
duration_seconds = 1800
[profile middle]
role_arn = %sHop
source_profile = keys
role_session_name = to-middle
[profile keys]
""" % (ROLE, ROLE)


def test_chain_of_profiles_is_walked_in_order(use, login, sts, log):
    use(config=CHAIN, credentials="[keys]\n" + KEYS,
        source="profile = last\n", rule="BastionSRE",
        role="duration_seconds = 8h\n")
    one = opened(login)
    asked = calls(sts)
    assert [call[1] for call in asked] == ["Hop", "ops/Deploy", "BastionSRE"]
    first, second, third = [call[2] for call in asked]
    assert asked[0][0] == KEY[0]
    assert asked[1][0].startswith("ASIA") and asked[2][0].startswith("ASIA")
    assert first["RoleSessionName"] == "to-middle"
    assert first["DurationSeconds"] == "3600"
    assert "ExternalId" not in first
    assert second["RoleSessionName"] == "to-last"
    assert second["ExternalId"] == "last:42"
    assert second["DurationSeconds"] == "1800"
    # A role from a role: one hour, asked for at once, and said.
    assert third["DurationSeconds"] == "3600"
    assert third["RoleSessionName"] == "alice@bastion"
    assert "ExternalId" not in third
    assert [record["principal"] for record in sts.requests()] == [
        "arn:aws:iam::123456789012:user/bastion", ARN + "Hop/to-middle",
        ARN + "Deploy/to-last"]
    log.wait(r"\[role sre\]: AWS gives 3600 seconds, not the 28800")
    assert sorted(leaks.profiles(one.file())) == ["sre"]


def test_hop_without_a_name_is_named_after_the_program(use, login, sts):
    use(config="[default]\nrole_arn = %sHop\nsource_profile = keys\n" % ROLE,
        credentials="[keys]\n" + KEYS, rule="BastionSRE")
    opened(login)
    assert calls(sts)[0][2]["RoleSessionName"] == "pam_awsrole"


def test_profile_may_be_its_own_source(use, login, sts):
    use(credentials="[default]\nrole_arn = %sHop\nsource_profile = default\n"
        "%s" % (ROLE, KEYS), rule="BastionSRE")
    opened(login)
    assert [call[:2] for call in calls(sts)][0] == (KEY[0], "Hop")


@pytest.mark.parametrize("length", [1, 2, 3])
def test_loop_of_profiles_is_found(length, use, login, log, sts):
    use(config="".join(
        "[profile p%d]\nrole_arn = %sHop\nsource_profile = p%d\n"
        % (number, ROLE, (number + 1) % length)
        for number in range(length)), source="profile = p0\n")
    text = refused(login, log, sts, "source_profile = p0 leads back")
    assert 'profile "p%d"' % (length - 1) in text


def test_chain_that_is_too_long_is_refused(use, login, log, sts):
    use(config="".join(
        "[profile p%d]\nrole_arn = %sHop\nsource_profile = p%d\n"
        % (number, ROLE, number + 1) for number in range(40)),
        credentials="[p40]\n" + KEYS, source="profile = p0\n")
    refused(login, log, sts, r"more than \d+ roles in one chain")


def test_hop_that_is_denied_names_its_profile(use, login, log, sts):
    use(config="[default]\nrole_arn = %sUntrusting\nsource_profile = keys\n"
        % ROLE, credentials="[keys]\n" + KEYS)
    assert login().result == pam.SESSION_ERR
    log.wait(r'access-denied: \[role sre\]: \[source base\]: source base, '
             r'profile "default" \(%sUntrusting\)' % ROLE)
    assert [record["code"] for record in sts.requests()] == ["AccessDenied"]


# What no login can serve.

@pytest.mark.parametrize("lines, what", [
    ("role_arn = %sHop\nsource_profile = default\n"
     "mfa_serial = arn:aws:iam::123456789012:mfa/x\n%s" % (ROLE, KEYS),
     "mfa_serial needs a person to type a code"),
    ("sso_session = corp\n", "sso_session needs a person at a browser"),
    ("sso_start_url = https://x.awsapps.com/start\n", "sso_start_url needs"),
    ("sso_account_id = 123456789012\n", "sso_account_id needs"),
    ("sso_role_name = x\n", "sso_role_name needs"),
    ("login_session = x\n", "login_session needs"),
    ("role_arn = %sHop\ncredential_source = Environment\n" % ROLE,
     "credential_source = Environment"),
    ("role_arn = %sHop\n" % ROLE, "role_arn stands there without "
                                  "source_profile"),
    ("role_arn = %sHop\nsource_profile = none\n" % ROLE,
     "source_profile = none: there is no such profile"),
    ("role_arn = arn:aws:iam::1:role/x\nsource_profile = default\n" + KEYS,
     "role_arn = arn:aws:iam::1:role/x: expected"),
    ("role_arn = %sHop\nsource_profile = default\nduration_seconds = 60\n%s"
     % (ROLE, KEYS), "duration_seconds = 60; a number from 900 to 43200"),
    ("role_arn = %sHop\nsource_profile = default\nrole_session_name = a b\n%s"
     % (ROLE, KEYS), "role_session_name = a b: "),
    ("role_arn = %sHop\nsource_profile = default\nexternal_id = a b\n%s"
     % (ROLE, KEYS), "external_id: 2 to 1224"),
    ("region = Europe\n" + KEYS, "region = Europe: the name of a Region"),
    ("aws_access_key_id = a\naws_secret_access_key = b c\n",
     "holds a space"),
])
def test_profile_that_cannot_serve_is_refused_by_name(lines, what, use, login,
                                                      log, sts):
    use(config="[default]\n" + lines)
    refused(login, log, sts, what)


def test_keys_in_a_config_file_are_secret_too(use, login, log, sts):
    use(config="[default]\n" + KEYS)
    place.run("chmod", "644", CONFIG)
    refused(login, log, sts, CONFIG + " holds secrets and everybody can")


def test_config_file_without_keys_may_be_read_by_all(use, login, sts):
    use(config="[profile mine]\nregion = eu-west-1\n",
        credentials="[mine]\n" + KEYS, source="profile = mine\n")
    place.run("chmod", "644", CONFIG)
    opened(login)


# type = role: a hop of the configuration.

HOP = """
[source hop]
type = role
source = base
role_arn = %sExternal
external_id = bastion:42/x
role_session_name = {user}-by-{service}-{uid}
""" % ROLE


def test_source_role_then_rule_role(use, login, sts, log, configure):
    use(credentials="[default]\n" + KEYS, rule="BastionSRE",
        role="source = hop\nduration_seconds = 4h\n" + HOP.replace(
            "External", "Hop"))
    opened(login)
    asked = calls(sts)
    assert [call[1] for call in asked] == ["Hop", "BastionSRE"]
    hop, role = [call[2] for call in asked]
    assert hop["ExternalId"] == "bastion:42/x"
    assert hop["RoleSessionName"] == "alice-by-sshd-%d" % place.uid("alice")
    assert hop["DurationSeconds"] == "3600"
    assert role["DurationSeconds"] == "3600" and "ExternalId" not in role
    log.wait(r"\[role sre\]: AWS gives 3600 seconds, not the 14400 of "
             r"duration_seconds: .*one hour of role chaining")


def test_external_id_of_a_hop_is_checked_by_aws(use, login, sts, log):
    use(credentials="[default]\n" + KEYS, rule="Short",
        role="source = hop\n" + HOP.replace("42/x", "43"))
    assert login().result == pam.SESSION_ERR
    log.wait(r"access-denied: \[role sre\]: \[source hop\]: source hop "
             r"\(%sExternal\): " % ROLE)
    sts.forget()
    use(credentials="[default]\n" + KEYS, rule="Short",
        role="source = hop\n" + HOP)
    # It got so far: the hop may assume nothing itself.
    assert login().result == pam.SESSION_ERR
    assert [record["code"] for record in sts.requests()] == [
        None, "AccessDenied"]
    leaks.remember_requests(sts)


def test_hop_may_follow_a_chain_of_profiles(use, login, sts):
    use(config=CHAIN, credentials="[keys]\n" + KEYS,
        source="profile = last\n", rule="BastionSRE",
        role="source = hop\n" + HOP.replace("External", "Hop"))
    opened(login)
    assert [call[1] for call in calls(sts)] == [
        "Hop", "ops/Deploy", "Hop", "BastionSRE"]


def test_loop_of_sources_is_a_mistake(use, login, log, sts):
    use(credentials="[default]\n" + KEYS,
        role="source = one\n[source one]\ntype = role\nsource = two\n"
        "role_arn = %sHop\n[source two]\ntype = role\nsource = one\n"
        "role_arn = %sHop\n" % (ROLE, ROLE))
    assert login().result == pam.SESSION_ERR
    log.wait(r"awsrole\.conf:\d+: source = two: \[source one\] leads back to "
             r"itself")
    assert sts.requests() == []


def test_type_that_is_not_there_is_refused(use, login, log, sts):
    use(credentials="[default]\n" + KEYS,
        role="source = base\n[source x]\ntype = magic\n")
    assert login().result == pam.SESSION_ERR
    log.wait(r"awsrole\.conf:\d+: type = magic: .* was expected")
    assert sts.requests() == []


def test_nothing_secret_was_logged_meanwhile(module_log):
    leaks.nothing_secret_in(module_log)
