"""The endpoints that AWS puts beside a host, inside a world: fixtures.

SPDX-License-Identifier: Apache-2.0

They hand out credentials of the role Hop, which the local STS gave.
"""
import os
import subprocess
import sys

import botocore.session
import pytest
from botocore.config import Config

import place
from configuration import KEY, ROLE, SERVICES

sys.path.append(os.path.join(place.ROOT, "tests", "metadata"))

HOST_ROLE = ROLE + "Hop"
SOURCE_ROLES = """
[role sre]
role_arn = %sBastionSRE
users = alice
""" % ROLE


def role_credentials(sts, name="i-0123456789abcdef0"):
    """What STS gave to the host: a dict as AssumeRole gives it."""
    client = botocore.session.Session().create_client(
        "sts", region_name="eu-west-1", endpoint_url=sts.http_url,
        aws_access_key_id=KEY[0], aws_secret_access_key=KEY[1],
        config=Config(retries={"max_attempts": 0, "mode": "standard"}))
    found = client.assume_role(RoleArn=HOST_ROLE, RoleSessionName=name)
    sts.forget()
    return found["Credentials"]


def configuration(sts, source, defaults="region = eu-west-1",
                  roles=SOURCE_ROLES):
    """A whole configuration with one source."""
    return ("[defaults]\n%s\nservices = %s\nsts_endpoint = %s\n"
            "[source host]\n%s\n%s"
            % (defaults, SERVICES, sts.http_url, source, roles))


class Addresses:
    """Addresses on the world's loopback device."""

    def __init__(self, addresses):
        self.addresses = ["%s/%d" % (each, 128 if ":" in each else 32)
                          for each in addresses]

    def __enter__(self):
        for address in self.addresses:
            # nodad: an IPv6 address is there at once.
            subprocess.run(["ip", "address", "replace", address, "dev", "lo",
                            *(["nodad"] if ":" in address else [])],
                           check=True)
        return self

    def __exit__(self, *_):
        for address in self.addresses:
            subprocess.run(["ip", "address", "del", address, "dev", "lo"],
                           check=False)


@pytest.fixture
def instance(sts):
    """The instance metadata service, on IPv4 alone."""
    from instance import ADDRESSES, Instance
    with Addresses(ADDRESSES[:1]), Instance(
            role_credentials(sts), addresses=ADDRESSES[:1]) as service:
        yield service


@pytest.fixture
def instance6(sts):
    """The instance metadata service, on IPv6 alone."""
    from instance import ADDRESSES, Instance
    with Addresses(ADDRESSES[1:]), Instance(
            role_credentials(sts), addresses=ADDRESSES[1:]) as service:
        yield service


@pytest.fixture
def container(sts):
    """The container endpoint on all its addresses; no token is asked for."""
    from container import ADDRESSES, Container
    with Addresses(ADDRESSES), Container(role_credentials(sts)) as service:
        yield service
