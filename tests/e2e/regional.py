"""Regions of a world: a second STS on port 443, and names that lead there.

Import the fixtures `regional` and `sts_on_443` into the test module that uses
them.

SPDX-License-Identifier: Apache-2.0
"""
import socket

import pytest

HOSTS = "/etc/hosts"
ENDPOINT = "sts.%s.amazonaws.com"
DEAD = "127.0.0.2"      # nobody listens there
HANGING = "127.0.0.3"   # somebody listens, and never says a word
ALIVE = "127.0.0.1"     # the local STS


class Regional:
    """`sts` is a LocalSts at https://sts.REGION.amazonaws.com."""

    def __init__(self, sts):
        self.sts = sts
        with open(HOSTS, encoding="utf-8") as hosts:
            self.before = hosts.read()
        self._listener = socket.create_server((HANGING, 443), backlog=64)

    def lead(self, **regions):
        """lead(eu_west_1=DEAD): where the endpoint of a Region leads."""
        with open(HOSTS, "w", encoding="utf-8") as hosts:
            hosts.write(self.before)
            for region, address in regions.items():
                hosts.write("%s %s\n" % (
                    address, ENDPOINT % region.replace("_", "-")))

    def end(self):
        with open(HOSTS, "w", encoding="utf-8") as hosts:
            hosts.write(self.before)
        self._listener.close()


@pytest.fixture(scope="module")
def sts_on_443():
    from sts import LocalSts  # from tests/sts
    server = LocalSts(region=None)
    server.https_port = 443
    with server:
        yield server


@pytest.fixture
def regional(sts_on_443):
    sts_on_443.clear()
    sts_on_443.forget()
    sts_on_443.set(disabled_regions=[])
    made = Regional(sts_on_443)
    yield made
    made.end()


def rule(configure, authority, keys, role="BastionSRE", defaults=""):
    """A configuration of one role for alice that asks by TLS; `authority`:
    the CA of the STS that is meant. Nothing else says which endpoint."""
    with open(authority, encoding="ascii") as file:
        path = configure.file("ca.pem", file.read())
    configure()
    configure.text("""\
[defaults]
region = eu-west-1
services = sshd, su
ca_bundle = %s
%s
[source bastion]
type = profile
profile = bastion
credentials_file = /etc/awsrole/aws/credentials

[role sre]
role_arn = arn:aws:iam::123456789012:role/%s
users = alice
%s""" % (path, defaults, role, keys))
