"""The local metadata and container services keep the rules of the real ones;
botocore's own clients are the judges.

SPDX-License-Identifier: Apache-2.0
"""
import urllib.error
import urllib.request

import botocore.utils
import pytest

from container import RELATIVE, Container
from instance import REGION, ROLES, TOKEN, TTL, Instance

KEYS = {"AccessKeyId": "ASIAIOSFODNN7EXAMPLE", "SecretAccessKey": "s3cr3t",
        "SessionToken": "a-session-token"}


@pytest.fixture
def instance():
    with Instance(KEYS, addresses=["127.0.0.1"], port=0) as service:
        yield service


@pytest.fixture
def container():
    with Container(KEYS, token="a-token", addresses=["127.0.0.1"],
                   port=0) as service:
        yield service


def ask(service, path, method="GET", **headers):
    request = urllib.request.Request(
        service.url() + path, method=method,
        headers={name.replace("_", "-"): value
                 for name, value in headers.items()})
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def token(service, ttl="60"):
    status, text = ask(service, "/latest/api/token", "PUT", **{TTL: ttl})
    assert status == 200
    return text


def test_token_is_given_for_put_with_a_time_to_live_alone(instance):
    path = "/latest/api/token"
    assert ask(instance, path, "PUT")[0] == 400
    for ttl in ("0", "21601", "x", ""):
        assert ask(instance, path, "PUT", **{TTL: ttl})[0] == 400
    assert ask(instance, path, "PUT", **{TTL: "21600"})[0] == 200
    assert ask(instance, path)[0] == 401


def test_request_that_was_passed_on_gets_no_token(instance):
    assert ask(instance, "/latest/api/token", "PUT", X_Forwarded_For="::1",
               **{TTL: "60"})[0] == 403


def test_nothing_is_given_without_a_good_token(instance):
    for path in (ROLES, ROLES + "Hop", REGION):
        assert ask(instance, path)[0] == 401
        assert ask(instance, path, **{TOKEN: "none"})[0] == 401
        assert ask(instance, path, **{TOKEN: token(instance)})[0] == 200


def test_token_ends_after_its_time(instance):
    old = token(instance)
    instance.tokens[old] -= 61
    assert ask(instance, ROLES, **{TOKEN: old})[0] == 401


def test_botocore_takes_credentials_from_the_instance(instance):
    found = botocore.utils.InstanceMetadataFetcher(
        timeout=5, base_url=instance.url() + "/").retrieve_iam_role_credentials()
    assert found["access_key"] == KEYS["AccessKeyId"]
    assert found["token"] == KEYS["SessionToken"]
    assert found["role_name"] == "Hop"


@pytest.mark.parametrize("kind", ["failed", "no_secret", "refuse_tokens",
                                  "role_gone", "disabled"])
def test_botocore_takes_none_from_a_faulty_instance(instance, kind):
    instance.fault(kind)
    assert botocore.utils.InstanceMetadataFetcher(
        timeout=5,
        base_url=instance.url() + "/").retrieve_iam_role_credentials() == {}


def test_botocore_takes_credentials_from_the_container(container):
    found = botocore.utils.ContainerMetadataFetcher().retrieve_full_uri(
        container.url() + RELATIVE, headers={"Authorization": "a-token"})
    assert found["AccessKeyId"] == KEYS["AccessKeyId"]


def test_container_gives_nothing_without_its_token(container):
    assert ask(container, RELATIVE)[0] == 401
    assert ask(container, RELATIVE, Authorization="other")[0] == 403
    assert ask(container, RELATIVE, Authorization="a-token")[0] == 200
    assert ask(container, "/v2/credentials/none",
               Authorization="a-token")[0] == 404
